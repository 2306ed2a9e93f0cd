import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import {
  type GuardHome,
  type GuardTerminal,
  homeFor,
  isAlive,
  openPsql,
  PipedGuard,
  peakMemory,
  programBelow,
  runGuard,
  targetArguments,
} from './guard-process.ts';
import { sleep } from './pty-harness.ts';

const MEBIBYTE = 1024 * 1024;
/** Streaming may take so much (KiB). */
const MOST_MEMORY = 150 * 1024;

let cluster: Cluster;
let home: GuardHome;
let terminal: GuardTerminal | undefined;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE jobs(id int PRIMARY KEY, kind int); INSERT INTO jobs SELECT i, 1 FROM generate_series(1, 500) i;
     CREATE TABLE people(id int, email text);
     INSERT INTO people SELECT i, 'p' || i || '@example.com' FROM generate_series(1, 1000000) i;
     ALTER TABLE jobs OWNER TO nina; ALTER TABLE people OWNER TO nina; ANALYZE`,
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

const psql = (...args: readonly string[]): string[] => [
  '--',
  'psql',
  '-XAt',
  ...targetArguments(cluster),
  ...args,
];

async function count(what: string): Promise<number> {
  const [row] = await cluster.sql(`SELECT count(*)::int AS n FROM ${what}`, 'clinic');
  return Number(row?.['n']);
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 250; attempt += 1) {
    if (await holds()) return;
    await sleep(20);
  }
  throw new Error('it never came to hold');
}

/** Connections of nina's to the server. */
const connections = (): Promise<number> => count("pg_stat_activity WHERE usename = 'nina'");

describe('size', () => {
  test('a script of 100 MB can not be read as one decision, so nothing of it runs', async () => {
    const parts = [
      Buffer.from("SELECT length('"),
      Buffer.alloc(100 * MEBIBYTE, 'x'),
      Buffer.from("');\nSELECT 'next';\n"),
    ];
    writeFileSync(join(home.home, 'big.sql'), Buffer.concat(parts));
    const run = await runGuard(home, ['exec', ...psql('-f', 'big.sql')]);
    expect(run.status).toBe(77);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('too large');
  });

  test.each([
    ['COPY, nothing masked', 'COPY (SELECT id, id AS n, now() FROM people) TO STDOUT'],
    ['COPY, masked', 'COPY people TO STDOUT'],
    ['SELECT, masked', 'SELECT id, email FROM people'],
  ])('a million rows and a slow reader: %s', async (_name, sql) => {
    const guard = new PipedGuard(home, ['exec', ...psql('-c', sql)]);
    guard.end();
    guard.child.stdout?.pause();
    const memory = peakMemory(await guard.pid());
    await sleep(700);
    guard.child.stdout?.resume();
    expect((await guard.done).status).toBe(0);
    expect(guard.stdout.split('\n')).toHaveLength(1_000_001);
    expect(await memory).toBeLessThan(MOST_MEMORY);
  });
});

test('garbage on the socket ends that connection and no other', async () => {
  const guard = new PipedGuard(home, [
    'proxy',
    'postgres',
    '--',
    `postgresql://nina@127.0.0.1:${cluster.port}/clinic?sslmode=require`,
  ]);
  const [, folder = ''] = await guard.see(/^(\/.*)\n/);
  const send = (bytes: Buffer): Promise<string> =>
    new Promise((resolve) => {
      let answer = '';
      const socket = connect(join(folder, `.s.PGSQL.${cluster.port}`));
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answer));
      socket.end(bytes);
    });
  const starts = [
    Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    Buffer.alloc(64),
    Buffer.from('7fffffff00030000', 'hex'),
    Buffer.concat([Buffer.from('0000000804d2162f', 'hex'), randomBytes(64)]),
    randomBytes(4096),
    Buffer.from('00', 'hex'),
  ];
  for (const bytes of starts) expect(await send(bytes)).not.toMatch(/\.js:\d+|node:/);
  expect(await send(starts[0] ?? Buffer.alloc(0))).toContain('protocol violation');
  const run = await runGuard(home, ['exec', ...psql('-c', 'SELECT 1')]);
  expect(run.stdout).toBe('1\n');
  process.kill(await guard.pid(), 'SIGTERM');
  expect((await guard.done).status).toBe(0);
});

describe('somebody is killed', () => {
  const PANEL = /y yes {2}n no/;

  test('psql with -9 in a transaction: its work and its connection are gone', async () => {
    const guard = new PipedGuard(home, ['exec', ...psql()]);
    guard.type("BEGIN;\nINSERT INTO jobs VALUES (9001, 1);\nSELECT 'there';\n");
    await guard.see(/^there$/m);
    expect(await connections()).toBe(1);
    process.kill(programBelow(await guard.pid(), 'psql'), 'SIGKILL');
    expect((await guard.done).status).toBe(137);
    await eventually(async () => (await connections()) === 0);
    expect(await count('jobs WHERE id = 9001')).toBe(0);
  });

  test('guard with -9 while it asks: psql is gone, the server saw nothing', async () => {
    terminal = await openPsql(cluster, home, { guard: ['--quiet'] });
    await terminal.ask('DELETE FROM jobs;', PANEL);
    const guard = await terminal.pid();
    const client = programBelow(guard, 'psql');
    process.kill(guard, 'SIGKILL');
    expect(await terminal.status()).toBe(137);
    await eventually(async () => (await connections()) === 0);
    await eventually(async () => !isAlive(client));
    expect(await count('jobs')).toBe(500);
  });

  test('guard with -9 in pipes: psql ends, and what comes later goes nowhere', async () => {
    const guard = new PipedGuard(home, ['exec', ...psql()]);
    guard.type("SELECT 'there';\n");
    await guard.see(/^there$/m);
    const pid = await guard.pid();
    const client = programBelow(pid, 'psql');
    process.kill(pid, 'SIGKILL');
    guard.end('INSERT INTO jobs VALUES (9002, 1);\n');
    await eventually(async () => !isAlive(client));
    await eventually(async () => (await connections()) === 0);
    expect(await count('jobs WHERE id = 9002')).toBe(0);
  });

  test('the server restarted: psql says so and connects again through guard', async () => {
    terminal = await openPsql(cluster, home, { guard: ['--quiet'] });
    await cluster.restart();
    await terminal.ask('SELECT 1;', 'Attempting reset: Succeeded');
    expect(terminal.text()).toContain('terminating connection due to administrator command');
    await terminal.ask('SHOW guard.status;', /actor +\| human/);
    terminal.line('\\q');
    expect(await terminal.status()).toBe(0);
  });

  test('the server gone while guard asks is a no', async () => {
    terminal = await openPsql(cluster, home, { guard: ['--quiet'] });
    await terminal.ask('DELETE FROM jobs;', PANEL);
    await cluster.restart();
    await terminal.see(/server closed the connection|terminating connection/);
    await terminal.quiet();
    expect(terminal.text()).not.toMatch(PANEL);
    expect(await count('jobs')).toBe(500);
  });
});
