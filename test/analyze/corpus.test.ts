import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { analyzeSql, doubtFinding } from '../../src/analyze/index.ts';
import { rawText } from '../../src/model/text.ts';
import { loadSqlParser, parseSql } from '../../src/parse/sql/parse-sql.ts';
import { STATEMENTS } from '../../src/parse/sql/statements/index.ts';

interface Row {
  readonly id: string;
  readonly sql: string;
  readonly expect: { readonly intents: readonly string[]; readonly tags?: readonly string[] };
}

const corpus = new URL('../corpus/sql.jsonl', import.meta.url);
const rows: readonly Row[] = readFileSync(corpus, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));

/** Parts of the grammar that are no statements of their own. */
const FRAGMENTS = ['RawStmt', 'ReplicaIdentityStmt', 'SetOperationStmt', 'ReturnStmt', 'PLAssignStmt'];

beforeAll(loadSqlParser);

const sorted = (words: readonly string[]) => [...new Set(words)].sort();

describe('the SQL corpus', () => {
  test.each(rows)('$id $sql', (row) => {
    const parsed = parseSql(rawText(row.sql));
    const findings = analyzeSql(parsed.items);
    expect(parsed.kind).toBe('complete');
    expect(sorted(findings.map((finding) => finding.intent))).toEqual(row.expect.intents);
    expect(sorted(findings.flatMap((finding) => finding.tags))).toEqual(row.expect.tags ?? []);
  });

  test('ids are unique', () => {
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
  });

  test('every statement of the grammar occurs, and each has a finding of its own', () => {
    const kinds = new Set<string>();
    for (const row of rows) {
      const { items } = parseSql(rawText(row.sql));
      for (const item of items) {
        kinds.add(item.kind);
        expect(analyzeSql([item]).length, row.sql).toBeGreaterThan(0);
      }
    }
    expect(Object.keys(STATEMENTS).filter((kind) => !kinds.has(kind) && !FRAGMENTS.includes(kind))).toEqual(
      [],
    );
  });
});

describe('doubt', () => {
  test.each(['SELEC 1', "SELECT 'open", 'SELECT 1\0', `SELECT ${'1+'.repeat(5_000)}1`])('%#', (sql) => {
    const parsed = parseSql(rawText(sql));
    expect(doubtFinding(parsed)).toMatchObject({ intent: 'unknown', tags: ['unreadable'] });
  });

  test('a message that was read whole leaves none', () => {
    expect(doubtFinding(parseSql(rawText('SELECT 1')))).toBeUndefined();
    expect(doubtFinding(parseSql(rawText('')))).toBeUndefined();
  });
});
