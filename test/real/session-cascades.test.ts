import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, type GuardTerminal, homeFor, openPsql } from './guard-process.ts';

let cluster: Cluster;
let home: GuardHome;
let terminal: GuardTerminal | undefined;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE plans(id int PRIMARY KEY, name text);
     CREATE TABLE slips(id int PRIMARY KEY, plan int REFERENCES plans ON DELETE CASCADE ON UPDATE CASCADE);
     CREATE TABLE slip_lines(id int PRIMARY KEY, slip int REFERENCES slips ON DELETE CASCADE);
     INSERT INTO plans SELECT i, 'p' || i FROM generate_series(1, 500) i;
     INSERT INTO slips SELECT i, CASE WHEN i <= 1204 THEN 1 ELSE 2 END FROM generate_series(1, 60000) i;
     INSERT INTO slip_lines SELECT i, i FROM generate_series(1, 100) i;
     ALTER TABLE plans OWNER TO nina; ALTER TABLE slips OWNER TO nina; ALTER TABLE slip_lines OWNER TO nina;
     ANALYZE`,
    'clinic',
  );
});
afterAll(() => cluster.stop());
beforeEach(() => {
  home = homeFor(cluster);
});
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
  home[Symbol.dispose]();
});

/** The screen with the panel's frame and its line ends taken out. */
function said(psql: GuardTerminal): string {
  return psql.text().replaceAll(/\s*[│|]?\s*\n\s*[│|]?\s*/g, ' ');
}

test.each([
  [
    'DELETE FROM plans WHERE id = 1;',
    '1,204 rows of slips: rows are deleted too by slips_plan_fkey, and what hangs on them',
  ],
  [
    'DELETE FROM plans WHERE id = 2;',
    'at least 10,001 rows of slips: rows are deleted too by slips_plan_fkey',
  ],
  ['UPDATE plans SET id = 1001 WHERE id = 1;', '1,204 rows of slips: rows follow by slips_plan_fkey'],
])('%s is bulk by what goes with its one row, and the question says so', async (text, taken) => {
  terminal = await openPsql(cluster, home, { guard: ['--quiet', '--env', 'prod'] });
  await terminal.ask(text, /type clinic and Enter/);
  expect(said(terminal)).toContain('1 row (counted)');
  expect(said(terminal)).toContain(taken);
  await terminal.answer('\x03');
  await terminal.see('ERROR:');
});

test('one row with which nothing goes is small', async () => {
  terminal = await openPsql(cluster, home, { guard: ['--quiet', '--env', 'prod'] });
  await terminal.ask('DELETE FROM plans WHERE id = 400;', /y yes {2}n no/);
  expect(said(terminal)).toContain('0 rows of slips');
  await terminal.answer('n');
  await terminal.see('ERROR:');
});

test('rows that another table picks are counted, each once', async () => {
  terminal = await openPsql(cluster, home, { guard: ['--quiet', '--env', 'prod'] });
  await terminal.ask(
    'DELETE FROM slips USING slip_lines l, plans p WHERE slips.id = l.slip AND l.id <= 40 AND p.id <= 3;',
    /y yes {2}n no/,
  );
  expect(said(terminal)).toContain('40 rows (counted)');
  expect(said(terminal)).toContain('40 rows of slip_lines');
  await terminal.answer('n');
  await terminal.see('ERROR:');
});
