import { describe, expect, test } from 'vitest';
import { GuardError } from '../../../../src/model/errors.ts';
import { type ResolveInput, resolveConnection } from '../../../../src/wire/postgres/resolve/resolve.ts';
import { memoryFiles } from './memory-files.ts';

const account = { user: 'nina', group: 'staff', home: '/home/nina' };

function input(
  args: readonly string[],
  fields: Partial<ResolveInput> & { major?: number } = {},
): ResolveInput {
  const { major = 18, ...rest } = fields;
  const psql = { version: `${major}.1`, major, wrapped: false, sysconfdir: '/etc/pg', socketFolder: '/tmp' };
  return { args, env: {}, account, psql, files: memoryFiles({}), ...rest };
}

function refusal(args: readonly string[], fields: Parameters<typeof input>[1] = {}): GuardError {
  try {
    resolveConnection(input(args, fields));
  } catch (error) {
    if (error instanceof GuardError) return error;
    throw error;
  }
  throw new Error('it was resolved');
}

describe('what guard can not keep up is refused with what to do', () => {
  test.each([
    ['host=h channel_binding=require', 'sslmode=verify-full'],
    ['host=h gssencmode=require', 'gssencmode=disable'],
    ['host=/tmp requirepeer=postgres', 'verify-full'],
    ['host=h sslcrldir=/crl', 'sslcrl'],
    ['host=h sslcertmode=require', 'sslcertmode=allow'],
    ['host=h sslnegotiation=direct', 'sslnegotiation=postgres'],
    ['host=h sslkeylogfile=/tmp/keys', 'leave it out'],
    ['host=h scram_client_key=c2VjcmV0', '.pgpass'],
    ['host=h oauth_client_secret=s3cret', 'password'],
    ['host=@abstract', ''],
  ])('%s', (conninfo, hint) => {
    const error = refusal([conninfo]);
    expect(error.code).toBe('TARGET_UNRESOLVED');
    expect(error.hint ?? '').toContain(hint);
    expect(`${error.message}${error.hint}`).not.toMatch(/s3cret|c2VjcmV0/);
  });

  test('a service by LDAP', () => {
    const files = memoryFiles({ '/home/nina/.pg_service.conf': '[prod]\nldap://ldap.example/dc=x\n' });
    expect(refusal(['service=prod'], { files }).code).toBe('CONFIG_INVALID');
  });
});

describe('no message shows a piece of a password', () => {
  test.each([
    ['postgresql://u:Hunter2/x@h/d'],
    ['postgresql://u:Hunter2%zz@h/d'],
    ['postgresql://u:Hunter2%ff@h/d'],
    ['postgresql://u:Hunter2@[h/d'],
    ['postgresql://u@h/d?password=Hunter2&Hunter2'],
    ['postgresql://u@h/d?password=Hunter2=x'],
    ['host=h password=my Hunter2'],
    ['host=h password=my Hunter2=x'],
    ["host=h password='Hunter2"],
    ['host=h password=a hunter2=1'],
    ['Hunter2='],
  ])('%s', (database) => {
    const error = refusal([database]);
    expect(`${error.message} ${error.hint} ${error.stack}`).not.toMatch(/hunter2/i);
  });

  test('an option that psql does not know', () => {
    expect(refusal(['--passwrod=Hunter2']).message).not.toContain('Hunter2');
  });
});

describe('versions of libpq', () => {
  test('keywords of a later version are unknown before it', () => {
    expect(refusal(['host=h require_auth=md5'], { major: 15 }).message).toContain(
      'invalid connection option',
    );
    expect(resolveConnection(input(['host=h require_auth=md5'], { major: 16 })).requireAuth).toBe('md5');
  });

  test('sslrootcert=system asks for verify-full from 16 on', () => {
    expect(resolveConnection(input(['host=h sslrootcert=system'])).sslmode).toBe('verify-full');
    expect(refusal(['host=h sslrootcert=system sslmode=require']).message).toContain('weak sslmode');
    expect(resolveConnection(input(['host=h sslrootcert=system'], { major: 15 })).sslmode).toBe('prefer');
  });
});

