import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { analyzeSql, SQL_RULES } from '../../src/analyze/index.ts';
import { rawText } from '../../src/model/text.ts';
import { loadSqlParser, parseSql } from '../../src/parse/sql/parse-sql.ts';

beforeAll(loadSqlParser);

function firing(sql: string): readonly string[] {
  const parsed = parseSql(rawText(sql));
  expect(parsed.kind, sql).toBe('complete');
  return analyzeSql(parsed.items).map((finding) => finding.rule);
}

describe.each(SQL_RULES)('$id', (rule) => {
  test.each(rule.hits)('fires on %s', (sql) => {
    expect(firing(sql)).toContain(rule.id);
  });

  test.each(rule.misses)('is silent on %s', (sql) => {
    expect(firing(sql)).not.toContain(rule.id);
  });
});

test('every rule file is in the registry, under the name of its file', () => {
  const folder = new URL('../../src/analyze/rules/sql/', import.meta.url);
  const files = readdirSync(folder).map((file) => `sql.${file.replace(/\.ts$/, '')}`);
  expect(SQL_RULES.map((rule) => rule.id).sort()).toEqual(files.sort());
});

test('messages are whole sentences', () => {
  for (const rule of SQL_RULES) {
    for (const sql of rule.hits) {
      const parsed = parseSql(rawText(sql));
      for (const finding of analyzeSql(parsed.items)) {
        for (const part of [finding.effect, finding.why, finding.instead]) {
          expect(part, sql).toMatch(/^[A-Z].+[.]$/);
          expect(part, sql).not.toMatch(/undefined|\[object|: \.|\s\s/);
        }
      }
    }
  }
});
