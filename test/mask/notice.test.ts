import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NoticeContext, scrubNotice } from '../../src/mask/notice.ts';
import { rawText } from '../../src/model/text.ts';

const KNOWN = new Set(['patients', 'ssn', 'u', 'public', 'get_ssn', 'email', 'patients_ssn_check']);
const context = (own: string, hideAll = false): NoticeContext => ({
  own: rawText(own),
  isIdentifier: (name) => KNOWN.has(name),
  hideAll,
});
const scrub = (code: string, text: string, own = 'SELECT 1', hideAll = false): string | undefined =>
  scrubNotice(new Map([[code, text]]), context(own, hideAll)).get(code);

test.each([
  [
    'M',
    'invalid input syntax for type integer: "999-17-5017"',
    'invalid input syntax for type integer: "‹hidden›"',
  ],
  [
    'M',
    'invalid input syntax for type integer: "a" 999-17-5017 "b"',
    'invalid input syntax for type integer: "‹hidden›"',
  ],
  ['D', 'Key (ssn)=(999-17-5017) already exists.', 'Key (ssn)=(‹hidden›) already exists.'],
  ['D', 'Key (ssn, email)=(1, a) b) already exists.', 'Key (ssn, email)=(‹hidden›) already exists.'],
  ['D', 'Failing row contains (1, Jane Doe, 999-17-5017).', 'Failing row contains (‹hidden›).'],
  ['D', 'Schlüssel »(ssn)=(999-17-5017)« existiert bereits.', 'Schlüssel »‹hidden›« existiert bereits.'],
  [
    'M',
    'duplicate key value violates unique constraint "u"',
    'duplicate key value violates unique constraint "u"',
  ],
  ['M', 'column "nope" does not exist', 'column "‹hidden›" does not exist'],
  ['M', 'value too long for type character varying(20)', 'value too long for type character varying(20)'],
  ['M', 'function get_ssn(integer) does not exist', 'function get_ssn(integer) does not exist'],
  ['W', 'COPY patients, line 1, column ssn: "999-17-5017"', 'COPY patients, line 1, column ssn: "‹hidden›"'],
  ['W', 'SQL function "get_ssn" statement 1', 'SQL function "get_ssn" statement 1'],
  ['M', 'ssn 999-17-5017 is taken', 'ssn ***-**-**** is taken'],
  ['M', "can't do that", "can't do that"],
  ['M', 'unterminated quoted string at or near "\'abc', 'unterminated quoted string at or near "‹hidden›'],
  ['q', 'SELECT ssn FROM patients WHERE id = 5', '‹hidden›'],
  ['n', 'patients_email_key', 'patients_email_key'],
  ['n', 'ssn 999-17-5017', '‹hidden›'],
  ['C', '22P02', '22P02'],
  ['P', '15', '15'],
])('%s %s', (code, text, expected) => {
  expect(scrub(code, text)).toBe(expected);
});

describe('the user may read again what they typed', () => {
  test('as whole words', () => {
    const own = `SELECT nope FROM patients WHERE ssn = '999-17-5017'::int`;
    expect(scrub('M', 'column "nope" does not exist', own)).toBe('column "nope" does not exist');
    expect(scrub('M', 'invalid input syntax: "nop"', own)).toBe('invalid input syntax: "‹hidden›"');
  });
  test('but not when a function may have said anything', () => {
    expect(scrub('M', 'hello nope', 'SELECT nope', true)).toBe('‹hidden›');
    expect(scrub('n', 'Jane', 'SELECT nope', true)).toBe('‹hidden›');
  });
});

