import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Journal, openJournal } from '../src/audit/journal.ts';
import { verifyJournal } from '../src/audit/verify.ts';
import { decisionBody } from '../src/judge/entry-parts.ts';
import { evaluateSql } from '../src/judge/evaluate-sql.ts';
import { RecordingJudge } from '../src/judge/recording-judge.ts';
import type { EntryBody } from '../src/model/audit-entry.ts';
import type { JudgeRequest } from '../src/model/judge.ts';
import { rawText } from '../src/model/text.ts';
import { loadSqlParser } from '../src/parse/sql/parse-sql.ts';
import { loadBuiltIn } from '../src/policy/built-in.ts';
import { machine, median, percentile, table } from './machine.ts';

const DURABLE = 1_000;
const ENTRIES = 100_000;
const ROUNDS = 3;

const REQUEST: JudgeRequest = {
  channel: { language: 'sql', via: 'wire', certainty: 'exact' },
  text: rawText("UPDATE stock SET quantity = quantity - 1 WHERE item = 'gloves' AND id = 12345"),
  target: {
    kind: 'postgres',
    name: 'clinic',
    host: 'db.example',
    port: 5432,
    database: 'clinic',
    user: 'nina',
  },
  situation: {
    actor: { kind: 'human', id: 'nina', uid: 1000, groups: ['staff'], mfa: false, evidence: [] },
    purpose: { breakglass: false },
    environment: { class: 'dev', name: 'clinic', because: 'bench', synthetic: false, throwaway: false },
    session: { id: 'bench', tainted: [], transaction: 'idle', wrote: false, attended: true },
    time: '2026-01-01T00:00:00Z',
  },
  entry: false,
};

async function sampleEntry(journal: Journal): Promise<EntryBody> {
  await loadSqlParser();
  const policy = await loadBuiltIn();
  const judgement = await new RecordingJudge({ policy, evaluate: evaluateSql }).judge(REQUEST);
  return decisionBody(REQUEST, judgement, { tag: journal.tag(REQUEST.text), bundle: policy.digest });
}

function milliseconds(act: () => void): number {
  const began = process.hrtime.bigint();
  act();
  return Number(process.hrtime.bigint() - began) / 1e6;
}

/** CPU seconds, user and system, of one act in this process. */
function cpuSeconds(act: () => void): number {
  const began = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
}

/** What the disk itself takes for a line of that length. */
function bareSync(folder: string, bytes: number): readonly number[] {
  const fd = openSync(join(folder, 'bare'), 'a');
  const line = Buffer.alloc(bytes, 'x');
  const times = Array.from({ length: DURABLE }, () =>
    milliseconds(() => {
      writeSync(fd, line);
      fsyncSync(fd);
    }),
  );
  closeSync(fd);
  return times;
}

function row(name: string, times: readonly number[]): readonly string[] {
  return [name, ...[0.5, 0.9, 0.99].map((share) => percentile(times, share).toFixed(2))];
}

function sha256sumSeconds(files: readonly string[]): number {
  const out = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="%U %S"; time sha256sum "$@" > /dev/null', 'bash', ...files],
    {
      encoding: 'utf8',
    },
  ).stderr;
  const [user = 0, system = 0] = out.trim().split(' ').map(Number);
  return user + system;
}

/** Durable appends, and verifying a long log against sha256sum over the same bytes. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'guard-bench-'));
  try {
    const log = join(folder, 'audit');
    const journal = openJournal({ folder: log });
    const body = await sampleEntry(journal);
    const durable = Array.from({ length: DURABLE }, () =>
      milliseconds(() => journal.append(body, 'durable')),
    );
    for (let entry = DURABLE; entry < ENTRIES; entry += 1) journal.append(body, 'batched');
    journal[Symbol.dispose]();
    const files = readdirSync(log)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(log, name));
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    const bare = bareSync(folder, Math.round(bytes / ENTRIES));
    console.log(
      `\n### Audit (${machine()}, ${execFileSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).trim()})\n`,
    );
    console.log(
      table(
        [`${DURABLE} durable entries, milliseconds`, 'p50', 'p90', 'p99'],
        [row('journal.append', durable), row('the same bytes with write and fsync alone', bare)],
      ),
    );
    const runs = (act: () => number): number => median(Array.from({ length: ROUNDS }, act));
    const sum = runs(() => sha256sumSeconds(files));
    const fast = runs(() => cpuSeconds(() => verifyJournal(log, { depth: 'fast' })));
    const full = runs(() => cpuSeconds(() => verifyJournal(log)));
    const report = verifyJournal(log);
    if (!report.ok) throw new Error('the log of this bench does not verify');
    console.log();
    console.log(
      table(
        [`${report.entries} entries, ${(bytes / 2 ** 20).toFixed(0)} MiB`, 'CPU seconds', 'over sha256sum'],
        [
          ['sha256sum', sum.toFixed(2), '1.0'],
          ['guard audit verify, fast', fast.toFixed(2), (fast / sum).toFixed(1)],
          ['guard audit verify, full', full.toFixed(2), (full / sum).toFixed(1)],
        ],
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
