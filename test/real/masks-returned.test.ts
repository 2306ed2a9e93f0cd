import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, homeFor, PipedGuard, runGuard } from './guard-process.ts';
import { type Finished, runProgram } from './wire-harness.ts';

let cluster: Cluster;
let home: GuardHome;
let guard: PipedGuard;
let folder: string;
let client: Client;

const TABLE = `
  DROP TABLE IF EXISTS patients;
  CREATE TABLE patients(
    id serial PRIMARY KEY, mrn text, short_mrn varchar(10), last_name text, birth_date date, ssn text, ref uuid,
    person_no int, person_big bigint, color text, state text);
  INSERT INTO patients(mrn, short_mrn, last_name, birth_date, ssn, ref, person_no, person_big, color, state)
    SELECT 'A-' || i, 'S-' || i, 'Doe' || i, date '1984-07-12' + i, '900-44-' || lpad(i::text, 4, '0'), gen_random_uuid(),
      1000 + i, 5000000000 + i, 'Jane of 900-44-' || lpad(i::text, 4, '0'), 'NV' FROM generate_series(1, 50) i;
  ALTER TABLE patients OWNER TO nina`;
const SETTINGS = `catalog:
  public.patients.mrn: phi.mrn
  public.patients.short_mrn: phi.mrn
  public.patients.last_name: phi.name
  public.patients.birth_date: phi.date
  public.patients.ssn: phi.ssn
  public.patients.ref: phi.id
  public.patients.person_no: phi.id
  public.patients.person_big: phi.id
`;
const MASKED = [
  'mrn',
  'short_mrn',
  'last_name',
  'birth_date',
  'ssn',
  'ref',
  'person_no',
  'person_big',
  'color',
];

function configured(): GuardHome {
  const made = homeFor(cluster);
  mkdirSync(join(made.config, 'guard'), { mode: 0o700 });
  writeFileSync(join(made.config, 'guard', 'guard.yaml'), SETTINGS, { mode: 0o600 });
  return made;
}

const uri = (): string => `postgresql://${cluster.user.user}@127.0.0.1:${cluster.port}/bench?sslmode=require`;

async function openProxy(): Promise<void> {
  guard = new PipedGuard(home, ['proxy', 'postgres', '--quiet', '--', uri()]);
  [, folder = ''] = await guard.see(/^(\/.*)\n/);
  client = new Client({ host: folder, port: cluster.port, ...cluster.user, database: 'bench' });
  client.on('error', () => undefined);
  await client.connect();
}

async function closeProxy(): Promise<void> {
  await client.end();
  process.kill(await guard.pid(), 'SIGTERM');
  await guard.done;
}

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql('CREATE DATABASE bench OWNER nina');
  await cluster.sql(TABLE, 'bench');
  home = configured();
  await openProxy();
});
afterAll(async () => {
  await closeProxy();
  home[Symbol.dispose]();
  await cluster.stop();
});

type Row = Readonly<Record<string, string | null>>;

/** Every cell as text, straight from the server. */
async function content(): Promise<string> {
  const rows = await cluster.sql('SELECT p.*::text AS row FROM patients p ORDER BY id', 'bench');
  return JSON.stringify(rows);
}

async function shownRow(): Promise<Row> {
  const columns = MASKED.map((name) => `${name} AS ${name}`).join(', ');
  const { rows } = await client.query<Row>({
    text: `SELECT id, ${columns} FROM patients WHERE state = 'NV' ORDER BY id LIMIT 1`,
    types: { getTypeParser: () => (value: string) => value },
  });
  const [row] = rows;
  if (row === undefined) throw new TypeError('no row');
  return row;
}

const refusalOf = (
  run: Promise<unknown>,
): Promise<{ message: string; detail?: string; hint?: string; code?: string }> =>
  run.then(
    () => ({ message: 'it ran' }),
    (error: Error & { detail?: string; hint?: string; code?: string }) => error,
  );

