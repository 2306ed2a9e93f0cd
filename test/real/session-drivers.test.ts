import { Buffer } from 'node:buffer';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type ClientConfig, Pool, type QueryConfig } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildMessage, int16, int32 } from '../../src/wire/postgres/message.ts';
import { say } from '../wire/postgres/scripted.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { speak } from './driver-messages.ts';
import { type GuardHome, homeFor, PipedGuard } from './guard-process.ts';

/** What drivers do with the protocol beyond plain queries, through a port of guard's. */

let cluster: Cluster;
let home: GuardHome;
let port: number;
let token: string;
let guard: PipedGuard;
let client: Client;

const TABLE = `
  DROP TABLE IF EXISTS patients;
  CREATE TABLE patients(id int PRIMARY KEY, mrn text, ssn text, birth_date date, state text);
  INSERT INTO patients SELECT i, 'A-' || i, '900-11-' || lpad(i::text, 4, '0'), date '2000-01-01' + i, 'NV'
    FROM generate_series(1, 50) i;
  ALTER TABLE patients OWNER TO nina; ANALYZE patients`;
const SETTINGS = `catalog:
  public.patients.mrn: phi.mrn
  public.patients.ssn: phi.ssn
  public.patients.birth_date: phi.date
`;

interface Opened {
  readonly guard: PipedGuard;
  readonly port: number;
  readonly token: string;
}

async function openPort(...options: readonly string[]): Promise<Opened> {
  const uri = `postgresql://nina@127.0.0.1:${cluster.port}/clinic?sslmode=require`;
  const args = ['proxy', 'postgres', '--listen', '0', '--json', ...options, '--', uri];
  const opened = new PipedGuard(home, args);
  const [line] = await opened.see(/^\{.*\}\n/);
  const said = JSON.parse(line);
  return {
    guard: opened,
    port: said.port,
    token: said.token ?? readFileSync(said.tokenFile, 'utf8').trim(),
  };
}

async function stop(opened: PipedGuard) {
  process.kill(await opened.pid(), 'SIGTERM');
  return opened.done;
}

const place = (opened: Pick<Opened, 'port' | 'token'>): ClientConfig => ({
  host: '127.0.0.1',
  port: opened.port,
  user: 'nina',
  password: opened.token,
  database: 'clinic',
});

async function connect(opened: Pick<Opened, 'port' | 'token'> = { port, token }): Promise<Client> {
  const made = new Client(place(opened));
  made.on('error', () => undefined);
  await made.connect();
  return made;
}

/** node-postgres knows it, its types do not. */
const binary = (query: QueryConfig): QueryConfig & { readonly binary: true } => ({ ...query, binary: true });

const content = async (): Promise<string> =>
  JSON.stringify(await cluster.sql('SELECT p.*::text AS row FROM patients p ORDER BY id', 'clinic'));

beforeAll(async () => {
  cluster = await startCluster();
  home = homeFor(cluster);
  mkdirSync(join(home.config, 'guard'), { mode: 0o700 });
  writeFileSync(join(home.config, 'guard', 'guard.yaml'), SETTINGS, { mode: 0o600 });
  await cluster.sql(TABLE, 'clinic');
  ({ guard, port, token } = await openPort('--quiet'));
  client = await connect();
});
afterAll(async () => {
  await client.end();
  await stop(guard);
  home[Symbol.dispose]();
  await cluster.stop();
});

