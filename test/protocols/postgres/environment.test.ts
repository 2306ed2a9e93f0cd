import { describe, expect, test } from 'vitest';
import {
  clientEnvironment,
  readNamedVariable,
  tokenPassfile,
} from '../../../src/protocols/postgres/environment.ts';
import { targetOf } from '../../real/wire-harness.ts';

const entrance = {
  target: {
    ...targetOf({ port: 5432, user: { user: 'ni na' }, database: 'cli/nic' } as never),
    options: '-c work_mem=1MB',
    applicationName: 'batch',
    sources: { application_name: 'PGAPPNAME' },
  },
  folder: '/run/guard/s1',
  socketPort: 5432,
  port: 40_000,
  token: 'TOKEN',
  passfile: '/run/guard/s1/passfile',
};

function environment(env: Record<string, string>, ...named: string[]) {
  return clientEnvironment(env, entrance, named.map(readNamedVariable));
}

describe('the environment of a program behind guard', () => {
  test('libpq finds the socket, URL drivers the port', () => {
    const { env, leftOut } = environment({ PATH: '/bin', LANG: 'C' });
    expect(leftOut).toEqual([]);
    expect(env).toEqual({
      PATH: '/bin',
      LANG: 'C',
      PGHOST: '/run/guard/s1',
      PGPORT: '5432',
      PGUSER: 'ni na',
      PGDATABASE: 'cli/nic',
      PGPASSFILE: '/run/guard/s1/passfile',
      PGSSLMODE: 'disable',
      PGSERVICEFILE: '/dev/null',
      PGSYSCONFDIR: '/run/guard/s1',
      PGOPTIONS: '-c work_mem=1MB',
      PGAPPNAME: 'batch',
      DATABASE_URL: 'postgresql://ni%20na:TOKEN@127.0.0.1:40000/cli%2Fnic?sslmode=disable',
    });
  });

  test("the user's own ways to a server are gone", () => {
    const { env, leftOut } = environment({
      PGPASSWORD: 'secret',
      PGSERVICE: 'prod',
      PGHOSTADDR: '10.0.0.1',
      PGSSLKEY: '/key',
      DATABASE_URL: 'postgresql://a:secret@prod/db',
      PRISMA_URL: 'postgres://a:secret@prod/db',
      SPRING_URL: 'jdbc:postgresql://prod/db',
      ALCHEMY: 'postgresql+psycopg2://a:secret@prod/db',
      SHADOW: 'POSTGRESQL://x',
      MYSQL_URL: 'mysql://x',
      NOTE: 'we use postgresql: a database',
    });
    expect(JSON.stringify(env)).not.toMatch(/secret|prod|10\.0\.0\.1|\/key/);
    expect(leftOut).toEqual(['PRISMA_URL', 'SPRING_URL', 'ALCHEMY', 'SHADOW']);
    expect(env).toMatchObject({ MYSQL_URL: 'mysql://x', NOTE: 'we use postgresql: a database' });
  });

  test('named variables take each form, and beat what was there', () => {
    const { env, leftOut } = environment(
      { PRISMA_URL: 'postgres://a:secret@prod/db' },
      'PRISMA_URL',
      'FLYWAY_URL=jdbc',
      'DB_HOST=host',
      'DB_PORT=port',
      'DB_USER=user',
      'DB_PASS=password',
      'DB_NAME=database',
      'DB_SOCKET=socket',
    );
    expect(leftOut).toEqual([]);
    expect(env).toMatchObject({
      PRISMA_URL: 'postgresql://ni%20na:TOKEN@127.0.0.1:40000/cli%2Fnic?sslmode=disable',
      FLYWAY_URL: 'jdbc:postgresql://127.0.0.1:40000/cli%2Fnic?user=ni%20na&password=TOKEN&sslmode=disable',
      DB_HOST: '127.0.0.1',
      DB_PORT: '40000',
      DB_USER: 'ni na',
      DB_PASS: 'TOKEN',
      DB_NAME: 'cli/nic',
      DB_SOCKET: '/run/guard/s1',
    });
  });

  test.each(['', '=url', 'A B', 'X=', 'X=yaml', '1X', 'A=B=url'])('%j is no variable to set', (text) => {
    expect(() => readNamedVariable(text)).toThrow('--postgres-env takes');
  });

  test('the password file knows the port by both names', () => {
    expect(tokenPassfile(40_000, 'TOKEN')).toBe('127.0.0.1:40000:*:*:TOKEN\nlocalhost:40000:*:*:TOKEN\n');
  });
});
