import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { REFUSED, stars } from '../wire/postgres/recording-gate.ts';
import { type Cluster, serverPrograms, startCluster } from './cluster.ts';
import { type Guarded, guarded, PSQL } from './wire-harness.ts';

let cluster: Cluster;
let guard: Guarded | undefined;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE patients(id int, name text, ssn text);
     INSERT INTO patients SELECT i, 'name ' || i, 'ssn-' || i FROM generate_series(1, 500) i;
     ALTER TABLE patients OWNER TO nina;`,
    cluster.database,
  );
});
afterAll(() => cluster.stop());
afterEach(async () => {
  await guard?.close();
  guard = undefined;
});

const refuseDrops = {
  statement: (request: { text: string }) =>
    /^drop|^truncate/i.test(request.text)
      ? ({ kind: 'refuse', how: 'substitute', refusal: REFUSED } as const)
      : (undefined as never),
};

describe('psql', () => {
  test('simple queries, errors and several statements pass', async () => {
    guard = await guarded(cluster);
    const out = await guard.run('psql', [
      ...PSQL,
      '-At',
      '-c',
      'SELECT count(*) FROM patients; SELECT 1/0',
      '-c',
      'SELECT 7',
    ]);
    expect(out.stdout).toBe('500\n7\n');
    expect(out.stderr).toContain('division by zero');
    expect(guard.gate.texts).toEqual([
      'execute: SELECT count(*) FROM patients; SELECT 1/0',
      'execute: SELECT 7',
    ]);
    expect(guard.gate.finished).toEqual([{ error: '22012', rows: 1 }, { rows: 1 }]);
  });

  test('a refusal reads like an error of the server and the session goes on', async () => {
    guard = await guarded(cluster, refuseDrops);
    const out = await guard.run('psql', [...PSQL, '-At'], 'DROP TABLE patients;\nSELECT 1;\n');
    expect(out.stderr).toBe('ERROR:  guard refuses this\nDETAIL:  the why\nHINT:  the instead\n');
    expect(out.stdout).toBe('1\n');
  });

  test('substitution aborts a script transaction', async () => {
    guard = await guarded(cluster, refuseDrops);
    const script = 'BEGIN;\nDROP TABLE patients;\nSELECT 1;\nCOMMIT;\nSELECT count(*) FROM patients;\n';
    const out = await guard.run('psql', [...PSQL, '-At'], script);
    expect(out.stderr).toContain('current transaction is aborted');
    expect(out.stdout).toBe('BEGIN\nROLLBACK\n500\n');
  });

  test('a synthesized refusal leaves the transaction alive', async () => {
    guard = await guarded(cluster, {
      statement: (request, forward) =>
        request.text.startsWith('DROP') ? { kind: 'refuse', how: 'synthesize', refusal: REFUSED } : forward(),
    });
    const script = 'BEGIN;\nDROP TABLE patients;\nSELECT 1;\nCOMMIT;\n';
    const out = await guard.run('psql', [...PSQL, '-At'], script);
    expect(out.stdout).toBe('BEGIN\n1\nCOMMIT\n');
    expect(out.stderr).toContain('guard refuses this');
  });

  test('ON_ERROR_ROLLBACK keeps the transaction after a refusal', async () => {
    guard = await guarded(cluster, refuseDrops);
    const script = '\\set ON_ERROR_ROLLBACK on\nBEGIN;\nDROP TABLE patients;\nSELECT 1;\nCOMMIT;\n';
    const out = await guard.run('psql', [...PSQL, '-At'], script);
    expect(out.stdout).toBe('BEGIN\n1\nCOMMIT\n');
  });

  test('FETCH_COUNT runs through a cursor, rows masked', async () => {
    guard = await guarded(cluster, {
      rows: (_index, fields) => ({
        masker: {
          cells: fields.map((field) => (field.name === 'ssn' ? stars : undefined)),
          counts: () => new Map(),
        },
      }),
    });
    const script = '\\set FETCH_COUNT 100\nSELECT id, ssn FROM patients ORDER BY id;\n';
    const out = await guard.run('psql', [...PSQL, '-At'], script);
    const lines = out.stdout.trim().split('\n');
    expect(lines).toHaveLength(500);
    expect(lines[41]).toBe('42|*****');
    expect(out.stdout).not.toContain('ssn-');
  });

  test('COPY in and out', async () => {
    guard = await guarded(cluster);
    const script =
      'CREATE TEMP TABLE t(a int, b text);\nCOPY t FROM STDIN;\n1\tone\n2\ttwo\n\\.\nCOPY t TO STDOUT;\n';
    const out = await guard.run('psql', [...PSQL, '-At'], script);
    expect(out.stdout).toBe('CREATE TABLE\nCOPY 2\n1\tone\n2\ttwo\n');
  });

  test('COPY out can be masked or refused', async () => {
    guard = await guarded(cluster, {
      copyOut: (index) =>
        index === 1
          ? REFUSED
          : {
              push: (bytes) => Buffer.from(String(bytes.length)),
              end: () => Buffer.from('\n'),
              counts: () => new Map(),
            },
    });
    const copy = 'COPY (SELECT name FROM patients WHERE id < 3) TO STDOUT';
    const out = await guard.run('psql', [...PSQL, '-At', '-c', `${copy}; ${copy}; SELECT 3`]);
    expect(out.stdout).toBe('77\n3\n');
    expect(out.stderr).toContain('guard refuses this');
  });

  test('\\c connects to another database through the proxy', async () => {
    guard = await guarded(cluster);
    const out = await guard.run('psql', [...PSQL, '-At'], '\\c postgres\nSELECT current_database();\n');
    expect(out.stdout).toContain('postgres\n');
    expect(guard.gates).toHaveLength(2);
  });

  test('a wrong password is told in the words of the server', async () => {
    guard = await guarded(cluster);
    const out = await guard.run('psql', [...PSQL, '-c', 'SELECT 1', 'password=wrong']);
    expect(out.status).toBe(2);
    expect(out.stderr.trim()).toMatch(/FATAL: {2}password authentication failed for user "nina"$/);
  });
});

describe('pgbench', () => {
  const pgbench = join(serverPrograms(), 'pgbench');
  test.each(['simple', 'extended', 'prepared'])('%s mode', async (mode) => {
    guard = await guarded(cluster);
    await guard.run(pgbench, ['-i', '-s', '1', '-q']);
    const out = await guard.run(pgbench, ['-M', mode, '-t', '50', '-c', '2', '-n']);
    expect(out.stderr).toBe('');
    expect(out.stdout).toContain('number of transactions actually processed: 100/100');
  });
});

describe('TLS', () => {
  test.each(['require', 'verify-ca', 'verify-full'] as const)('%s', async (sslmode) => {
    guard = await guarded(cluster, {}, { target: { sslmode, sslrootcert: cluster.rootCertificate } });
    const client = await guard.client();
    const seen = await client.query('SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    expect(seen.rows).toEqual([{ ssl: true, version: 'TLSv1.3' }]);
    expect(guard.gate.server?.certificate).toMatch(/^[0-9a-f]{64}$/);
    await client.end();
  });

  test('verify-full refuses another name, verify-ca takes it', async () => {
    const servers = [{ host: 'elsewhere.example', hostaddr: '127.0.0.1', port: cluster.port }] as const;
    const sslrootcert = cluster.rootCertificate;
    guard = await guarded(cluster, {}, { target: { sslmode: 'verify-full', sslrootcert, servers } });
    await expect(guard.client()).rejects.toMatchObject({ code: '08001' });
    await guard.close();
    guard = await guarded(cluster, {}, { target: { sslmode: 'verify-ca', sslrootcert, servers } });
    const client = await guard.client();
    await client.end();
  });
});
