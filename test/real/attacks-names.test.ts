import { Socket } from 'node:net';
import { Client, type QueryConfig } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, guardHome, PipedGuard } from './guard-process.ts';

/** Nothing of this may arrive in any form. */
const SECRETS = ['Quillfeather', 'rehtaefl', '907-55-1234', '907551234'];

let cluster: Cluster;
let home: GuardHome;
let guard: PipedGuard;
let folder: string;
/** The same database as a production one. */
let strict: PipedGuard;
let strictFolder: string;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE members(id int PRIMARY KEY, last_name text, ssn text);
     INSERT INTO members VALUES (1, 'Quillfeather', '907-55-1234');
     CREATE TABLE gadgets(id int PRIMARY KEY, color text);
     INSERT INTO gadgets SELECT i, 'red' FROM generate_series(1, 500) i;
     ALTER TABLE members OWNER TO nina; ALTER TABLE gadgets OWNER TO nina; ANALYZE`,
    cluster.database,
  );
  home = guardHome();
  const uri = `postgresql://${cluster.user.user}@127.0.0.1:${cluster.port}/${cluster.database}?sslmode=require`;
  guard = new PipedGuard(home, ['proxy', 'postgres', '--quiet', '--', uri]);
  [, folder = ''] = await guard.see(/^(\/.*)\n/);
  strict = new PipedGuard(home, ['proxy', 'postgres', '--quiet', '--env', 'prod', '--', uri]);
  [, strictFolder = ''] = await strict.see(/^(\/.*)\n/);
});
afterAll(async () => {
  for (const each of [guard, strict]) {
    process.kill(await each.pid(), 'SIGTERM');
    await each.done;
  }
  home[Symbol.dispose]();
  await cluster.stop();
});

/** Runs statements on one connection, one after the other whatever becomes of them; gives every byte that came back. */
async function bytesOf(
  statements: readonly string[],
  queryMode: 'simple' | 'extended',
  host = folder,
): Promise<string> {
  const chunks: Buffer[] = [];
  const socket = new Socket();
  const client = new Client({
    host,
    port: cluster.port,
    user: cluster.user.user,
    password: cluster.user.password,
    database: cluster.database,
    stream: () => socket,
  });
  client.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await client.connect();
  for (const text of statements) {
    const query: QueryConfig & { readonly queryMode: string } = { text, queryMode };
    await client.query(query).catch(() => undefined);
  }
  await client.end();
  return Buffer.concat(chunks).toString('latin1');
}

const MODES = ['simple', 'extended'] as const;

const READS: readonly (readonly [string, ...string[]])[] = [
  // A name given anew in the message that uses it.
  [
    'PREPARE p AS SELECT color FROM gadgets',
    'DEALLOCATE p; PREPARE p AS SELECT reverse(last_name) FROM members; EXECUTE p',
  ],
  [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT color FROM gadgets',
    'CLOSE c; DECLARE c CURSOR FOR SELECT reverse(last_name) FROM members; FETCH ALL FROM c',
  ],
  // What a transaction did is taken back.
  [
    'BEGIN',
    'ALTER TABLE members RENAME COLUMN last_name TO x',
    'ALTER TABLE members RENAME COLUMN id TO last_name',
    'SELECT 1',
    'ROLLBACK',
    'SELECT reverse(last_name) FROM members',
  ],
  // Kept elsewhere and read from there.
  [
    'CREATE TEMP TABLE t AS SELECT reverse(last_name) AS k FROM members',
    'SELECT k FROM t',
    'TABLE t',
    'COPY t TO STDOUT',
  ],
  ['SELECT reverse(last_name) AS k INTO TEMP t FROM members', "SELECT k || '' FROM t"],
  [
    'PREPARE p AS SELECT reverse(last_name) AS k FROM members',
    'CREATE TEMP TABLE t AS EXECUTE p',
    'SELECT k FROM t',
  ],
  ['CREATE TEMP TABLE t AS SELECT reverse(last_name) AS k FROM members; SELECT k FROM t'],
  [
    'CREATE TEMP TABLE t (k text)',
    'INSERT INTO t SELECT reverse(last_name) FROM members',
    'ALTER TABLE t RENAME COLUMN k TO l',
    'SELECT l FROM t',
  ],
  [
    'CREATE TEMP TABLE t (k text)',
    "INSERT INTO t VALUES ('x')",
    'UPDATE t SET k = (SELECT reverse(last_name) FROM members)',
    'CREATE TEMP TABLE u AS SELECT k FROM t',
    'SELECT * FROM u',
  ],
  [
    'CREATE TEMP TABLE members AS SELECT reverse(last_name) AS k FROM public.members',
    'SELECT k FROM members',
  ],
  // Settings and notifications.
  ["SELECT set_config('application_name', last_name, false) IS NULL FROM members", 'SHOW application_name'],
  ["SELECT set_config('search_path', reverse(last_name), false) IS NULL FROM members", 'SHOW search_path'],
  ['LISTEN c', "SELECT pg_notify('c', reverse(last_name)) FROM members", 'SELECT 1'],
  // Errors and notices.
  ['SELECT last_name::json FROM members'],
  ["SELECT xmlparse(document '<' || last_name || '></b>') FROM members"],
  ["SELECT lo_get(replace(ssn, '-', '')::oid) FROM members"],
  ["SELECT chr(replace(ssn, '-', '')::int) FROM members"],
  [
    "DO $$ DECLARE r text; BEGIN SELECT last_name INTO r FROM members; RAISE EXCEPTION '%', r USING DETAIL = reverse(r); END $$",
  ],
  [
    "SELECT pg_advisory_lock(replace(ssn, '-', '')::bigint) FROM members",
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory'",
  ],
];

describe('no byte of a classed value reaches the client', () => {
  test.each(
    MODES.flatMap((mode) => READS.map((statements) => [mode, statements.join('; '), statements] as const)),
  )('%s: %s', async (mode, _name, statements) => {
    const bytes = await bytesOf(statements, mode);
    for (const secret of SECRETS) expect(bytes).not.toContain(secret);
  });
});

test('a harmless prepared name can not carry a delete in', async () => {
  const again = 'DEALLOCATE p; PREPARE p AS DELETE FROM gadgets; EXECUTE p';
  expect(await bytesOf(['PREPARE p AS SELECT 1', again], 'simple', strictFolder)).toContain(
    'guard refused this',
  );
  const [left] = await cluster.sql('SELECT count(*)::int AS rows FROM gadgets', cluster.database);
  expect(left).toEqual({ rows: 500 });
});

test('what one connection sees of its own is not shown to another as its own', async () => {
  const open = (sql: string) => bytesOf([sql], 'simple');
  const view = "CREATE TEMP VIEW members AS SELECT 1 AS id, 'x'::text AS last_name, 'y'::text AS ssn";
  const [own, other] = await Promise.all([
    bytesOf([view, 'SELECT pg_sleep(0.5)'], 'simple'),
    open('SELECT pg_sleep(0.2)').then(() => open('SELECT reverse(last_name) FROM members')),
  ]);
  expect(own).toContain('CREATE VIEW');
  for (const secret of SECRETS) expect(other).not.toContain(secret);
});
