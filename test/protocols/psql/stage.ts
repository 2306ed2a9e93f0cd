import type { PsqlStart } from '../../../src/protocols/psql/arguments.ts';
import type { PsqlProgram } from '../../../src/wire/postgres/resolve/resolve.ts';
import type { ConnectionTarget } from '../../../src/wire/postgres/target.ts';

export const psql15: PsqlProgram = {
  version: '15.18 (Debian 15.18-0+deb12u1)',
  major: 15,
  wrapped: true,
  sysconfdir: '/etc/postgresql-common',
  socketFolder: '/var/run/postgresql',
};

export function aTarget(fields: Partial<ConnectionTarget> = {}): ConnectionTarget {
  return {
    servers: [{ host: 'db1.example.org', port: 5433 }],
    user: 'nina',
    database: 'claims',
    sslmode: 'verify-full',
    sslsni: true,
    channelBinding: 'prefer',
    gssencmode: 'prefer',
    targetSessionAttrs: 'any',
    connectTimeout: 0,
    applicationName: 'psql',
    passfile: '/home/nina/.pgpass',
    sources: { application_name: 'default' },
    ...fields,
  };
}

export function aStart(args: readonly string[], fields: Partial<PsqlStart> = {}): PsqlStart {
  return {
    argv: ['psql', ...args],
    env: {},
    psql: psql15,
    target: aTarget(),
    socketFolder: '/run/user/1000/guard/sX',
    passfile: '/run/user/1000/guard/sX/pass',
    rcFile: '/run/user/1000/guard/sX/rc',
    session: 'S1',
    ...fields,
  };
}