describe('a driver', () => {
  let before: string;
  let row: Row;
  beforeEach(async () => {
    before = await content();
    row = await shownRow();
  });

  test('sees masks, the same patient by the same mask', async () => {
    expect(row['mrn']).toMatch(/^MRN~[0-9a-z]{16}$/);
    expect(row['short_mrn']).toMatch(/^~[0-9a-z]{9}$/);
    expect(row['last_name']).toBe('*****');
    expect(row['birth_date']).toBe('1984-01-01');
    expect(row['ref']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8/);
    expect(Number(row['person_no'])).toBeLessThan(0);
    expect(row['color']).toBe('Jane of ***-**-****');
    expect(await shownRow()).toEqual(row);
  });

  test.each(MASKED)('can not update %s with it', async (name) => {
    const value = row[name] ?? '';
    const simple = await refusalOf(client.query(`UPDATE patients SET ${name} = '${value}' WHERE id = 1`));
    const bound = await refusalOf(client.query(`UPDATE patients SET ${name} = $1 WHERE id = $2`, [value, 1]));
    const prepared = `PREPARE p_${name} AS UPDATE patients SET ${name} = $1 WHERE id = 1`;
    await client.query(prepared);
    const executed = await refusalOf(client.query(`EXECUTE p_${name}('${value}')`));
    for (const refused of [simple, bound, executed]) {
      expect(refused.message).toMatch(/^guard refused this: It would store a mask/);
      expect(refused).toMatchObject({ code: '42501', detail: expect.any(String), hint: expect.any(String) });
    }
    expect(await content()).toBe(before);
  });

  test.each(MASKED)('can not insert %s', async (name) => {
    const value = row[name] ?? '';
    const statements = [
      `INSERT INTO patients(${name}, state) VALUES ('${value}', 'CA')`,
      `INSERT INTO patients(state, ${name}) SELECT 'CA', '${value}'`,
      `INSERT INTO patients(id, ${name}) VALUES (1, '${value}') ON CONFLICT (id) DO UPDATE SET ${name} = EXCLUDED.${name}`,
      `WITH v(x) AS (VALUES ('${value}')) UPDATE patients SET ${name} = x::${name === 'birth_date' ? 'date' : 'text'} FROM v WHERE id = 2`,
      `MERGE INTO patients p USING (SELECT 1 AS id) s ON p.id = s.id WHEN MATCHED THEN UPDATE SET ${name} = '${value}'`,
      `MERGE INTO patients p USING (SELECT 0 AS id) s ON p.id = s.id WHEN NOT MATCHED THEN INSERT (${name}) VALUES ('${value}')`,
    ];
    for (const statement of statements)
      expect((await refusalOf(client.query(statement))).message).toMatch(/It would store a mask/);
    expect(await content()).toBe(before);
  });

  test('can not bind one in binary format', async () => {
    const uuid = Buffer.from((row['ref'] ?? '').replaceAll('-', ''), 'hex');
    const big = Buffer.alloc(8);
    big.writeBigInt64BE(BigInt(row['person_big'] ?? '0'));
    const small = Buffer.alloc(4);
    small.writeInt32BE(Number(row['person_no']));
    const days = Buffer.alloc(4);
    days.writeInt32BE((Date.UTC(1984, 0, 1) - Date.UTC(2000, 0, 1)) / 86_400_000);
    const values: readonly [string, Buffer][] = [
      ['ref', uuid],
      ['person_big', big],
      ['person_no', small],
      ['birth_date', days],
      ['mrn', Buffer.from(row['mrn'] ?? '')],
      ['last_name', Buffer.from('*****')],
    ];
    for (const [name, value] of values) {
      const refused = await refusalOf(client.query(`UPDATE patients SET ${name} = $1 WHERE id = 1`, [value]));
      expect(refused.message).toMatch(/It would store a mask/);
    }
    expect(await content()).toBe(before);
  });

  test('is told that a mask finds nothing', async () => {
    const refused = await refusalOf(client.query('SELECT id FROM patients WHERE mrn = $1', [row['mrn']]));
    expect(refused.message).toBe('guard refused this: It looks for a mask, which is in no row.');
    const literal = await refusalOf(client.query(`SELECT id FROM patients WHERE ref = '${row['ref']}'`));
    expect(literal.message).toMatch(/It looks for a mask/);
  });

  test('writes real values as ever', async () => {
    await client.query('BEGIN');
    await client.query('UPDATE patients SET mrn = $1, last_name = $2, birth_date = $3 WHERE id = 3', [
      'A-3000',
      'O*Neil ~ Smith',
      '1984-07-15',
    ]);
    await client.query("UPDATE patients SET color = '** urgent **', person_no = -1 WHERE id = 3");
    await client.query(`UPDATE patients SET ref = gen_random_uuid() WHERE id = 3 -- was ${row['mrn']}`);
    await client.query('ROLLBACK');
    expect(await content()).toBe(before);
  });
});

describe('psql', () => {
  const COLUMNS = MASKED.join(',');
  const exec = (input: string, ...args: readonly string[]): Promise<Finished> =>
    runGuard(home, ['exec', '--quiet', '--', 'psql', '-XAt', '-d', uri(), ...args], { input });
  const through = (input: string): Promise<Finished> =>
    runProgram('psql', ['-XAt', '-v', 'ON_ERROR_STOP=1', 'bench'], {
      input,
      env: {
        PATH: process.env['PATH'] ?? '',
        LC_ALL: 'C.UTF-8',
        PGHOST: folder,
        PGPORT: String(cluster.port),
        PGUSER: cluster.user.user,
        PGPASSWORD: cluster.user.password,
      },
    });

  test.each([
    ['text', ''],
    ['csv', "WITH (FORMAT csv, HEADER, QUOTE '\"')"],
  ])('copies out and not in again, %s', async (_name, options) => {
    const before = await content();
    const out = join(home.folder, `out.${_name}`);
    const copied = await through(`\\copy patients(${COLUMNS}) to '${out}' ${options}\n`);
    expect(copied).toMatchObject({ status: 0, stderr: '' });
    const back = await through(
      `\\copy patients(${COLUMNS}) from '${out}' ${options}\nSELECT 'still here';\n`,
    );
    expect(back.stderr).toContain('guard refused this: It would store a mask in patients.mrn.');
    expect(await content()).toBe(before);
  });

  test.each(MASKED)('a file of yesterday with %s', async (name) => {
    const before = await content();
    const out = join(home.folder, `one-${name}.csv`);
    const copied = await exec('', '-c', `\\copy patients(${name}) to '${out}' csv`);
    expect(copied.status).toBe(0);
    const back = await exec('', '-c', `\\copy patients(${name}) from '${out}' csv`);
    const forgotten = name === 'birth_date' || name === 'color';
    if (forgotten) return;
    expect(back.stderr).toContain('It would store a mask in patients.');
    expect({ status: back.status, stderr: back.stderr }).toMatchObject({ status: 77 });
    expect(await content()).toBe(before);
  });

  test('copies real rows in', async () => {
    const done = await through(
      `BEGIN;\n\\copy patients(mrn, last_name, birth_date, color) from stdin\nA-9\tDoe\t1990-03-04\tfine, 3 ** 2\n\\.\nROLLBACK;\n`,
    );
    expect(done).toMatchObject({ status: 0, stderr: '' });
  });
});
