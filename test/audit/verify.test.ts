import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NO_HASH, sealEntry, sha256 } from '../../src/audit/entry-line.ts';
import { verifyJournal } from '../../src/audit/verify.ts';
import type { EntryBody, EntryFrame } from '../../src/model/audit-entry.ts';
import type { SigningKey } from '../../src/sign/signing-key.ts';
import { scratchFolders } from '../host/scratch.ts';
import { newSigningKey } from '../sign/new-signing-key.ts';
import {
  answer,
  decision,
  desk,
  everydayLog,
  result,
  sessionEnd,
  sessionStart,
  writeLog,
} from './samples.ts';

const scratch = scratchFolders();
const key = newSigningKey('guard-audit');

type Draft = EntryBody & { readonly frame?: Partial<EntryFrame>; readonly signer?: SigningKey };

/** A log made by hand: right in everything but what a draft says. */
function forge(folder: string, drafts: readonly Draft[], number = 0, prev = NO_HASH): string {
  mkdirSync(folder, { recursive: true });
  let last = prev;
  const lines = drafts.map(({ frame, signer = key, ...body }, index) => {
    const id = `01ARZ3NDEK${'0'.repeat(25)}${index.toString(32).toUpperCase()}`;
    const position = { prev: last, v: 1, seq: index, id, mono: index } as const;
    const ts = new Date(1_800_000_000_000 + index).toISOString();
    const whole = { ...position, ts, host: 'h', origin: 'o', ...frame };
    const line = sealEntry(whole, body, signer);
    last = sha256(line);
    return line.toString();
  });
  writeFileSync(join(folder, `audit.00${number}.jsonl`), lines.map((line) => `${line}\n`).join(''));
  return last;
}

const segment: EntryBody = { type: 'segment', segment: 0, key: key.public.text };

function kinds(folder: string, drafts: readonly Draft[]): readonly string[] {
  forge(folder, drafts);
  return verifyJournal(folder).problems.map((problem) => problem.kind);
}

describe('problems', () => {
  const other = newSigningKey('guard-audit');
  const handover: Draft = { type: 'key', key: other.public.text };
  const stolen: Draft = { ...handover, signer: other };
  const cases: readonly (readonly [string, readonly Draft[], readonly string[]])[] = [
    ['none', [segment, sessionStart(), sessionEnd()], []],
    ['a number left out', [segment, { ...sessionStart(), frame: { seq: 5 } }], ['sequence']],
    ['a number twice', [segment, { ...sessionStart(), frame: { seq: 0 } }], ['sequence']],
    [
      'a clock set back an hour',
      [segment, { ...sessionStart(), frame: { ts: new Date(1_799_996_400_000).toISOString() } }],
      ['time'],
    ],
    [
      'an impossible time',
      [segment, { ...sessionStart(), frame: { ts: '2026-99-99T99:99:99.999Z' } }],
      ['time'],
    ],
    ['a wrong prev', [segment, { ...sessionStart(), frame: { prev: '1'.repeat(64) } }], ['chain']],
    ['no segment entry', [sessionStart()], ['unknown-key', 'beginning']],
    ['a segment entry in the middle', [segment, segment], ['beginning']],
    ['another file under this name', [{ ...segment, segment: 3 }], ['beginning']],
    ['an answer to nothing', [segment, answer('nothing', 'no')], ['result-without-decision']],
    ['a result of nothing', [segment, result('nothing')], ['result-without-decision']],
    ['a stranger signs', [segment, { ...sessionStart(), signer: other }], ['unknown-key']],
    ['a key handed over', [segment, handover, { ...sessionStart(), signer: other }], []],
    ['the old key signs on', [segment, handover, sessionStart()], ['unknown-key']],
    [
      'a key that takes over by itself',
      [segment, stolen, { ...sessionStart(), signer: other }],
      ['key-change'],
    ],
    ['a key that is none', [{ ...segment, key: 'none' }], ['unknown-key', 'unknown-key']],
    ['removed entries that guard noticed', [segment, { type: 'gap', reason: 'shrunk', entries: 4 }], ['gap']],
  ];

  test.each(cases)('%s', (_, drafts, expected) => {
    expect(kinds(scratch(), drafts)).toEqual(expected);
  });

  test('an entry that is signed but malformed', () => {
    for (const bad of [{ rows: -1 }, { rows: 'x' }, { entries: 1 }, { masked: [] }, { dur_ms: undefined }])
      expect(kinds(scratch(), [segment, { ...result('x'), ...bad } as Draft]), JSON.stringify(bad)).toEqual([
        'not-an-entry',
      ]);
  });

  test('no log, an empty one, a folder or a link in its place', () => {
    expect(verifyJournal(join(scratch(), 'none'))).toMatchObject({
      ok: false,
      problems: [{ kind: 'no-log' }],
    });
    const empty = scratch();
    writeFileSync(join(empty, 'audit.000.jsonl'), '');
    expect(verifyJournal(empty)).toMatchObject({ ok: false, problems: [{ kind: 'beginning' }] });
    const folder = scratch();
    mkdirSync(join(folder, 'audit.000.jsonl'));
    expect(verifyJournal(folder)).toMatchObject({ ok: false, problems: [{ kind: 'unreadable' }] });
    const link = scratch();
    symlinkSync('/dev/zero', join(link, 'audit.000.jsonl'));
    expect(verifyJournal(link)).toMatchObject({ ok: false, problems: [{ kind: 'unreadable' }] });
    expect(verifyJournal(join(folder, 'audit.000.jsonl', '\0')).ok).toBe(false);
  });

  test('more problems than are kept are counted and told', () => {
    const folder = scratch();
    writeFileSync(join(folder, 'audit.000.jsonl'), 'x\n'.repeat(20_000));
    let told = 0;
    const report = verifyJournal(folder, { onProblem: () => (told += 1) });
    expect(report.problems).toHaveLength(10_000);
    expect(report.problemCount).toBe(60_000);
    expect(told).toBe(60_000);
  });

  test('a line without end is skipped in bounded memory', () => {
    const place = desk(scratch());
    everydayLog(place);
    const before = process.memoryUsage().rss;
    for (let part = 0; part < 16; part++) appendFileSync(place.file, 'y'.repeat(4 * 1024 * 1024));
    appendFileSync(place.file, '\n');
    expect(verifyJournal(place.folder).problems.map((one) => one.kind)).toEqual(['too-long']);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });
});

