import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isVerdict, parseSince, readLogLines, readLogRows } from '../../src/audit/log.ts';
import { formatLogRows } from '../../src/audit/log-rows.ts';
import { visible } from '../../src/audit/visible.ts';
import { scratchFolders } from '../host/scratch.ts';
import { decision, desk, everydayLog, read, result, sessionStart, writeLog } from './samples.ts';

const scratch = scratchFolders();

describe('rows', () => {
  test('join a decision with its answer and result', () => {
    const place = desk(scratch());
    everydayLog(place);
    const { items, unreadable } = readLogRows(place.folder);
    expect(unreadable).toBe(0);
    expect(items.map((row) => row.type)).toEqual([
      ...['segment', 'session.start', 'decision', 'reads', 'decision', 'session.end'],
    ]);
    expect(items[2]).toMatchObject({
      actor: 'alice (human)',
      verdict: 'prompt: yes',
      intents: 'data.delete',
      target: 'clinic on db1:5432',
      environment: 'prod',
      rows: '1',
      masked: 2,
      rule: 'small-write',
      text: 'delete from visits where id = 7',
    });
    expect(items[3]).toMatchObject({ verdict: 'allow', rows: '1 reads, 3 rows', session: 's1' });
    expect(items[4]).toMatchObject({ verdict: 'block', rows: '~1 of 900' });
  });

  test('can be limited to a session, a verdict, a time and the newest', () => {
    const place = desk(scratch());
    writeLog(place, (journal) => {
      journal.append(sessionStart('s2'), 'durable');
      const made = journal.append(decision('allow'), 'durable');
      journal.append({ ...result(made.id), error: '23505' }, 'durable');
      journal.noteRead(read('f', 's2'));
      journal.append(decision('block'), 'durable');
    });
    const types = (filter: Parameters<typeof readLogRows>[1]) =>
      readLogRows(place.folder, filter).items.map((row) => row.type);
    expect(types({ session: 's2' })).toEqual(['session.start', 'reads']);
    expect(types({ verdict: 'block' })).toEqual(['decision']);
    expect(types({ verdict: 'allow' })).toEqual(['decision', 'reads']);
    expect(types({ since: Date.now() + 60_000 })).toEqual([]);
    expect(types({ newest: 2 })).toEqual(['reads', 'decision']);
    expect(readLogRows(place.folder, { verdict: 'allow' }).items[0]?.error).toBe('23505');
    expect(readLogLines(place.folder, { verdict: 'block' }).items).toHaveLength(1);
    expect(readLogLines(place.folder, { newest: 2 }).items.map((line) => JSON.parse(line).type)).toEqual([
      ...['reads', 'decision'],
    ]);
    expect(readLogLines(place.folder, { session: 's2' }).items).toHaveLength(2);
  });

  test('are aligned under a heading', () => {
    const place = desk(scratch());
    everydayLog(place);
    const [heading = '', ...lines] = formatLogRows(readLogRows(place.folder).items);
    expect(heading).toMatch(
      /^TIME {2,}ACTOR {2,}VERDICT {2,}INTENTS {2,}TARGET {2,}ROWS {2,}MASKED {2,}RULE {2,}TEXT$/,
    );
    expect(lines).toHaveLength(6);
    expect(lines[2]?.indexOf('alice (human)')).toBe(heading.indexOf('ACTOR'));
    expect(lines[2]).toContain('clinic on db1:5432 [prod]');
  });
});

describe('a log that somebody else wrote', () => {
  test('shows no control characters, and counts what is no entry', () => {
    const place = desk(scratch());
    everydayLog(place);
    const evil = '\u001b]0;owned\u0007\u202e';
    const [line = ''] = readLogLines(place.folder, { verdict: 'block' }).items;
    appendFileSync(
      place.file,
      `${line.replace('drop schema', `\u009b2J\u202e\u{e0041}`)}\n${evil}\n{"a":1}\n`,
    );
    const rows = readLogRows(place.folder);
    expect(rows.unreadable).toBe(2);
    const shown = [...formatLogRows(rows.items), ...readLogLines(place.folder).items].join('');
    expect(shown).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(shown).toContain('\\u009b2J\\u202e\\udb40\\udc41');
  });

  test('is empty where there is none', () => {
    expect(readLogRows(join(scratch(), 'none'))).toEqual({ items: [], unreadable: 0 });
    const folder = scratch();
    mkdirSync(join(folder, 'audit'));
    writeFileSync(join(folder, 'audit', 'audit.000.jsonl'), '\n\n');
    expect(readLogLines(join(folder, 'audit'))).toEqual({ items: [], unreadable: 2 });
  });

  test('visible text is printable whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(visible(visible(text))).toBe(visible(text));
      }),
    );
    expect(visible('Zoë 日本 ok')).toBe('Zoë 日本 ok');
  });
});

test.each([
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['90s', 90_000],
])('%s ago', (text, ms) => {
  expect(parseSince(text, 1e12)).toBe(1e12 - ms);
});

test('other times', () => {
  expect(parseSince('2026-11-20T08:00:00Z', 0)).toBe(Date.UTC(2026, 10, 20, 8));
  expect(parseSince('2026-11-20', 0)).toBe(Date.UTC(2026, 10, 20));
  for (const text of ['', 'yesterday', '5', '5y', '1e3m', '2026-99-99'])
    expect(parseSince(text, 0)).toBeUndefined();
  expect([isVerdict('block'), isVerdict('deny')]).toEqual([true, false]);
});
