import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, test } from 'vitest';
import { verifyJournal } from '../../src/audit/verify.ts';
import { withLock } from '../../src/host/lock.ts';
import { packageRoot } from '../../src/host/package-root.ts';
import { bundleForChild } from '../host/bundle.ts';
import { scratchFolders } from '../host/scratch.ts';
import { decision, desk, writeLog } from './samples.ts';

const scratch = scratchFolders();
let child = '';
beforeAll(() => {
  child = bundleForChild(join(packageRoot(), 'test/audit/writer-child.ts'));
});

interface Writer {
  readonly process: ChildProcess;
  readonly told: string[];
  readonly ended: Promise<unknown>;
}

function start(state: string, rounds: number, what = 'mixed'): Writer {
  const one = spawn(process.execPath, [child, state, String(rounds), what], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const told: string[] = [];
  one.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    told.push(...lines);
  });
  return { process: one, told, ended: once(one, 'close') };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((wake) => setTimeout(wake, 5));
}

describe('six writers', () => {
  test('make one chain', async () => {
    const place = desk(join(scratch(), 'state'));
    const state = join(place.folder, '..');
    const writers = Array.from({ length: 6 }, () => start(state, 60));
    await Promise.all(writers.map((one) => one.ended));
    const report = verifyJournal(place.folder);
    expect(report).toMatchObject({ ok: true, problemCount: 0, noteCount: 0 });
    const text = readFileSync(place.file, 'utf8');
    expect(text.split('"type":"decision"')).toHaveLength(361);
    expect(text.split('"type":"result"')).toHaveLength(361);
  });

  test('killed again and again by SIGKILL lose nothing they were told is written, and break nothing', async () => {
    const place = desk(join(scratch(), 'state'));
    const state = join(place.folder, '..');
    const told: string[] = [];
    let writers = Array.from({ length: 6 }, () => start(state, 1e9));
    for (let kill = 0; kill < 24; kill++) {
      const [victim, ...others] = writers;
      if (victim === undefined) break;
      await until(() => victim.told.length > 3 + (kill % 7));
      victim.process.kill('SIGKILL');
      await victim.ended;
      told.push(...victim.told);
      // Under the lock, as the half line of a guard that died while it held it.
      if (kill % 8 === 0)
        withLock(join(place.folder, 'lock'), () => appendFileSync(place.file, '{"prev":"torn by hand'));
      writers = [...others, start(state, 1e9)];
    }
    for (const one of writers) one.process.kill('SIGKILL');
    await Promise.all(writers.map((one) => one.ended));
    told.push(...writers.flatMap((one) => one.told));
    writeLog(place, (journal) => journal.append(decision('block'), 'durable'));
    const report = verifyJournal(place.folder);
    expect(report.problems).toEqual([]);
    const text = readFileSync(place.file, 'utf8');
    const missing = told.filter((id) => !text.includes(`"id":"${id}"`));
    expect(missing).toEqual([]);
    expect(told.length).toBeGreaterThan(72);
    expect(report.notes.some((note) => note.kind === 'torn-repaired')).toBe(true);
  });
});

test('threads of one process make one chain, and their end writes what is pending', async () => {
  const place = desk(join(scratch(), 'state'));
  const file = bundleForChild(join(packageRoot(), 'test/audit/worker-child.ts'));
  const workers = [1, 2, 3].map(() => new Worker(file, { workerData: join(place.folder, '..') }));
  const codes = await Promise.all(workers.map((one) => once(one, 'exit')));
  expect(codes).toEqual([[0], [0], [0]]);
  expect(verifyJournal(place.folder)).toMatchObject({ ok: true, noteCount: 0 });
  const counts = [...readFileSync(place.file, 'utf8').matchAll(/"type":"reads".{0,200}?"count":(\d+)/g)];
  expect(counts.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(150);
});

test('reads of a killed guard survive it', async () => {
  const place = desk(join(scratch(), 'state'));
  const writer = start(join(place.folder, '..'), 1e9, 'reads');
  await until(() => writer.told.length > 0);
  writer.process.kill('SIGKILL');
  await writer.ended;
  writeLog(place, (journal) => journal.append(decision('block'), 'durable'));
  const counts = [...readFileSync(place.file, 'utf8').matchAll(/"type":"reads".{0,200}?"count":(\d+)/g)];
  const total = counts.reduce((sum, [, count]) => sum + Number(count), 0);
  expect(total).toBeGreaterThanOrEqual(500);
  expect(verifyJournal(place.folder).ok).toBe(true);
});