describe('notes', () => {
  test('a decision without a result', () => {
    const place = desk(scratch());
    writeLog(place, (journal) => {
      journal.append(decision('allow'), 'durable');
      const asked = journal.append(decision('prompt'), 'durable');
      journal.append(answer(asked.id, 'yes'), 'durable');
      journal.append(decision('block'), 'durable');
      const refused = journal.append(decision('prompt'), 'durable');
      journal.append(answer(refused.id, 'timeout'), 'durable');
    });
    const report = verifyJournal(place.folder);
    expect(report).toMatchObject({ ok: true, noteCount: 2 });
    expect(report.notes.map(({ kind, line }) => [kind, line])).toEqual([
      ['decision-without-result', 2],
      ['decision-without-result', 3],
    ]);
  });

  test('a clock a little behind', () => {
    const folder = scratch();
    forge(folder, [segment, { ...sessionStart(), frame: { ts: new Date(1_799_999_999_500).toISOString() } }]);
    expect(verifyJournal(folder)).toMatchObject({ ok: true, notes: [{ kind: 'clock' }] });
  });
});

describe('a log of several files', () => {
  function twoFiles(): string {
    const folder = scratch();
    const last = forge(folder, [segment, sessionStart()]);
    const next = { type: 'segment', segment: 1, key: key.public.text, frame: { seq: 2 } } as const;
    forge(folder, [next, { ...sessionEnd(), frame: { seq: 3 } }], 1, last);
    return folder;
  }

  test('is one chain', () => {
    expect(verifyJournal(twoFiles())).toMatchObject({ ok: true, files: 2, entries: 4 });
  });

  test('lacks nothing when a file in front is gone', () => {
    const folder = twoFiles();
    rmSync(join(folder, 'audit.000.jsonl'));
    const kinds = verifyJournal(folder).problems.map((one) => one.kind);
    expect(kinds).toEqual(expect.arrayContaining(['missing-file', 'chain', 'sequence']));
  });

  test('a copied file is no second one', () => {
    const folder = twoFiles();
    copyFileSync(join(folder, 'audit.001.jsonl'), join(folder, 'audit.002.jsonl'));
    expect(verifyJournal(folder).ok).toBe(false);
  });
});

test('the fast look trusts what guard continued, the full one reads every signature', () => {
  const folder = scratch();
  forge(folder, [segment, { ...sessionStart(), signer: newSigningKey('guard-audit') }, sessionEnd()]);
  expect(verifyJournal(folder, { depth: 'fast' })).toMatchObject({ ok: true, entries: 3 });
  expect(verifyJournal(folder).problems).toMatchObject([{ kind: 'unknown-key', line: 2 }]);
});

test('the report says what it does not prove', () => {
  const place = desk(scratch());
  everydayLog(place);
  const { trust } = verifyJournal(place.folder);
  expect(trust.level).toBe('L0');
  expect(trust.doesNotProve).toMatch(/holds the signing key/);
  expect(readFileSync(place.file, 'utf8')).not.toBe('');
});
