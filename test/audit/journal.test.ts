import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { knownJournalKey } from '../../src/audit/journal-key.ts';
import { type VerifyReport, verifyJournal } from '../../src/audit/verify.ts';
import type { EntryBody } from '../../src/model/audit-entry.ts';
import { type RawText, rawText } from '../../src/model/text.ts';
import { scratchFolders } from '../host/scratch.ts';
import {
  alice,
  answer,
  decision,
  desk,
  everydayLog,
  masked,
  read,
  result,
  sessionStart,
  writeLog,
} from './samples.ts';

const scratch = scratchFolders();
const unwritable = expect.objectContaining({ code: 'AUDIT_UNWRITABLE' });

afterEach(() => vi.useRealTimers());

function entries(file: string): readonly Record<string, unknown>[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function types(file: string): readonly unknown[] {
  return entries(file).map((entry) => entry['type']);
}

function kinds(report: VerifyReport): readonly string[] {
  return report.problems.map((problem) => problem.kind);
}

describe('the log', () => {
  test('is what was written, in order, chained, signed and private', () => {
    const place = desk(scratch());
    everydayLog(place);
    expect(types(place.file)).toEqual([
      ...['segment', 'session.start', 'decision', 'answer', 'result', 'reads', 'decision', 'session.end'],
    ]);
    const lines = readFileSync(place.file, 'utf8').split('\n').slice(0, -1);
    for (const line of lines) {
      expect(line).toMatch(/^\{"prev":"[0-9a-f]{64}","v":1,"seq":\d+,"id":"[0-9A-Z]{36}","ts":"/);
      expect(line).toMatch(/,"sig":"[0-9a-f]{8}:[A-Za-z0-9+/]{86}=="\}$/);
    }
    expect(entries(place.file).map((entry) => entry['seq'])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const report = verifyJournal(place.folder);
    expect(report).toMatchObject({ ok: true, entries: 8, files: 1, problemCount: 0, noteCount: 0 });
    for (const name of readdirSync(place.folder, { recursive: true, encoding: 'utf8' }))
      expect(statSync(join(place.folder, name)).mode & 0o077).toBe(0);
  });

  test('goes on where another journal left it, and both may stay open', () => {
    const place = desk(scratch());
    const one = place.open();
    const two = place.open();
    for (let round = 0; round < 5; round++) {
      one.append(decision('block'), 'batched');
      two.append(decision('block'), 'durable');
    }
    one[Symbol.dispose]();
    two[Symbol.dispose]();
    expect(verifyJournal(place.folder)).toMatchObject({ ok: true, entries: 11 });
  });

  test('append gives the id and number that stand in the line', () => {
    const place = desk(scratch());
    writeLog(place, (journal) => {
      const made = journal.append(decision(), 'durable');
      expect(made.seq).toBe(1);
      journal.append(result(made.id), 'durable');
      expect(entries(place.file)[2]).toMatchObject({ type: 'result', parent: made.id, seq: 2 });
      expect(entries(place.file)[1]).toMatchObject({ id: made.id, target: { name: 'clinic on db1:5432' } });
    });
  });

  test('holds no control or direction character raw, and no entry can grow without end', () => {
    const place = desk(scratch());
    const nasty = `a\u001b[2Jb\u0085c\u202ed\u2028e\u200bf\u0000g\ud800`;
    const huge = 'x'.repeat(3_000_000);
    writeLog(place, (journal) => {
      journal.append(decision('block', nasty), 'durable');
      journal.append(
        { ...sessionStart(), details: { [nasty]: nasty, list: Array(5000).fill(huge) } },
        'durable',
      );
      const facts = { tables: Array(9999).fill('\u0001'.repeat(999)), columns: [], classes: [] };
      journal.append({ ...decision('block', '\u0001'.repeat(2_000_000)), facts }, 'durable');
    });
    const text = readFileSync(place.file, 'utf8');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/);
    expect(text.length).toBeLessThan(2_500_000);
    expect(entries(place.file)[1]).toMatchObject({ cmd: { masked: nasty } });
    expect(verifyJournal(place.folder).ok).toBe(true);
  });

  test('takes no captured text where it says something of its own', () => {
    const raw: RawText = rawText('select 1');
    const body: EntryBody = {
      ...decision(),
      // @ts-expect-error raw text is no masked text
      cmd: { masked: raw, tag: 'x', len: 8 },
      // @ts-expect-error raw text is no word of guard's own
      rule: raw,
    };
    const note: EntryBody = {
      ...sessionStart(),
      // @ts-expect-error raw text is no detail
      details: { text: raw },
    };
    expect([body.type, note.type]).toEqual(['decision', 'session.start']);
  });

  test('tags equal texts alike and never shows them', () => {
    const place = desk(scratch());
    const journal = place.open();
    expect(journal.tag(rawText('select 1'))).toBe(journal.tag(rawText('select 1')));
    expect(journal.tag(rawText('select 1'))).toMatch(/^hmac:[0-9a-f]{8}:[0-9a-f]{32}$/);
    journal[Symbol.dispose]();
  });

  test('its secrets are made once and are private', () => {
    const state = scratch();
    everydayLog(desk(state));
    const journal = desk(state).open();
    const tag = journal.tag(rawText('x'));
    journal[Symbol.dispose]();
    const keys = readdirSync(join(state, 'keys')).sort();
    expect(keys).toEqual(['audit.pem', 'audit.vkey', 'tag.secret']);
    for (const name of keys) expect(statSync(join(state, 'keys', name)).mode & 0o777).toBe(0o600);
    const again = desk(state).open();
    expect(again.tag(rawText('x'))).toBe(tag);
    expect(readFileSync(join(state, 'keys/audit.vkey'), 'utf8')).toBe(`${again.publicKey().text}\n`);
    again[Symbol.dispose]();
  });

  test('its key is known to the host and pins the verification', () => {
    const place = desk(scratch());
    everydayLog(place);
    const key = knownJournalKey(join(dirname(place.folder), 'keys'));
    expect(key).toBeDefined();
    const publicKeys = key === undefined ? [] : [key];
    expect(verifyJournal(place.folder, { publicKeys })).toMatchObject({
      ok: true,
      keys: [{ id: key?.id, pinned: true }],
    });
    const other = desk(scratch());
    everydayLog(other);
    expect(kinds(verifyJournal(other.folder, { publicKeys }))).toContain('unknown-key');
  });
});

describe('reads', () => {
  test('are written as one entry with the next entry of another kind', () => {
    const place = desk(scratch());
    writeLog(place, (journal) => {
      const first = journal.noteRead(read('f1'));
      journal.noteRead(read('f2'));
      expect(journal.noteRead(read('f1'))).toBe(first);
      expect(existsSync(place.file) ? types(place.file) : []).not.toContain('reads');
      journal.noteReadResult(first, { rows: 5, masked: { opaque: 2 }, durationMs: 3 });
      journal.noteReadResult(first, { rows: 6, masked: { opaque: 1 }, error: '57014', durationMs: 4 });
      journal.append(decision('block'), 'durable');
      journal.noteReadResult(first, { rows: 1, masked: {}, durationMs: 1 });
      expect(journal.noteReadResult('nonsense', { rows: 1, masked: {}, durationMs: 1 })).toBe(false);
    });
    const [, reads, , late] = entries(place.file);
    expect(reads).toMatchObject({
      type: 'reads',
      actor: alice,
      count: 3,
      shapes: [
        { fingerprint: 'f1', count: 2, done: 2, rows: 11, errors: 1, masked: { opaque: 3 }, dur_ms: 7 },
        { fingerprint: 'f2', count: 1, done: 0, rows: 0 },
      ],
    });
    expect(late).toMatchObject({
      type: 'reads',
      count: 0,
      shapes: [{ fingerprint: 'f1', count: 0, done: 1 }],
    });
    expect(verifyJournal(place.folder).ok).toBe(true);
    expect(readdirSync(join(place.folder, 'reads'))).toEqual([]);
  });

  test('are written after 100 ms on their own', async () => {
    const place = desk(scratch());
    const journal = place.open();
    journal.noteRead(read());
    await vi.waitFor(() => expect(types(place.file)).toContain('reads'), { timeout: 5000 });
    journal[Symbol.dispose]();
  });

  test('are written before the thread is free again when it is busy for long', () => {
    const place = desk(scratch());
    const journal = place.open();
    const start = performance.now();
    const isWritten = () => existsSync(place.file) && types(place.file).includes('reads');
    while (!isWritten() && performance.now() - start < 20_000) journal.noteRead(read());
    expect(types(place.file)).toContain('reads');
    journal[Symbol.dispose]();
  });

  test('a batch has a bounded number of shapes and one actor', () => {
    const place = desk(scratch());
    let noted = 0;
    writeLog(place, (journal) => {
      for (let index = 0; index < 300; index++) journal.noteRead(read(`f${index}`));
      journal.noteRead({ ...read(), actor: { kind: 'agent', id: 'bot', uid: 5 } });
      noted = 301;
    });
    const batches = entries(place.file).filter((entry) => entry['type'] === 'reads');
    expect(batches.length).toBeGreaterThanOrEqual(4);
    expect(batches.reduce((sum, batch) => sum + Number(batch['count']), 0)).toBe(noted);
    expect(batches.at(-1)).toMatchObject({ actor: { kind: 'agent' }, count: 1 });
    expect(verifyJournal(place.folder).ok).toBe(true);
  });

  test('the same fingerprint over other tables is another shape', () => {
    const place = desk(scratch());
    writeLog(place, (journal) => {
      const one = journal.noteRead(read());
      expect(journal.noteRead({ ...read(), tables: ['other.t'] })).not.toBe(one);
    });
    expect(entries(place.file)[1]).toMatchObject({
      count: 2,
      shapes: [{ tables: ['t'] }, { tables: ['other.t'] }],
    });
  });

  test('of a guard that was killed are found and written by the next one', () => {
    const place = desk(scratch());
    everydayLog(place);
    const { actor, ...head } = read();
    const lines = [actor, head].map((one) => JSON.stringify(one));
    const dead = (nonce: string) =>
      join(place.folder, 'reads', `4194305-${'0'.repeat(16)}-${nonce.repeat(16)}.buf`);
    writeFileSync(dead('a'), `${lines.join('\n')}\n0\n0\n0\n{"shape`, { mode: 0o600 });
    writeFileSync(dead('b'), 'garbage', { mode: 0o600 });
    writeFileSync(dead('c'), '', { mode: 0o600 });
    writeFileSync(join(place.folder, 'reads', 'something else'), 'x');
    writeLog(place, (journal) => journal.append(decision('block'), 'durable'));
    const [reads, gap] = entries(place.file).slice(8);
    expect(reads).toMatchObject({
      type: 'reads',
      recovered: true,
      count: 3,
      shapes: [{ count: 3, fingerprint: 'f1' }],
    });
    expect(gap).toMatchObject({ type: 'gap', reason: 'unsealed', bytes: 7 });
    expect(readdirSync(join(place.folder, 'reads'))).toEqual(['something else']);
    expect(verifyJournal(place.folder)).toMatchObject({ ok: true, notes: [{ kind: 'entries-lost' }] });
  });

  test('of a guard that lives are left alone', () => {
    const place = desk(scratch());
    const living = place.open();
    living.noteRead(read());
    writeLog(place, (journal) => journal.append(decision('block'), 'durable'));
    expect(types(place.file)).not.toContain('reads');
    living[Symbol.dispose]();
    expect(types(place.file)).toContain('reads');
  });
});

describe('what is found on disk', () => {
  test.each([
    ['half an entry', '{"prev":"00'],
    ['zeros after a power cut', '\0'.repeat(5000)],
    ['much', 'x'.repeat(200_000)],
  ])('%s at the end is moved aside and said', (_, torn) => {
    const place = desk(scratch());
    everydayLog(place);
    appendFileSync(place.file, torn);
    expect(kinds(verifyJournal(place.folder))).toEqual(['torn']);
    writeLog(place, (journal) => journal.append(decision('block'), 'durable'));
    expect(entries(place.file)[8]).toMatchObject({ type: 'gap', reason: 'torn', bytes: torn.length });
    expect(readFileSync(`${place.file}.torn`, 'utf8')).toBe(torn);
    expect(verifyJournal(place.folder)).toMatchObject({ ok: true, notes: [{ kind: 'torn-repaired' }] });
  });

  test('a first line that was never finished', () => {
    const place = desk(scratch());
    everydayLog(place);
    rmSync(join(place.folder, 'head'));
    writeFileSync(place.file, '{"prev"');
    writeLog(place, (journal) => journal.append(decision('block'), 'durable'));
    expect(types(place.file)).toEqual(['segment', 'gap', 'decision']);
    expect(verifyJournal(place.folder).ok).toBe(true);
  });

  test.each([
    ['while the journal is closed', false],
    ['while the journal is open', true],
  ])('entries cut off %s are noticed by the next one', (_, open) => {
    const place = desk(scratch());
    everydayLog(place);
    const journal = place.open();
    if (open) journal.append(decision('block'), 'durable');
    const lines = readFileSync(place.file, 'utf8').split('\n');
    truncateSync(place.file, lines.slice(0, 3).join('\n').length + 1);
    expect(kinds(verifyJournal(place.folder))).toEqual(['shortened']);
    journal.append(decision('block'), 'durable');
    journal[Symbol.dispose]();
    expect(entries(place.file)[3]).toMatchObject({ type: 'gap', reason: 'shrunk', entries: open ? 6 : 5 });
    expect(kinds(verifyJournal(place.folder))).toEqual(['sequence', 'gap']);
  });

  test.each(['removed', 'replaced'])('a log %s under an open journal goes on with a gap', (how) => {
    const place = desk(scratch());
    const journal = place.open();
    journal.append(decision('block'), 'durable');
    renameSync(place.file, `${place.file}.away`);
    if (how === 'replaced') writeFileSync(place.file, readFileSync(`${place.file}.away`), { mode: 0o600 });
    journal.append(decision('block'), 'durable');
    journal[Symbol.dispose]();
    expect(entries(place.file)).toContainEqual(expect.objectContaining({ type: 'gap', reason: 'replaced' }));
    expect(kinds(verifyJournal(place.folder))).toContain('gap');
  });

  test('a garbage last line is kept as evidence and the chain goes on from it', () => {
    const place = desk(scratch());
    everydayLog(place);
    appendFileSync(place.file, 'garbage\n');
    writeLog(place, (journal) => journal.append(decision('block'), 'durable'));
    const lines = readFileSync(place.file, 'utf8').split('\n');
    expect(lines[8]).toBe('garbage');
    expect(JSON.parse(lines[9] ?? '')).toMatchObject({ seq: 9 });
    expect(kinds(verifyJournal(place.folder))).toEqual(['chain', 'not-an-entry', 'signature']);
  });

  test('a lost signing key is replaced, and the verifier says so', () => {
    const state = scratch();
    const place = desk(state);
    everydayLog(place);
    rmSync(join(state, 'keys/audit.pem'));
    everydayLog(place);
    expect(types(place.file)[8]).toBe('key');
    expect(kinds(verifyJournal(place.folder))).toEqual(['key-change']);
  });

  test('a signing key that others can read is refused', () => {
    const state = scratch();
    const place = desk(state);
    everydayLog(place);
    chmodSync(join(state, 'keys/audit.pem'), 0o644);
    const journal = place.open();
    expect(() => journal.append(decision(), 'durable')).toThrow(unwritable);
    journal[Symbol.dispose]();
  });
});

describe('an unwritable log', () => {
  test('stops what must be recorded', () => {
    const state = scratch();
    writeFileSync(join(state, 'audit'), 'a file where the folder should be');
    const journal = desk(state).open();
    expect(() => journal.append(decision(), 'durable')).toThrow(unwritable);
    expect(() => journal.append(decision(), 'batched')).toThrow(unwritable);
    expect(() => journal.noteRead(read())).toThrow(unwritable);
    journal[Symbol.dispose]();
  });

  test('is not waited for when somebody put a pipe in its place', () => {
    const place = desk(scratch());
    everydayLog(place);
    for (const name of ['audit.000.jsonl', 'head']) {
      rmSync(join(place.folder, name));
      expect(spawnSync('mkfifo', [join(place.folder, name)]).status).toBe(0);
    }
    const journal = place.open();
    expect(() => journal.append(decision(), 'durable')).toThrow(unwritable);
    journal[Symbol.dispose]();
    expect(verifyJournal(place.folder).ok).toBe(false);
  });

  test('in best-effort mode lets it pass, and says later how much is missing', () => {
    const state = scratch();
    const place = desk(state);
    writeFileSync(join(state, 'audit'), 'a file where the folder should be');
    const journal = place.open({ mode: 'best-effort' });
    const lost = journal.append(decision(), 'durable');
    expect(lost.seq).toBeUndefined();
    expect(journal.noteRead(read())).not.toBe('');
    expect(() => journal.append(decision(), 'durable', 'required')).toThrow(unwritable);
    rmSync(join(state, 'audit'));
    expect(journal.append(decision('block'), 'durable')).toMatchObject({ seq: 2 });
    journal.append(result(lost.id), 'durable');
    journal[Symbol.dispose]();
    expect(entries(place.file)[1]).toMatchObject({ type: 'gap', reason: 'lost', entries: 2 });
    expect(verifyJournal(place.folder)).toMatchObject({ ok: true, notes: [{ kind: 'entries-lost' }] });
  });
});

test('a read that was refused after all is no result of nothing', () => {
  const place = desk(scratch());
  writeLog(place, (journal) => {
    const id = journal.noteRead(read());
    journal.append({ ...result(id), error: 'refused', because: 'the server was lost' }, 'durable');
  });
  expect(verifyJournal(place.folder).problems).toEqual([]);
});

test('an answer names its decision', () => {
  const place = desk(scratch());
  writeLog(place, (journal) => {
    const asked = journal.append(decision('prompt', 'select 1'), 'durable');
    journal.append(answer(asked.id, 'no'), 'durable');
  });
  expect(verifyJournal(place.folder)).toMatchObject({ ok: true, noteCount: 0 });
  expect(masked('x')).toBe('x');
});
