import { beforeAll, describe, expect, test } from 'vitest';
import { rawText } from '../../../src/model/text.ts';
import { loadSqlParser } from '../../../src/parse/sql/parse-sql.ts';
import { type Reading, type SecondOpinion, secondOpinion } from '../../../src/parse/sql/second-opinion.ts';
import { keptRegression } from '../../corpus/regression.ts';

/** The other parser takes a second of a processor for some 1,200 texts: every sixth is put to it. */
const EVERY = 6;
/** It takes more than linear time, so that longer ones are left to the grammar alone. */
const LONGEST_TEXT = 4_096;
/** Of every sixth text: both read it and say the same; what this counts may only rise. */
const AGREE_FLOOR = 4_500;
const BUSY_MACHINE_MS = 300_000;

interface Difference {
  readonly text: string;
  readonly own: Reading;
  readonly other: Reading;
}

/** Where the two may differ, and why guard's reading is the one to trust. */
const REASONS: Readonly<Record<string, (difference: Difference) => boolean>> = {
  'guard knows which functions read the storage of the server, large objects among it': ({ own, other }) =>
    sameWithout(own, other, ['pg_catalog.pg_largeobject']),
  'guard reads the SQL that crosstab, ts_stat, ts_rewrite… run from a string': ({ text, own, other }) => {
    const strings = [...text.matchAll(/'(?:[^']|'')*'/g)].join(' ');
    const more = own.tables.filter((table) => !other.tables.includes(table));
    return more.every((table) => strings.includes(table)) && sameWithout(own, other, more);
  },
  'guard reads the body of a DO block': ({ own, other }) =>
    own.kind === 'DoStmt' && other.tables.length === 0,
  'to refer to a table, or to be made like it, is not to read its rows': ({ text, own, other }) =>
    own.kind === 'CreateStmt' &&
    own.tables.length === 1 &&
    /\b(?:references|like)\b/i.test(text) &&
    sameWithout(other, own, other.tables),
  'a constraint is renamed, which guard does not call a change of the table': ({ text, own }) =>
    own.kind === 'RenameStmt' && /\brename\s+constraint\b/i.test(text),
  'the name of a WITH further inside is no table': ({ text, own, other }) => {
    const more = other.tables.filter((table) => !own.tables.includes(table));
    return more.every((name) => isGiven(text, name)) && sameWithout(other, own, more);
  },
  'INSERT INTO a name that a WITH gives means the table of that name': ({ text, own, other }) => {
    const more = own.tables.filter((table) => !other.tables.includes(table));
    return own.kind === 'InsertStmt' && more.every((name) => isGiven(text, name));
  },
};

/** True when `name` is the name of a WITH query in the text. */
function isGiven(text: string, name: string): boolean {
  return new RegExp(
    `\\b${name}\\b\\s*(?:\\([^)]*\\)\\s*)?as\\s*(?:(?:not\\s+)?materialized\\s*)?\\(`,
    'i',
  ).test(text);
}

/** True when `most` names what `fewer` names, and nothing besides but some of `more`. */
function sameWithout(most: Reading, fewer: Reading, more: readonly string[]): boolean {
  const rest = most.tables.filter((table) => fewer.tables.includes(table) || !more.includes(table));
  return most.kind === fewer.kind && rest.join() === fewer.tables.join();
}

function differences(text: string, opinion: SecondOpinion): readonly Difference[] {
  if (opinion.kind !== 'differ') return [];
  const { first, second } = opinion;
  if (first.length !== second.length) throw new Error(`another number of statements: ${text}`);
  return first.flatMap((own, index) => {
    const other = second[index];
    const same = other?.kind === own.kind && other.tables.join() === own.tables.join();
    return other === undefined || same ? [] : [{ text, own, other }];
  });
}

function reasonsFor(difference: Difference): readonly string[] {
  return Object.entries(REASONS).flatMap(([reason, holds]) => (holds(difference) ? [reason] : []));
}

describe("every sixth statement of PostgreSQL's regression tests, read by pgsql-ast-parser too", () => {
  const found: { readonly text: string; readonly opinion: SecondOpinion }[] = [];
  beforeAll(async () => {
    await loadSqlParser();
    const texts = keptRegression().filter(
      (text, index) => index % EVERY === 0 && text.length <= LONGEST_TEXT,
    );
    for (const text of texts) found.push({ text, opinion: await secondOpinion(rawText(text)) });
  }, BUSY_MACHINE_MS);

  test('is of the same kind and about the same tables where both read it, but for known reasons', () => {
    const all = found.flatMap(({ text, opinion }) => differences(text, opinion));
    expect(all.filter((each) => reasonsFor(each).length === 0)).toEqual([]);
    expect(all.length).toBeGreaterThan(0);
  });

  test('is read by both as often as before', () => {
    const agreed = found.filter(({ opinion }) => opinion.kind === 'agree');
    expect(agreed.length).toBeGreaterThanOrEqual(AGREE_FLOOR);
  });
});

describe('a reason excuses nothing else', () => {
  const reading = (kind: string, ...tables: string[]): Reading => ({ kind, tables });
  test.each<Difference>([
    { text: 'SELECT 1 FROM a', own: reading('SelectStmt'), other: reading('SelectStmt', 'a') },
    { text: 'SELECT 1 FROM a', own: reading('SelectStmt', 'a', 'b'), other: reading('SelectStmt', 'a') },
    { text: 'DELETE FROM a', own: reading('SelectStmt', 'a'), other: reading('DeleteStmt', 'a') },
    { text: 'INSERT INTO a SELECT 1', own: reading('InsertStmt', 'a'), other: reading('InsertStmt') },
    {
      text: 'WITH w AS (SELECT 1) SELECT 1 FROM a',
      own: reading('SelectStmt'),
      other: reading('SelectStmt', 'a'),
    },
    { text: 'CREATE TABLE a (LIKE b)', own: reading('CreateStmt'), other: reading('CreateStmt', 'a', 'b') },
  ])('$text as $own against $other', (difference) => {
    expect(reasonsFor(difference)).toEqual([]);
  });
});
