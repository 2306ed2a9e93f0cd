import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
    `DROP TABLE IF EXISTS notes, claims;
     CREATE TABLE claims(id int PRIMARY KEY, status text, amount int);
     INSERT INTO claims SELECT i, 'open', i FROM generate_series(1, 20000) i;
     ALTER TABLE claims OWNER TO nina;
     CREATE TABLE notes(id int PRIMARY KEY, claim int REFERENCES claims DEFERRABLE INITIALLY DEFERRED, body text);
     ALTER TABLE notes OWNER TO nina;
     INSERT INTO notes SELECT i, 5000 + i, 'n' FROM generate_series(1, 2000) i;
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
const PAID = "SELECT count(*)::int AS n FROM claims WHERE status = 'paid'";

async function open(): Promise<GuardTerminal> {
  terminal = await openPsql(cluster, home, { guard: ['--quiet', '--env', 'prod'] });
  return terminal;
}

async function paid(): Promise<number> {
  const [row] = await cluster.sql(PAID, 'clinic');
  return Number(row?.['n']);
}

async function leave(psql: GuardTerminal): Promise<void> {
  psql.line('\\q');
  expect(await psql.status()).toBe(0);
}

const WRITES = [
  ["UPDATE claims SET status = 'paid' WHERE id <= 40;", 'UPDATE 40'],
  ["UPDATE claims SET status = 'paid' WHERE id IN (41, 42);", 'UPDATE 2'],
  ['DELETE FROM notes WHERE id < 3;', 'DELETE 2'],
] as const;

describe('inside BEGIN', () => {
  test('small writes pass, and COMMIT asks once with the exact totals', async () => {
    const psql = await open();
    await psql.ask('BEGIN;', 'BEGIN');
    for (const [text, tag] of WRITES) await psql.ask(text, `${tag}\n`);
    await psql.ask('COMMIT;', PANEL);
    expect(psql.text().replaceAll(/[│|]\s*\n[│|]\s+/g, ' ')).toContain(
      'Commits 3 statements: 42 rows updated in claims, 2 deleted from notes.',
    );
    expect(await paid()).toBe(0);
    await psql.answer('y');
    await psql.see('COMMIT\n');
    expect(await paid()).toBe(42);
    await leave(psql);
    const log = await runGuard(home, ['audit', 'log', '--json']);
    const entries = log.stdout.toString();
    expect(entries).toContain('at-commit');
    expect((await runGuard(home, ['audit', 'verify'])).status).toBe(0);
  });

  test('no leaves the transaction open: nothing is committed, ROLLBACK and COMMIT are still there', async () => {
    const psql = await open();
    await psql.ask('BEGIN;', 'BEGIN');
    await psql.ask(...WRITES[0]);
    await psql.ask('COMMIT;', PANEL);
    await psql.answer('n');
    await psql.see('The answer was no');
    await psql.see(/clinic=\*>\s*$/);
    await psql.ask(`${PAID};`, /\n +40\n/);
    await psql.ask('COMMIT;', PANEL);
    expect(psql.text()).not.toContain('allow this shape');
    await psql.answer('n');
    await psql.see('The answer was no');
    await psql.ask('ROLLBACK;', 'ROLLBACK\n');
    expect(await paid()).toBe(0);
    await leave(psql);
  });

  test('what a savepoint took back is not counted, and nothing left is no question', async () => {
    const psql = await open();
    await psql.ask('BEGIN;', 'BEGIN');
    await psql.ask('SAVEPOINT a;', 'SAVEPOINT');
    await psql.ask(...WRITES[0]);
    await psql.ask('ROLLBACK TO a;', 'ROLLBACK');
    await psql.ask('COMMIT;', 'COMMIT\n');
    expect(await paid()).toBe(0);
    await leave(psql);
  });

  test('with ON_ERROR_ROLLBACK an error in between costs nothing and counts nothing', async () => {
    const psql = await open();
    psql.line('\\set ON_ERROR_ROLLBACK on');
    await psql.ask('BEGIN;', 'BEGIN');
    await psql.ask(...WRITES[0]);
    await psql.ask('UPDATE claims SET amount = 1 / 0 WHERE id = 1;', 'division by zero');
    await psql.ask('COMMIT;', PANEL);
    expect(psql.text()).toContain('Commits 1 statement: 40 rows updated in claims.');
    await psql.answer('y');
    await psql.see('COMMIT\n');
    expect(await paid()).toBe(40);
    await leave(psql);
  });

  test('many small ones become a large one: its name is typed', async () => {
    const psql = await open();
    await psql.ask('BEGIN;', 'BEGIN');
    for (const from of [1, 101, 201])
      await psql.ask(
        `UPDATE claims SET status = 'paid' WHERE id BETWEEN ${from} AND ${from + 89};`,
        'UPDATE 90\n',
      );
    await psql.ask('COMMIT;', 'and Enter to go on');
    expect(await paid()).toBe(0);
    await psql.answer('\x1b');
    await psql.see('The answer was no');
    await leave(psql);
  });

  test('a write of every row is asked about at once', async () => {
    const psql = await open();
    await psql.ask('BEGIN;', 'BEGIN');
    await psql.ask("UPDATE claims SET status = 'paid';", 'and Enter to go on');
    await psql.answer('\x1b');
    await psql.see('The answer was no');
    await leave(psql);
  });
});

describe('t: run it in a transaction of its own, then decide', () => {
  test('the exact count, then yes', async () => {
    const psql = await open();
    await psql.ask(WRITES[0][0], 't try, then decide');
    await psql.answer('t');
    await psql.see('It has run: UPDATE 40 (40 rows). Nothing is final yet.');
    expect(await paid()).toBe(0);
    await psql.see(PANEL);
    await psql.answer('y');
    await psql.see('UPDATE 40\n');
    await psql.see(/clinic=>\s*$/);
    expect(await paid()).toBe(40);
    await leave(psql);
    expect((await runGuard(home, ['audit', 'verify'])).status).toBe(0);
  });

  test('no rolls it back, and psql stands outside any transaction', async () => {
    const psql = await open();
    await psql.ask(WRITES[0][0], PANEL);
    await psql.answer('t');
    await psql.see('Nothing is final yet.');
    await psql.answer('n');
    await psql.see('guard rolled it back: 40 rows are as before');
    await psql.see(/clinic=>\s*$/);
    expect(await paid()).toBe(0);
    await leave(psql);
  });

  test('where a word is typed, Ctrl-T tries it', async () => {
    const psql = await open();
    await psql.ask("UPDATE claims SET status = 'paid' WHERE id <= 300;", 'Ctrl-T try, then decide');
    await psql.answer('\x14');
    await psql.see('It has run: UPDATE 300');
    await psql.see('and Enter to go on');
    expect(psql.text()).not.toContain('Ctrl-T');
    await psql.answer('\x1b');
    await psql.see('guard rolled it back: 300 rows are as before');
    expect(await paid()).toBe(0);
    await leave(psql);
  });

  test('an error at COMMIT is told as the statement’s own', async () => {
    const psql = await open();
    await psql.ask('DELETE FROM claims WHERE id = 5001;', PANEL);
    await psql.answer('t');
    await psql.see('Nothing is final yet.');
    await psql.answer('y');
    await psql.see('violates foreign key constraint');
    await psql.see(/clinic=>\s*$/);
    await leave(psql);
  });

  test('not inside a transaction, and not for what is more than rows', async () => {
    const psql = await open();
    await psql.ask('CREATE INDEX ON claims(status);', /y yes|Enter to go on/);
    expect(psql.text()).not.toContain('try, then decide');
    await psql.answer('\x1b');
    await psql.see('The answer was no');
    await leave(psql);
  });
});
