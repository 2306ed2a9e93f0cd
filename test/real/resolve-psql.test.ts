import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GuardError } from '../../src/model/errors.ts';
import { currentAccount, describePsql, findProgram } from '../../src/wire/postgres/resolve/client.ts';
import { resolveConnection } from '../../src/wire/postgres/resolve/resolve.ts';
import { isSocket } from '../../src/wire/postgres/resolve/servers.ts';
import { systemFiles } from '../../src/wire/postgres/resolve/system-files.ts';
import type { ConnectionTarget } from '../../src/wire/postgres/target.ts';
import { type Arrival, FakePostgres, runPsql } from './resolve-listener.ts';

/** Real psql is the oracle: what it sends to a listener is what the resolver must say, and where it fails both must. */
const path = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
const wrapper = findProgram('psql', path);
const wrapped = describePsql(wrapper, path);
const direct = `/usr/lib/postgresql/${wrapped.major}/bin/psql`;
const plain = { ...wrapped, wrapped: false };
const A = '127.66.1.1';
const B = '127.66.1.2';

const fake = new FakePostgres();
let home = '';
let sockets = '';
let port = 0;
let other = 0;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'resolve-'));
  sockets = join(home, 's');
  mkdirSync(sockets);
  port = await fake.listen(A);
  await fake.listen(B, port);
  other = await fake.listen(A);
  await fake.listen(sockets, port);
  writeFiles();
});

afterAll(async () => {
  await fake.close();
  rmSync(home, { recursive: true, force: true });
});

function writeFiles(): void {
  writeFileSync(
    join(home, '.pg_service.conf'),
    [
      '# services',
      '[prod]',
      `host=${B}`,
      `port=${port}`,
      'dbname=claims',
      'user=billing',
      'dbname=second-is-ignored',
      'options=-c geqo=off',
      '[other]extra',
      `  host=${A}`,
      `port=${other}   `,
      '[broken]',
      'host = spaces',
      '[nosuch]',
      'hots=x',
      '[nested]',
      'service=prod',
      '[bare]',
      'no equals sign',
      '[empty]',
      `host=${A}`,
      'dbname=',
      `port=${port}`,
      '[noaddr]',
      `port=${port}`,
      'application_name= lead',
    ].join('\n'),
  );
  writeFileSync(join(home, 'other.conf'), `[elsewhere]\nhost=${A}\nport=${other}\nsslmode=disable\n`);
  mkdirSync(join(home, 'sys'));
  writeFileSync(join(home, 'sys', 'pg_service.conf'), `[shared]\nhost=${B}\nport=${port}\n`);
  writeFileSync(join(home, 'sys', 'user_clusters'), `* * ${wrapped.major} ${A}:${other} mapped\n`);
  writeFileSync(join(home, 'long.conf'), `[long]\noptions=${'x'.repeat(1100)}\n`);
  mkdirSync(join(home, 'conf', String(wrapped.major), 'main'), { recursive: true });
  writeFileSync(
    join(home, 'conf', String(wrapped.major), 'main', 'postgresql.conf'),
    `port = ${port}  # comment\nunix_socket_directories = '${sockets}, /tmp'\ndata_directory='${home}'\n`,
  );
  mkdirSync(join(home, 'certs'));
  for (const name of ['root.crt', 'open.key']) writeFileSync(join(home, 'certs', name), 'x');
  chmodSync(join(home, 'certs', 'open.key'), 0o644);
}

/** `$A`, `$B`, `$P`, `$O`, `$S`, `$H` stand for addresses, ports, the socket folder and the home folder. */
function fill(text: string): string {
  return text
    .replaceAll('$A', A)
    .replaceAll('$B', B)
    .replaceAll('$P', String(port))
    .replaceAll('$O', String(other))
    .replaceAll('$S', sockets)
    .replaceAll('$E', encodeURIComponent(sockets))
    .replaceAll('$V', String(wrapped.major))
    .replaceAll('$H', home);
}

type Env = Readonly<Record<string, string>>;

interface Case {
  readonly args: readonly string[];
  readonly env?: Env;
  readonly wrapped?: boolean;
}

function prepare(one: Case) {
  const env: Record<string, string> = { ...path, HOME: home, LC_ALL: 'C.UTF-8' };
  for (const [name, value] of Object.entries(one.env ?? {})) env[name] = fill(value);
  return { args: one.args.map(fill), env };
}