describe('results', () => {
  test('in binary format are masked as in text, and valid', async () => {
    const query = { text: 'SELECT id, ssn, mrn, state FROM patients WHERE id = $1', values: [7] };
    const { rows: inText } = await client.query(query);
    const { rows: inBinary } = await client.query(binary(query));
    expect(inBinary).toEqual(inText);
    expect(inBinary).toEqual([{ id: 7, ssn: '*****', mrn: expect.stringMatching(/^MRN~/), state: 'NV' }]);
    const dates = await client.query(
      binary({
        text: 'SELECT birth_date FROM patients WHERE id = $1',
        values: [7],
        types: { getTypeParser: () => (days: Buffer) => days.readInt32BE(0) },
      }),
    );
    // Days since the first of 2000: the seventh is shown as the first.
    expect(dates.rows).toEqual([{ birth_date: 0 }]);
  });

  test('of a portal that is read in parts are masked in each part', async () => {
    const portal = [
      say.parse('', 'SELECT id, ssn FROM patients ORDER BY id LIMIT 5'),
      say.bind('p', ''),
      say.execute('p', 2),
      say.execute('p', 2),
      say.execute('p', 2),
      say.sync,
    ];
    const answered = await speak(client, portal);
    expect(answered).toMatchObject({ suspended: 2, tags: ['SELECT 1'], error: undefined });
    expect(answered.rows.map(([id, ssn]) => `${id} ${ssn}`)).toEqual(
      [1, 2, 3, 4, 5].map((id) => `${id} *****`),
    );
  });

  test('of a portal that outlives its Sync in a transaction are masked too', async () => {
    await client.query('BEGIN');
    await speak(client, [say.parse('', 'SELECT ssn FROM patients'), say.bind('kept', ''), say.sync]);
    const first = await speak(client, [say.execute('kept', 1), say.sync]);
    const second = await speak(client, [say.execute('kept', 1), say.sync]);
    await client.query('ROLLBACK');
    expect([...first.rows, ...second.rows]).toEqual([['*****'], ['*****']]);
  });

  test('of pipelined queries come in order; a refused one ends the pipeline, and no other is lost', async () => {
    const before = await content();
    const one = (sql: string) => [say.parse('', sql), say.bind('', ''), say.execute('')];
    const good = await speak(client, [
      ...one('SELECT ssn FROM patients WHERE id = 1'),
      ...one('SELECT state FROM patients WHERE id = 2'),
      say.sync,
    ]);
    expect(good).toMatchObject({ rows: [['*****'], ['NV']], tags: ['SELECT 1', 'SELECT 1'] });
    const bad = await speak(client, [
      ...one("UPDATE patients SET state = 'CA' WHERE id = 1"),
      ...one('DROP SCHEMA public CASCADE'),
      ...one("UPDATE patients SET state = 'CA' WHERE id = 2"),
      say.sync,
    ]);
    expect(bad.error).toMatchObject({
      code: '42501',
      message: expect.stringContaining('guard refused this'),
    });
    expect(await content()).toBe(before);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('of a statement prepared before its columns changed places are masked by what they are now', async () => {
    const prepared = { name: 'state-of', text: 'SELECT state FROM patients WHERE id = $1', values: [3] };
    expect((await client.query(prepared)).rows).toEqual([{ state: 'NV' }]);
    await cluster.sql(
      `ALTER TABLE patients RENAME ssn TO x; ALTER TABLE patients RENAME state TO ssn;
       ALTER TABLE patients RENAME x TO state`,
      'clinic',
    );
    const { rows } = await client.query(prepared);
    await cluster.sql(TABLE, 'clinic');
    expect(JSON.stringify(rows)).not.toContain('900-11');
  });

  test('of a statement whose table got another column: the error of PostgreSQL, then it works again', async () => {
    const prepared = { name: 'all-of', text: 'SELECT * FROM patients WHERE id = $1', values: [3] };
    await client.query(prepared);
    await client.query('ALTER TABLE patients ADD COLUMN more text');
    await expect(client.query(prepared)).rejects.toMatchObject({ code: '0A000' });
    await client.query('DEALLOCATE "all-of"');
    const again = await client.query({ ...prepared, name: 'all-of-2' });
    await cluster.sql(TABLE, 'clinic');
    expect(again.rows[0]).toMatchObject({ id: 3, ssn: '*****', more: null });
  });
});

describe('COPY', () => {
  const MASK_COLUMNS = 'id, mrn';
  const statement = (format: string) => `COPY patients(${MASK_COLUMNS}) FROM STDIN (FORMAT ${format})`;
  const inSimple = (sql: string) => [say.query(sql)];
  const inExtended = (sql: string) => [say.parse('', sql), say.bind('', ''), say.execute(''), say.sync];

  const binaryRow = (id: number, mrn: string): Buffer =>
    Buffer.concat([int16(2), int32(4), int32(id), int32(Buffer.byteLength(mrn)), Buffer.from(mrn)]);
  const binaryFile = (...rows: readonly Buffer[]): Buffer =>
    Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), int32(0), int32(0), ...rows, int16(-1)]);
  const copyData = (payload: Buffer) => buildMessage(0x64, payload);

  let before: string;
  let mask: string;
  beforeEach(async () => {
    before = await content();
    mask = (await client.query('SELECT mrn FROM patients WHERE id = 1')).rows[0].mrn;
  });

  test.each([
    ['simple', inSimple],
    ['extended', inExtended],
  ])('out is masked in text and csv, and refused in binary, %s protocol', async (_name, how) => {
    const text = await speak(
      client,
      how('COPY (SELECT id, ssn FROM patients ORDER BY id LIMIT 2) TO STDOUT'),
    );
    expect(text).toMatchObject({ copied: '1\t*****\n2\t*****\n', tags: ['COPY 2'] });
    const csv = await speak(client, how('COPY patients(id, ssn) TO STDOUT (FORMAT csv, HEADER)'));
    expect(csv.copied).toMatch(/^id,ssn\n1,\*\*\*\*\*\n/);
    expect(csv.copied).not.toContain('900-11');
    const binary = await speak(client, how('COPY patients(id, ssn) TO STDOUT (FORMAT binary)'));
    expect(binary).toMatchObject({ copied: '', error: { code: '42501' } });
    const harmless = await speak(client, how('COPY (SELECT 7 AS n) TO STDOUT (FORMAT binary)'));
    expect(harmless).toMatchObject({ tags: ['COPY 1'], error: undefined });
  });

  const formats = [
    ['text', (id: number, mrn: string) => Buffer.from(`${id}\t${mrn}\n`)],
    ['csv', (id: number, mrn: string) => Buffer.from(`${id},"${mrn}"\n`)],
    ['binary', (id: number, mrn: string) => binaryFile(binaryRow(id, mrn))],
  ] as const;
  const ways = [
    ['simple', inSimple, []],
    ['extended', inExtended, [say.sync]],
  ] as const;
  const cases = formats.flatMap(([format, row]) =>
    ways.map(([name, how, sync]) => ({ format, row, name, how, sync })),
  );

  test.each(cases)('in carries no mask, $format, $name protocol', async ({ format, row, how, sync }) => {
    const rows = row(900, mask);
    // A mask that is cut between two messages is one all the same.
    const pieces = [rows.subarray(0, rows.length - 8), rows.subarray(rows.length - 8)];
    const answered = await speak(client, how(statement(format)), [
      ...pieces.map(copyData),
      say.copyDone,
      ...sync,
    ]);
    expect(answered.error).toMatchObject({
      code: '42501',
      message: 'guard refused this: It would store a mask in patients.mrn.',
    });
    expect(await content()).toBe(before);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test.each(cases)('in stores real rows, $format, $name protocol', async ({ format, row, how, sync }) => {
    await client.query('BEGIN');
    const answered = await speak(client, how(statement(format)), [
      copyData(row(901, 'A-901')),
      say.copyDone,
      ...sync,
    ]);
    expect(answered).toMatchObject({ tags: ['COPY 1'], error: undefined });
    await client.query('ROLLBACK');
    expect(await content()).toBe(before);
  });

  test('in that the client gives up stores nothing', async () => {
    const give = buildMessage(0x66, 'changed my mind');
    const answered = await speak(client, inSimple(statement('text')), [
      copyData(Buffer.from('902\tA-2\n')),
      give,
    ]);
    expect(answered.error).toMatchObject({ code: '57014' });
    expect(await content()).toBe(before);
  });
});

describe('beside the queries', () => {
  test('a statement is cancelled', async () => {
    const running = client.query('SELECT pg_sleep(60)');
    const ended = expect(running).rejects.toMatchObject({ code: '57014' });
    await expect
      .poll(
        async () => (await cluster.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length,
      )
      .toBe(1);
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const asking = new Client(place({ port, token }));
    const connection = (asking as unknown as { connection: CancelConnection }).connection;
    connection.on('connect', () => connection.cancel(processID, secretKey));
    connection.connect(port, '127.0.0.1');
    await ended;
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('a notification comes, without values in its text', async () => {
    const other = await connect();
    await client.query('LISTEN claims');
    const heard = new Promise<string>((done) =>
      client.once('notification', (note) => done(note.payload ?? '')),
    );
    await cluster.sql("NOTIFY claims, 'ssn 900-11-0003 changed'", 'clinic');
    expect(await heard).not.toContain('900-11-0003');
    await other.end();
  });

  test('a pool of ten works side by side', async () => {
    const pool = new Pool({ ...place({ port, token }), max: 10 });
    const ids = Array.from({ length: 60 }, (_, index) => (index % 50) + 1);
    const results = await Promise.all(
      ids.map((id) => pool.query('SELECT id, ssn FROM patients WHERE id = $1', [id])),
    );
    expect(pool.totalCount).toBe(10);
    expect(results.map(({ rows }) => rows[0])).toEqual(ids.map((id) => ({ id, ssn: '*****' })));
    await pool.end();
  });
});

interface CancelConnection {
  on(event: 'connect', act: () => void): void;
  connect(port: number, host: string): void;
  cancel(processID: number, secretKey: number): void;
}

test('--mask=fail refuses a driver what would be masked, and only that', async () => {
  const opened = await openPort('--quiet', '--mask=fail');
  const strict = await connect(opened);
  await expect(strict.query('SELECT ssn FROM patients WHERE id = $1', [1])).rejects.toMatchObject({
    code: '42501',
  });
  await expect(strict.query(binary({ text: 'SELECT ssn FROM patients' }))).rejects.toMatchObject({
    code: '42501',
  });
  expect((await strict.query('SELECT state FROM patients WHERE id = $1', [1])).rows).toEqual([
    { state: 'NV' },
  ]);
  await strict.end();
  await stop(opened.guard);
});