test('no value between quotes or parentheses gets out, whatever it contains', () => {
  const value = fc.string({
    unit: fc.constantFrom('"', "'", '(', ')', '«', '»', ' ', ',', '.', '7', 'x'),
    maxLength: 12,
  });
  const template = fc.constantFrom<(text: string) => string>(
    (text) => `invalid input syntax for type date: "${text}"`,
    (text) => `Key (ssn)=(${text}) already exists.`,
    (text) => `Failing row contains (${text}).`,
    (text) => `neuer Wert »${text}«`,
  );
  fc.assert(
    fc.property(value, template, (text, sentence) => {
      const secret = `Jane${text}Roe`;
      const out = scrub('M', sentence(secret)) ?? '';
      expect(out).not.toMatch(/Jane|Roe/);
      expect(out).toContain('‹hidden›');
    }),
    { numRuns: 2000 },
  );
});

describe('what a value-dependent error says', () => {
  const say = (fields: Readonly<Record<string, string>>, own: string, sources: readonly string[] = []) =>
    Object.fromEntries(scrubNotice(new Map(Object.entries(fields)), { ...context(own), sources }));

  test('numbers outside parentheses stay only where the statement has them', () => {
    const message = { C: '54000', M: 'requested character too large for encoding: 730114432' };
    expect(say(message, 'SELECT chr(code::int) FROM u')['M']).toBe(
      'requested character too large for encoding: ‹hidden›',
    );
    expect(say(message, 'SELECT chr(730114432)')['M']).toBe(message.M);
    expect(say({ C: '22008', M: 'date field value out of range: 7301-14-32' }, 'SELECT 1')['M']).not.toMatch(
      /7301|14|32/,
    );
  });
  test('counts of processes and limits stay', () => {
    const deadlock = {
      C: '40P01',
      D: 'Process 4711 waits for ShareLock on transaction 8150; blocked by process 4712.',
    };
    expect(say(deadlock, 'SELECT 1')).toEqual(deadlock);
  });
  test('documents are not quoted: JSON in the context, XML in the detail', () => {
    expect(
      say(
        {
          C: '22P02',
          D: 'Token "Jane" is invalid.',
          W: 'JSON data, line 1: {"a":Jane...\nSQL function "f" statement 1',
        },
        'SELECT f()',
      ),
    ).toEqual({
      C: '22P02',
      D: 'Token "‹hidden›" is invalid.',
      W: 'JSON data, line 1: ‹hidden›\nSQL function "f" statement 1',
    });
    expect(
      say(
        { C: '2200M', D: 'line 1: Opening and ending tag mismatch: Jane line 1 and b\n<Jane></b>\n   ^' },
        'SELECT 1',
      )['D'],
    ).toBe('line 1: ‹hidden›');
  });
  test('a place that guard does not know is hidden', () => {
    expect(say({ C: 'XX000', W: 'PL/Foo said: Jane' }, 'SELECT 1')['W']).toBe('‹hidden›');
  });
});

describe('RAISE', () => {
  const source = `begin if n > 3 then raise exception 'visit of % is too long: %', who, n; end if; raise notice 'done'; raise notice '%', who; end`;
  const raise = (message: string, own = 'SELECT f()') =>
    scrubNotice(
      new Map([
        ['M', message],
        ['c', 'jane'],
        ['R', 'exec_stmt_raise'],
      ]),
      { ...context(own), sources: [source] },
    );

  test.each([
    ['visit of Jane is too long: 44', 'visit of ‹hidden› is too long: ‹hidden›'],
    ['done', 'done'],
    ['Jane', '‹hidden›'],
    ['doneJane', '‹hidden›'],
  ])('%s', (message, shown) => {
    expect(raise(message).get('M')).toBe(shown);
  });
  test('the words of a DO block are its own', () => {
    expect(raise('ready', "DO $$ begin raise notice 'ready'; end $$").get('M')).toBe('ready');
  });
  test('options that look like names are hidden', () => {
    expect(raise('done').get('c')).toBe('‹hidden›');
  });
  test('a literal that is mostly wildcards fits, and shows nothing of the value', () => {
    const out = scrubNotice(
      new Map([
        ['M', 'a Jane'],
        ['R', 'exec_stmt_raise'],
      ]),
      { ...context("raise notice 'a %'"), sources: [] },
    );
    expect(out.get('M')).toBe('a ‹hidden›');
  });
});
