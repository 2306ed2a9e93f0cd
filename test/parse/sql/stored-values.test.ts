import { beforeAll, expect, test } from 'vitest';
import { rawText } from '../../../src/model/text.ts';
import { loadSqlParser, parseSql } from '../../../src/parse/sql/parse-sql.ts';
import { executedStatement, storedValues } from '../../../src/parse/sql/stored-values.ts';

beforeAll(() => loadSqlParser());

function stored(sql: string): readonly string[] {
  const [statement] = parseSql(rawText(sql)).items;
  const found: string[] = [];
  storedValues(statement?.tree, {
    constant: ({ relation, column }, text) => found.push(`${relation.name}.${column}=${text}`),
    parameter: ({ relation, column }, number) => found.push(`${relation.name}.${column}=$${number}`),
  });
  return found.toSorted();
}

test.each<[string, readonly string[]]>([
  ["INSERT INTO t(a, b) VALUES ('x', 1), ($1, -2)", ['t.a=$1', 't.a=x', 't.b=-2', 't.b=1']],
  ["INSERT INTO s.t VALUES ('x', 2)", ['t.0=x', 't.1=2']],
  ["INSERT INTO t(a) SELECT upper('x'::text)", ['t.a=x']],
  ["INSERT INTO t(a) SELECT 'x' UNION ALL SELECT 'y'", ['t.a=x', 't.a=y']],
  ["INSERT INTO t(a, b) SELECT c, d FROM (VALUES ('x')) v(c)", ['t.a=x', 't.b=x']],
  ["WITH v AS (SELECT 'x') INSERT INTO t(a) SELECT * FROM v", ['t.a=x']],
  ["INSERT INTO t(a) VALUES ('x') ON CONFLICT (a) DO UPDATE SET b = 'y'", ['t.a=x', 't.b=y']],
  ["UPDATE t SET a = 'x', (b, c) = ('y', 'z') WHERE d = 'w'", ['t.a=x', 't.b=y', 't.b=z', 't.c=y', 't.c=z']],
  ["UPDATE t SET a = v.c FROM (VALUES ('x')) v(c)", ['t.a=x']],
  ["WITH u AS (UPDATE t SET a = 'x' RETURNING 1) SELECT 'y' FROM u", ['t.a=x']],
  [
    "MERGE INTO t USING (VALUES ('x')) v(c) ON true WHEN MATCHED THEN UPDATE SET a = $1 WHEN NOT MATCHED THEN INSERT (b) VALUES ('y')",
    ['t.a=$1', 't.a=x', 't.b=x', 't.b=y'],
  ],
  ["EXPLAIN ANALYZE UPDATE t SET a = 'x'", ['t.a=x']],
  ["COPY (UPDATE t SET a = 'x' RETURNING a) TO STDOUT", ['t.a=x']],
  ["SELECT 'x' FROM t WHERE a = 'y'", []],
  ["DELETE FROM t WHERE a = 'x'", []],
])('%s', (sql, expected) => {
  expect(stored(sql)).toEqual([...expected].toSorted());
});

test('EXECUTE hands over the constants of each parameter', () => {
  const [statement] = parseSql(rawText("EXECUTE p('x', 1, upper('y'), now())")).items;
  expect(executedStatement(statement?.tree)).toEqual({ name: 'p', values: [['x'], ['1'], ['y'], []] });
});