function ours(one: Case): ConnectionTarget | GuardError {
  const { args, env } = prepare(one);
  try {
    return resolveConnection({
      args,
      env,
      account: currentAccount(),
      psql: one.wrapped === true ? wrapped : plain,
      files: systemFiles,
    });
  } catch (error) {
    if (error instanceof GuardError) return error;
    throw error;
  }
}

async function theirs(one: Case): Promise<Arrival | string> {
  const { args, env } = prepare(one);
  fake.arrivals.length = 0;
  const run = await runPsql(one.wrapped === true ? wrapper : direct, [...args], env);
  const [first] = fake.arrivals;
  // psql stops reading options at the ones that come last in a case: nothing arrives when it only prints.
  return first ?? run.stderr;
}

function asArrival(target: ConnectionTarget): Arrival {
  const [server] = target.servers;
  const { user, database, options, applicationName, replication } = target;
  const said = { user, database, options, application_name: applicationName, replication };
  const parameters = Object.fromEntries(
    Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const host = isSocket(server) ? server.host : (server.hostaddr ?? server.host);
  return { at: `${host}:${isSocket(server) ? port : server.port}`, parameters };
}

const COMPARED = ['user', 'database', 'options', 'application_name', 'replication'];

async function compare(one: Case): Promise<void> {
  const mine = ours(one);
  const real = await theirs(one);
  if (typeof real === 'string') {
    expect(mine, `psql failed: ${real}`).toBeInstanceOf(GuardError);
    return;
  }
  // The one place where guard is stricter on purpose: bytes that it could not pass on unchanged.
  if (mine instanceof GuardError && mine.message.endsWith('is not UTF-8')) return;
  if (mine instanceof GuardError)
    throw new Error(`psql connected to ${real.at}, guard says: ${mine.message}`);
  const parameters = Object.fromEntries(
    Object.entries(real.parameters).filter(([name]) => COMPARED.includes(name)),
  );
  expect(asArrival(mine)).toEqual({ at: real.at, parameters });
}

const URI = 'postgresql://';
const accepted: readonly (readonly [readonly string[], Env])[] = [
  [['-h', '$A', '-p', '$P', '-U', 'u', '-d', 'd'], {}],
  [['-h$A', '-p$P', '-Uu', 'd'], {}],
  [['--host=$A', '--port', '$P', '--username=u', '--dbname', 'd'], {}],
  [['--ho=$A', '--po=$P', '--user', 'u', '--db=d'], {}],
  [['d', 'u', '-h', '$A', '-p', '$P'], {}],
  [['d', '-h', '$A', 'u', '-p', '$P', 'extra', 'more'], {}],
  [['-qAtXh$A', '-p', '$P'], {}],
  [['-h', '$A', '-p', '$P', '--', '-d', '-u'], {}],
  [['-h', '$A', '-p', '$P', '-', 'u'], {}],
  [['-h', '$A', '-h', '$B', '-p', '$P'], {}],
  [['-h', '$A', '-p', '$P', '-d', 'one', '-d', 'two', 'three'], {}],
  [['-h', '$A', '-p', '$P', '-d', '', 'user'], {}],
  [['-h', '$A', '-p', '$P', '-U', '', 'd', 'u2'], {}],
  [['-h', '', '-p', '$P'], { PGHOST: '$A' }],
  [['-l', '-h', '$A', '-p', '$P'], {}],
  [['-l', 'named', '-h', '$A', '-p', '$P'], {}],
  [['-h', '$A', '-p', '$P', '-v', 'x=1', '-c', 'select 1', '-f', '/dev/null', '-1', '-o', '/dev/null'], {}],
  [['-h', '$A', '-p', '$P', '--set=a=b', '--variable', 'c=d', '--csv', '--expanded', '--no-psqlrc'], {}],
  [['-h', '$A', '-p', ' $P '], {}],
  [['-h', '$A', '-p', '+$P'], {}],
  [['-h', '$A', '-p', '0$P'], {}],
  [['-h', '$S', '-p', '$P'], {}],
  [['-h', '$A,$B', '-p', '$P'], {}],
  [['-h', '$A,$B', '-p', '$O,$P'], {}],
  [['-w', '-h', '$A', '-p', '$P'], {}],
  [[], { PGHOST: '$A', PGPORT: '$P', PGUSER: 'eu', PGDATABASE: 'ed' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGUSER: '', PGDATABASE: '' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGUSER: 'only-user' }],
  [['postgres'], { PGHOST: '$A', PGPORT: '$P', PGDATABASE: 'ignored' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGOPTIONS: '-c work_mem=1MB' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGAPPNAME: 'mine' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGAPPNAME: '' }],
  [[], { PGHOST: 'no-such-host.invalid', PGHOSTADDR: '$B', PGPORT: '$P' }],
  [[], { PGHOST: '$S', PGHOSTADDR: '$B', PGPORT: '$P' }],
  [[], { PGHOSTADDR: '$A,$B', PGPORT: '$P' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGREQUIRESSL: '0' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGSSLMODE: 'disable', PGGSSENCMODE: 'disable' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGSSLMODE: 'allow', PGSSLMINPROTOCOLVERSION: 'tlsv1.3' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGCONNECT_TIMEOUT: ' 7 ' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGTARGETSESSIONATTRS: 'prefer-standby' }],
  [['host=$A port=$P dbname=d user=u'], {}],
  [["host = '$A'  port= $P dbname='it''s'"], {}],
  [["host=$A port=$P dbname='a b\\'c\\\\d' user=x\\ y"], {}],
  [['host=$A port=$P dbname=one dbname=two'], {}],
  [['host=$A port=$P dbname='], { PGDATABASE: 'hidden' }],
  [['-h', '$B', '-p', '$O', '-U', 'arg', '-d', 'host=$A port=$P user=inner'], {}],
  [['-U', 'arg', '-d', 'host=$A port=$P'], {}],
  [['host=$A port=$P requiressl=0 application_name=app'], {}],
  [['host=$A port=$P fallback_application_name=never'], {}],
  [["host=$A port=$P options='-c geqo=off'"], {}],
  [['host=$A port=$P connect_timeout=-1 keepalives=1 keepalives_idle=2'], {}],
  [['host=$A port=$P replication=database'], {}],
  [['\t host=$A\nport=$P\r\n'], {}],
  [['hostaddr=$B host=nowhere.invalid port=$P'], {}],
  [['service=prod'], {}],
  [['service=prod user=me dbname=mine'], {}],
  [['service=other'], {}],
  [['service=empty'], { PGDATABASE: 'x', PGUSER: 'eu' }],
  [['service=noaddr'], { PGHOST: '$A' }],
  [[], { PGSERVICE: 'prod' }],
  [['-h', '$A'], { PGSERVICE: 'prod' }],
  [['-d', 'explicit'], { PGSERVICE: 'prod', PGDATABASE: 'env' }],
  [[], { PGSERVICE: 'elsewhere', PGSERVICEFILE: '$H/other.conf' }],
  [[], { PGSERVICE: 'shared', PGSYSCONFDIR: '$H/sys' }],
  [[], { PGSERVICE: 'shared', PGSYSCONFDIR: '$H/sys', PGSERVICEFILE: '$H/other.conf' }],
  [['service=prod'], { PGSERVICE: 'other' }],
  [[`${URI}u@$A:$P/d`], {}],
  [['postgres://$A:$P'], {}],
  [[`${URI}$A:$P/`], { PGDATABASE: 'env' }],
  [[`${URI}$A:$P?dbname=q&user=qu`], {}],
  [[`${URI}u:p%40w@$A:$P/d%20b?application_name=a%26b`], {}],
  [[`${URI}/d?host=$E&port=$P`], {}],
  [[`${URI}$E:$P/d`], {}],
  [[`${URI}[::1]:$P/d`], { PGHOSTADDR: '$B' }],
  [[`${URI}$A:$O,$B:$P/d`], {}],
  [[`${URI}$A,$B/d?port=$P`], {}],
  [[`${URI}nowhere.invalid:$P/d?hostaddr=$B`], {}],
  [[`${URI}`], { PGHOST: '$A', PGPORT: '$P' }],
  [[`${URI}:$P`], { PGHOST: '$A' }],
  [[`${URI}@$A:$P/`], {}],
  [[`${URI}:@$A:$P/x`], {}],
  [[`${URI}$A:$P/a/b`], {}],
  [[`${URI}$A:$P/d?`], {}],
  [[`${URI}$A:$P/d?user=x&`], {}],
  [[`${URI}$A:$P/d?requiressl=0`], {}],
  [['-d', `${URI}$A:$P/d`, 'as-user'], {}],
  [['-h', '$B', `${URI}inner@:$P/d`], {}],
  [[`${URI}$A:$P/d?service=prod`], {}],
  [['-p', '$P', 'd', 'u', '-h', '$B'], { POSIXLY_CORRECT: '1', PGHOST: '$A' }],
];

test.each(accepted.map(([args, env]): [string, Case] => [JSON.stringify([args, env]), { args, env }]))(
  'both resolve %s',
  async (_, one) => {
    await compare(one);
  },
);

const refused: readonly (readonly [readonly string[], Env])[] = [
  [['-h', '$A', '-p', 'abc'], {}],
  [['-h', '$A', '-p', '0'], {}],
  [['-h', '$A', '-p', '65536'], {}],
  [['-h', '$A', '-p', '5432x'], {}],
  [['-h', '$A', '-p', '99999999999999999999'], {}],
  [['-h', '$A,$B', '-p', '$P,$P,$P'], {}],
  [['--nope'], {}],
  [['--p=1'], {}],
  [['--field-s=x'], {}],
  [['--list=x'], {}],
  [['-h'], {}],
  [['--host'], {}],
  [['-Y'], {}],
  [['--help=nothing'], {}],
  [['--cluster', '15/main'], {}],
  [['host=$A port=$P dbname'], {}],
  [["host='$A"], {}],
  [['host=$A nope=1'], {}],
  [['=x'], {}],
  [['host=$A port=$P sslmode=maybe'], {}],
  [[], { PGHOST: '$A', PGPORT: '$P', PGSSLMODE: '' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGSSLMODE: 'Disable' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGCHANNELBINDING: 'no' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGGSSENCMODE: '' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGTARGETSESSIONATTRS: 'master' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGSSLMINPROTOCOLVERSION: 'TLSv9' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGSSLMAXPROTOCOLVERSION: 'TLSv1.1' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGCONNECT_TIMEOUT: 'soon' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGHOSTADDR: '$A,$B' }],
  [[], { PGHOST: '$A', PGPORT: '$P', PGHOSTADDR: 'localhost' }],
  [['host=$A port=$P keepalives=yes'], {}],
  [['host=$A port=$P sslmode=verify-full sslrootcert=/nowhere'], {}],
  [['service=nosuchservice'], {}],
  [['service=broken'], {}],
  [['service=nosuch'], {}],
  [['service=nested'], {}],
  [['service=bare'], {}],
  [['service='], {}],
  [[], { PGSERVICE: '' }],
  [[], { PGSERVICE: 'long', PGSERVICEFILE: '$H/long.conf' }],
  [[], { PGSERVICE: 'prod', PGSERVICEFILE: '$H/missing.conf' }],
  [['service=prod&'], {}],
  [[`${URI}[::1`], {}],
  [[`${URI}[]:$P`], {}],
  [[`${URI}[::1]x`], {}],
  [[`${URI}$A:$P/d?user`], {}],
  [[`${URI}$A:$P/d?user=a=b`], {}],
  [[`${URI}$A:$P/d?nope=1`], {}],
  [[`${URI}$A:$P/d?&user=x`], {}],
  [[`${URI}$A:$P/d?ssl=yes`], {}],
  [[`${URI}$A:$P/%zz`], {}],
  [[`${URI}$A:$P/%0`], {}],
  [[`${URI}$A:$P/%00`], {}],
  [[`${URI}u:pass/word@$A:$P/d`], {}],
  [[`${URI}u%@$A:$P/d`], {}],
];

test.each(refused.map(([args, env]): [string, Case] => [JSON.stringify([args, env]), { args, env }]))(
  'both refuse %s',
  async (_, one) => {
    const mine = ours(one);
    expect(mine).toBeInstanceOf(GuardError);
    expect(typeof (await theirs(one))).toBe('string');
  },
);

const clusterRoot = { PG_CLUSTER_CONF_ROOT: '$H/conf' };
const wrapperCases: readonly (readonly [readonly string[], Env])[] = [
  [[], clusterRoot],
  [['d', 'u'], clusterRoot],
  [['--cluster', '$V/main', 'd'], clusterRoot],
  [['--cluster=$V/main'], clusterRoot],
  [['d', '--cluster', '$V/$A:$O'], {}],
  [[], { PGCLUSTER: '$V/$B:$P' }],
  [[], { PGCLUSTER: '$V/$B:$P', PGPORT: '$O', PGHOST: '$A' }],
  [['-h', '$A', '-p', '$P'], { PGCLUSTER: '$V/$B:$O' }],
  [['--cluster', '$V/$B:$P'], { PGHOST: '$A', PGPORT: '$P' }],
  [['--cluster', '$V/$B:$P', '-h', '$A'], {}],
  [[], { ...clusterRoot, PGSYSCONFDIR: '$H/sys' }],
  [[], { ...clusterRoot, PGSYSCONFDIR: '$H/sys', PGDATABASE: 'env' }],
  [['-d', 'service=shared'], { ...clusterRoot, PGSYSCONFDIR: '$H/sys' }],
  [['-p', '$P'], { PGHOST: '$S' }],
  [['-c', '-xh', '-p', '$P'], { PGHOST: '$S' }],
];

test.each(
  wrapperCases.map(([args, env]): [string, Case] => [
    JSON.stringify([args, env]),
    { args, env, wrapped: true },
  ]),
)('through pg_wrapper: %s', async (_, one) => {
  expect(wrapped.wrapped).toBe(true);
  await compare(one);
});

const wrapperRefused: readonly (readonly [readonly string[], Env])[] = [
  [['--cluster'], {}],
  [['--cluster', '15'], {}],
  [['--cluster', '99/main'], {}],
  [['--cluster', '$V/nosuch'], clusterRoot],
  [[], { PGCLUSTER: '99/main' }],
  [[], { PGCLUSTER: '$V' }],
];

test.each(
  wrapperRefused.map(([args, env]): [string, Case] => [
    JSON.stringify([args, env]),
    { args, env, wrapped: true },
  ]),
)('pg_wrapper and guard refuse %s', async (_, one) => {
  expect(ours(one)).toBeInstanceOf(GuardError);
  expect(typeof (await theirs(one))).toBe('string');
});

test('~/.postgresqlrc chooses a network cluster and a database', async () => {
  const file = join(home, '.postgresqlrc');
  writeFileSync(file, `# mine\n99 none *\n${wrapped.major} ${B}:${port} chosen\n`);
  try {
    await compare({ args: [], env: clusterRoot, wrapped: true });
    await compare({ args: ['-p', '$P', '-h', '$A'], env: clusterRoot, wrapped: true });
  } finally {
    rmSync(file);
  }
  expect(existsSync(file)).toBe(false);
});

/** Words that are interesting to the parsers, and values that must survive them. */
const word = fc.constantFrom(
  'a',
  'b c',
  "it's",
  'back\\slash',
  'é',
  '100%',
  '',
  '@',
  ':',
  '/',
  '?',
  '&',
  '=',
  ',',
  '#',
  '"',
);
const text = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(''));
const keyword = fc.constantFrom(
  'user',
  'dbname',
  'application_name',
  'options',
  'password',
  'host',
  'passfile',
);
const pair = fc.tuple(keyword, text);
const RUNS = { numRuns: 120 };
const atListener: Env = { PGHOSTADDR: '$A', PGPORT: '$P' };

