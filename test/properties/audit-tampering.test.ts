import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type VerifyReport, verifyJournal } from '../../src/audit/verify.ts';
import { desk, everydayLog, sessionStart, writeLog } from '../audit/samples.ts';

const state = mkdtempSync(join(tmpdir(), 'guard-test-'));
const place = desk(state);
let log: Buffer = Buffer.alloc(0);
let lines: readonly string[] = [];

beforeAll(() => {
  everydayLog(place);
  everydayLog(place);
  log = readFileSync(place.file);
  lines = log.toString('latin1').split('\n').slice(0, -1);
});
afterAll(() => rmSync(state, { recursive: true, force: true }));

/** The report of the full look; the fast one must come to the same end. */
function verifyBoth(folder: string): VerifyReport {
  const report = verifyJournal(folder);
  expect(verifyJournal(folder, { depth: 'fast' }).ok, 'the fast look').toBe(report.ok);
  return report;
}

function verifyBytes(bytes: Uint8Array): VerifyReport {
  writeFileSync(place.file, bytes);
  return verifyBoth(place.folder);
}

/** Without the head note: what the log alone tells. */
function verifyLines(changed: readonly string[]): VerifyReport {
  const folder = join(state, 'bare');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'audit.000.jsonl'), changed.map((line) => `${line}\n`).join(''), 'latin1');
  return verifyBoth(folder);
}

describe('the verifier', () => {
  test('accepts the log as it was written', () => {
    expect(verifyBytes(log)).toMatchObject({ ok: true, entries: 15 });
    expect(verifyLines(lines).ok).toBe(true);
  });

  test('finds every change of a single byte', () => {
    const change = fc.tuple(fc.nat(log.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([at, by]) => {
        const changed = Buffer.from(log);
        changed[at] = (changed[at] ?? 0) ^ by;
        expect(verifyBytes(changed).ok).toBe(false);
      }),
      { numRuns: 250 },
    );
  });

  test('finds every change of a single bit in the last line, signature included', () => {
    const short = desk(join(state, 'short'));
    writeLog(short, (journal) => journal.append(sessionStart(), 'durable'));
    const bytes = readFileSync(short.file);
    const start = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
    const signature = bytes.lastIndexOf(',"sig":');
    for (let at = start; at < bytes.length; at++)
      for (const bit of at < signature ? [at % 8] : [0, 1, 2, 3, 4, 5, 6, 7]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        writeFileSync(short.file, changed);
        if (verifyBoth(short.folder).ok) expect.unreachable(`byte ${at}, bit ${bit} is not covered`);
      }
  });

  test('finds every byte removed or inserted', () => {
    fc.assert(
      fc.property(fc.nat(log.length - 1), fc.option(fc.nat(255), { nil: undefined }), (at, byte) => {
        const rest = log.subarray(byte === undefined ? at + 1 : at);
        const changed = Buffer.concat([
          log.subarray(0, at),
          Buffer.from(byte === undefined ? [] : [byte]),
          rest,
        ]);
        expect(verifyBytes(changed).ok).toBe(false);
      }),
      { numRuns: 120 },
    );
  });

  test('finds every removed line but a clean cut at the end', () => {
    for (let at = 0; at < lines.length - 1; at++)
      expect(verifyLines(lines.toSpliced(at, 1)).ok, `line ${at + 1}`).toBe(false);
  });

  test('can not see a clean cut at the end from the log alone, but the head note tells', () => {
    expect(verifyLines(lines.slice(0, -1)).ok).toBe(true);
    const cut = log.subarray(0, log.lastIndexOf(0x0a, log.length - 2) + 1);
    expect(verifyBytes(cut).problems).toMatchObject([{ kind: 'shortened' }]);
  });

  test('finds every pair of lines swapped', () => {
    for (let one = 0; one < lines.length; one++)
      for (let two = one + 1; two < lines.length; two++) {
        const swapped = lines.with(one, lines[two] ?? '').with(two, lines[one] ?? '');
        expect(verifyLines(swapped).ok, `${one + 1} and ${two + 1}`).toBe(false);
      }
  });

  test('finds every line repeated anywhere', () => {
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.nat(lines.length), (which, where) => {
        expect(verifyLines(lines.toSpliced(where, 0, lines[which] ?? '')).ok).toBe(false);
      }),
      { numRuns: 80 },
    );
  });

  test('finds a log that was chained anew without the key', () => {
    const other = desk(join(state, 'other'));
    everydayLog(other);
    const forged = readFileSync(other.file, 'latin1').split('\n').slice(0, -1);
    expect(verifyLines([...lines.slice(0, 3), ...forged.slice(3)]).ok).toBe(false);
    expect(verifyLines([...lines, ...forged]).ok).toBe(false);
  });

  test('lists every problem, not only the first', () => {
    const broken = lines.with(2, 'garbage').with(9, 'more garbage');
    const report = verifyLines(broken);
    expect(report.problems.filter((problem) => problem.kind === 'not-an-entry')).toMatchObject([
      { line: 3 },
      { line: 10 },
    ]);
    expect(
      report.problems.filter((problem) => problem.kind === 'chain').map((problem) => problem.line),
    ).toEqual([3, 4, 10, 11]);
  });

  test('never throws, and never calls garbage good', () => {
    const token = fc.constantFrom(
      '\n',
      '\r',
      '{',
      '}',
      '"',
      ',"sig":"',
      '{"prev":"',
      '0'.repeat(64),
      'A'.repeat(200),
    );
    const pieces = fc.array(
      fc.oneof(token, fc.string({ unit: 'binary' }), fc.constantFrom(...lines.slice(1))),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(pieces, (texts) => {
        const report = verifyBytes(Buffer.from(texts.join('')));
        expect(report.ok).toBe(false);
        for (const problem of report.problems) expect(problem.text).toMatch(/^[ -~]{1,200}$/);
      }),
      { numRuns: 120 },
    );
  });

  test('never throws for entries of any JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), (values) => {
        expect(verifyLines(values.map((value) => JSON.stringify(value))).ok).toBe(false);
      }),
      { numRuns: 80 },
    );
  });
});