describe('certificate files', () => {
  const folder = '/home/nina/.postgresql';
  test('those in the home folder are used when they are there', () => {
    const files = memoryFiles({
      [`${folder}/root.crt`]: 'ca',
      [`${folder}/postgresql.crt`]: 'cert',
      [`${folder}/postgresql.key`]: { text: 'key', mode: 0o600 },
    });
    expect(resolveConnection(input(['host=h'], { files }))).toMatchObject({
      sslrootcert: `${folder}/root.crt`,
      sslcert: `${folder}/postgresql.crt`,
      sslkey: `${folder}/postgresql.key`,
    });
    expect(resolveConnection(input(['host=/tmp'], { files })).sslrootcert).toBeUndefined();
    expect(resolveConnection(input(['host=h sslmode=disable'], { files })).sslrootcert).toBeUndefined();
    expect(resolveConnection(input(['host=h sslcertmode=disable'], { files })).sslcert).toBeUndefined();
  });

  test('verify-full without a root certificate', () => {
    expect(refusal(['host=h sslmode=verify-full']).message).toContain('does not exist');
  });

  test.each([
    [{ mode: 0o644 }, 'group or world access'],
    [{ mode: 0o640, uid: 1000 }, 'group or world access'],
    [{ mode: 0o600, kind: 'folder' as const }, 'not a regular file'],
  ])('a private key %o', (key, message) => {
    const files = memoryFiles({ '/c': 'cert', '/k': { text: 'key', ...key } });
    expect(refusal(['host=h sslcert=/c sslkey=/k'], { files }).message).toContain(message);
  });

  test("root's key may be readable by its group", () => {
    const files = memoryFiles({ '/c': 'cert', '/k': { text: 'key', mode: 0o640, uid: 0 } });
    expect(resolveConnection(input(['host=h sslcert=/c sslkey=/k'], { files })).sslkey).toBe('/k');
  });
});

test('every value says where it comes from', () => {
  const files = memoryFiles({ '/home/nina/.pg_service.conf': '[prod]\nhost=db1\nport=6000\n' });
  const target = resolveConnection(
    input(['-U', 'bob', 'service=prod connect_timeout=1'], {
      files,
      env: { PGDATABASE: 'claims', PGPASSWORD: 'x' },
    }),
  );
  expect(target).toMatchObject({
    servers: [{ host: 'db1', port: 6000 }],
    user: 'bob',
    database: 'claims',
    service: 'prod',
    connectTimeout: 2,
    password: 'x',
    passfile: '/home/nina/.pgpass',
  });
  expect(target.sources).toMatchObject({
    host: 'service prod',
    port: 'service prod',
    user: 'argument',
    dbname: 'PGDATABASE',
    service: 'conninfo',
    connect_timeout: 'conninfo',
    password: 'PGPASSWORD',
    sslmode: 'default',
  });
});

test.each([
  ['postgresql://[2001:db8::1]:6000/d', [{ host: '2001:db8::1', port: 6000 }]],
  [
    'postgresql://a,[::1]:7,b:8',
    [
      { host: 'a', port: 5432 },
      { host: '::1', port: 7 },
      { host: 'b', port: 8 },
    ],
  ],
  ['postgresql://%2Ftmp/d', [{ host: '/tmp', port: 5432 }]],
  ['host=a hostaddr=10.0.0.1', [{ host: 'a', hostaddr: '10.0.0.1', port: 5432 }]],
  ['hostaddr=::1', [{ host: '::1', hostaddr: '::1', port: 5432 }]],
  ['', [{ host: '/tmp', port: 5432 }]],
])('the servers of %j', (database, servers) => {
  expect(resolveConnection(input([database])).servers).toEqual(servers);
});