function oneHost(pairs: readonly (readonly [string, string])[]) {
  return pairs.filter(([name, value]) => name !== 'host' || !/[,]/.test(value));
}

test('generated conninfo strings', async () => {
  const quote = fc.constantFrom('always', 'plain');
  const blank = fc.constantFrom('', ' ', '\t', '  ');
  const written = fc.tuple(pair, quote, blank, blank).map(([[name, value], how, before, after]) => {
    const escaped = value.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
    return `${name}${before}=${after}${how === 'always' ? `'${escaped}'` : value}`;
  });
  await fc.assert(
    fc.asyncProperty(fc.array(written, { minLength: 1, maxLength: 5 }), async (words) => {
      await compare({ args: ['-d', words.join(' ').replaceAll('$', '')], env: atListener });
    }),
    RUNS,
  );
});

test('generated URIs', async () => {
  const piece = fc.oneof(text.map(encodeURIComponent), text);
  const uri = fc
    .record({
      user: fc.option(piece, { nil: undefined }),
      password: fc.option(piece, { nil: undefined }),
      host: fc.constantFrom('', 'h', 'h.invalid', '[::1]', '127.66.1.1'),
      database: fc.option(piece, { nil: undefined }),
      parameters: fc.array(fc.tuple(keyword, piece), { maxLength: 3 }),
    })
    .map(({ user, password, host, database, parameters }) => {
      const login = user === undefined ? '' : `${user}${password === undefined ? '' : `:${password}`}@`;
      const query = oneHost(parameters)
        .map(([name, value]) => `${name}=${value}`)
        .join('&');
      return `${URI}${login}${host}${database === undefined ? '' : `/${database}`}${query === '' ? '' : `?${query}`}`;
    });
  await fc.assert(
    fc.asyncProperty(uri, async (one) => {
      await compare({ args: [one], env: atListener });
    }),
    RUNS,
  );
});
