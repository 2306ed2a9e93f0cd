import { beforeAll, describe, expect, test } from 'vitest';
import { rawText } from '../../../src/model/text.ts';
import { loadSqlParser, parseSql } from '../../../src/parse/sql/parse-sql.ts';

beforeAll(loadSqlParser);

function predicateOf(sql: string) {
  const [statement] = parseSql(rawText(sql)).items;
  const effect = statement?.effects.find((each) => each.kind === 'delete' || each.kind === 'update');
  return effect !== undefined && 'predicate' in effect ? effect.predicate : undefined;
}

const ALWAYS = [
  'true',
  'NOT false',
  '1 = 1',
  "'a' = 'a'",
  '2 > 1 AND 3 <= 3',
  '1 + 1 = 2',
  "'t'::bool",
  '1::bool',
  'coalesce(NULL, true)',
  "length('abc') = 3",
  'x = x',
  'x >= x',
  't.x = x',
  'x IS NOT DISTINCT FROM x',
  'NOT (x <> x)',
  'NOT (x IS DISTINCT FROM x)',
  'x = 5 OR true',
  'x = 5 OR 1 = 1',
  'x IS NULL OR x IS NOT NULL',
  'x = 5 OR NOT (x = 5)',
  'x = 5 OR x <> 5',
  'x > 5 OR x <= 5',
  'x < 5 OR 5 <= x',
  'x > 5 OR x < 10',
  'x < 5 OR x = 5 OR x > 5',
  "x LIKE 'a%' OR x NOT LIKE 'a%'",
  'x IN (1, 2) OR x NOT IN (1, 2)',
  'x IS TRUE OR x IS NOT TRUE',
  "name LIKE '%'",
  "name ILIKE '%%'",
  "name SIMILAR TO '%'",
  "name ~ '.*'",
  "name ~ ''",
  'id IN (SELECT id FROM t)',
  'id IN (SELECT u.id FROM t u WHERE u.id = u.id)',
  'id = ANY (SELECT id FROM t)',
  'id = ANY (ARRAY(SELECT id FROM t))',
  'EXISTS (SELECT 1)',
  'EXISTS (SELECT 1 FROM other)',
  'EXISTS (SELECT count(*) FROM other o WHERE o.x = 5)',
  'EXISTS (SELECT 1 FROM t u WHERE u.id = t.id)',
  'EXISTS (SELECT 1 FROM t WHERE t.x = 5)',
  '(SELECT true)',
  'id >= (SELECT min(id) FROM t)',
  'id <= (SELECT max(id) FROM t)',
  'id IS NOT NULL',
  'ctid IS NOT NULL',
  '(id > 5) IS NOT NULL',
  'id > 0',
  'id >= 1',
  '0 < id',
  'id <> -1',
  'id BETWEEN 0 AND 9999999999',
  'length(name) >= 0',
  'abs(x) > -1',
  'x = x + 0',
  "name || '' = name",
  'x * 0 = 0',
  'x - x = 0',
  'x IN (1, x)',
  'x = ANY (ARRAY[x])',
  'x BETWEEN x AND x',
  'greatest(x, x) = x',
  'coalesce(x, x) = x',
  'CASE WHEN x > 5 THEN true ELSE true END',
  '(x, y) = (x, y)',
  '(x = x) IS TRUE',
  '(x <> x) IS FALSE',
  "now() > '2000-01-01'",
  'random() < 2',
  '$1 = 5',
  "current_user = 'bob'",
  "x = 5 OR now() > '2000-01-01'",
  'pg_sleep(0) IS NOT NULL',
] as const;

const EFFECTIVE = [
  'id = 5',
  'x = y',
  't.x = other_x',
  'false',
  '1 = 2',
  'NOT true',
  'NULL',
  'x <> x',
  'id = 5 AND 1 = 1',
  "id = 5 AND now() > '2000-01-01'",
  'x IS NOT NULL',
  'deleted_at IS NOT NULL',
  't IS NOT NULL',
  'x IS NULL OR y IS NOT NULL',
  'x > 10 OR x < 5',
  'x = 5 OR y <> 5',
  "name LIKE 'a%'",
  "name NOT LIKE '%'",
  "name ~ '^a'",
  'id IN (SELECT id FROM other)',
  'id IN (SELECT id FROM t WHERE x > 5)',
  'id IN (SELECT id FROM t LIMIT 5)',
  'id IN (SELECT x FROM t)',
  'id NOT IN (SELECT id FROM t)',
  'EXISTS (SELECT 1 FROM other o WHERE o.id = t.id)',
  'EXISTS (SELECT 1 FROM other o WHERE o.id = room)',
  'NOT EXISTS (SELECT 1 FROM t u WHERE u.parent = t.id)',
  'id >= (SELECT max(id) FROM t)',
  'id > 5',
  'id < 100',
  'id BETWEEN 1 AND 100',
  'length(name) > 3',
  'x = x + 1',
  'x IN (1, 2)',
  'active',
  'NOT active',
  'coalesce(active, true)',
  'CASE WHEN x > 5 THEN true ELSE false END',
  '(x = x) IS FALSE',
  'date_trunc($$day$$, at) = current_date',
] as const;

describe('a WHERE that leaves no row out', () => {
  test.each(ALWAYS)('%s', (where) => {
    expect(predicateOf(`DELETE FROM t WHERE ${where}`)).toMatchObject({ kind: 'always' });
    expect(predicateOf(`UPDATE app.t SET z = 1 WHERE ${where}`)).toMatchObject({ kind: 'always' });
  });
});

describe('a WHERE that may', () => {
  test.each(EFFECTIVE)('%s', (where) => {
    expect(predicateOf(`DELETE FROM t WHERE ${where}`)).toMatchObject({ kind: 'effective' });
  });
});

describe('other shapes', () => {
  test.each([
    ['DELETE FROM t', 'none'],
    ['DELETE FROM t USING s', 'none'],
    ['DELETE FROM t USING s WHERE s.active', 'always'],
    ['DELETE FROM t USING s WHERE t.id = s.id', 'effective'],
    ['DELETE FROM t a WHERE a.id = id', 'always'],
    ['UPDATE t SET x = 1 FROM s WHERE s.id = 5', 'always'],
    ['UPDATE t SET x = 1 FROM s WHERE s.id = t.id', 'effective'],
    ['DELETE FROM t WHERE CURRENT OF c', 'cursor'],
    ['MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE', 'always'],
    ['MERGE INTO t USING s ON true WHEN MATCHED AND t.x = 5 THEN DELETE', 'effective'],
    ['MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE', 'effective'],
    ['MERGE INTO t USING s ON false WHEN NOT MATCHED BY SOURCE THEN DELETE', 'always'],
    ['MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN DELETE', 'effective'],
  ])('%s', (sql, kind) => {
    expect(predicateOf(sql)?.kind).toBe(kind);
  });

  test('the columns that limit are named once', () => {
    expect(predicateOf('DELETE FROM t WHERE t.a = 1 AND b IN (SELECT c FROM s) AND lower(a) = $1')).toEqual({
      kind: 'effective',
      columns: ['a', 'b', 'c'],
    });
  });

  test('a deep or wide condition is judged in little time', () => {
    const wide = Array.from({ length: 400 }, (_, n) => `x = ${n}`).join(' OR ');
    expect(predicateOf(`DELETE FROM t WHERE ${wide}`)?.kind).toBe('effective');
    expect(predicateOf(`DELETE FROM t WHERE ${'NOT ('.repeat(200)}x = x${')'.repeat(200)}`)?.kind).toBe(
      'always',
    );
  });
});
