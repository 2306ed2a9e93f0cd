import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, type GuardTerminal, homeFor, openPsql, runGuard } from './guard-process.ts';

let cluster: Cluster;
let home: GuardHome;
let terminal: GuardTerminal | undefined;

beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  home = homeFor(cluster);
  await cluster.sql(
    `DROP TABLE IF EXISTS slots;
     CREATE TABLE slots(id int PRIMARY KEY, room text);
     INSERT INTO slots SELECT i, CASE WHEN i <= 40 THEN 'old' ELSE 'new' END FROM generate_series(1, 20000) i;
     ALTER TABLE slots OWNER TO nina;
     ANALYZE`,
    'clinic',
  );
});
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
  home[Symbol.dispose]();
});

const PANEL = /y yes {2}n no/;
const DELETE = "DELETE FROM slots WHERE room = 'old';";

/** Another session makes `rows` of the slots old while somebody reads the question. */
async function age(rows: number): Promise<void> {
  await cluster.sql(
    `UPDATE slots SET room = 'old' WHERE id IN (SELECT id FROM slots WHERE room = 'new' ORDER BY id LIMIT ${rows})`,
    'clinic',
  );
}

async function left(): Promise<number> {
  const [row] = await cluster.sql('SELECT count(*)::int AS n FROM slots', 'clinic');
  return Number(row?.['n']);
}

/** The screen with the panel's frame and its line ends taken out. */
function said(psql: GuardTerminal): string {
  return psql.text().replaceAll(/\s*[│|]?\s*\n\s*[│|]?\s*/g, ' ');
}

async function answers(): Promise<readonly Record<string, unknown>[]> {
  const log = await runGuard(home, ['audit', 'log', '--json']);
  return log.stdout
    .toString()
    .split('\n')
    .filter((line) => line.includes('"recount"'))
    .map((line): Record<string, unknown> => JSON.parse(line));
}

async function open(): Promise<GuardTerminal> {
  terminal = await openPsql(cluster, home, { guard: ['--quiet', '--env', 'prod'] });
  return terminal;
}

test('rows that come while the question stands are asked about again, with both figures', async () => {
  const psql = await open();
  await psql.ask(DELETE, PANEL);
  expect(said(psql)).toContain('40 rows (counted)');
  await age(300);
  await psql.answer('y');
  await psql.see(/when you were asked/);
  expect(said(psql)).toContain('It was 40 rows when you were asked; it is 340 rows now.');
  expect(await left()).toBe(20_000);
  await psql.answer('clinic');
  await psql.answer('\r');
  await psql.see('DELETE 340\n');
  psql.line('\\q');
  expect(await psql.status()).toBe(0);
  expect(await left()).toBe(19_660);
  expect((await runGuard(home, ['audit', 'verify'])).status).toBe(0);
  expect((await answers()).length).toBeGreaterThan(0);
});

test('no to the second question leaves every row', async () => {
  const psql = await open();
  await psql.ask(DELETE, PANEL);
  await age(2_300);
  await psql.answer('y');
  await psql.see(/when you were asked/);
  expect(said(psql)).toMatch(
    /It was 40 rows when you were asked; it is (?:at least 1,001|about [\d,]+) rows now\./,
  );
  await psql.answer('\x03');
  await psql.see('ERROR:');
  expect(await left()).toBe(20_000);
});

test('a yes to rows that stayed as they were is one question', async () => {
  const psql = await open();
  await psql.ask(DELETE, PANEL);
  await age(10);
  await psql.answer('y');
  await psql.see('DELETE 50\n');
  expect(await left()).toBe(19_950);
});
