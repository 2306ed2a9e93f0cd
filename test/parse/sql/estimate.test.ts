import { beforeAll, describe, expect, test } from 'vitest';
import { rawText } from '../../../src/model/text.ts';
import { estimateQueries, readPlanRows } from '../../../src/parse/sql/estimate.ts';
import { loadSqlParser, parseSql } from '../../../src/parse/sql/parse-sql.ts';

beforeAll(loadSqlParser);

function queries(sql: string) {
  return parseSql(rawText(sql)).items.flatMap((statement, index) => estimateQueries(statement, index));
}

/** One line, to compare regardless of layout. */
function flat(text: string | undefined): string | undefined {
  return text?.replace(/\s+/g, ' ');
}

describe('what to ask the server', () => {
  test.each([
    ['SELECT 1; DELETE FROM visits WHERE id > 5', 1, 'DELETE FROM visits WHERE id > 5'],
    ['EXPLAIN ANALYZE DELETE FROM visits', 0, 'DELETE FROM visits'],
    ['PREPARE p AS UPDATE visits SET cost = $1', 0, 'UPDATE visits SET cost = $1'],
    ['INSERT INTO a SELECT * FROM b', 0, 'INSERT INTO a SELECT * FROM b'],
    [
      'WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d',
      0,
      'WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d',
    ],
    ['COPY (DELETE FROM a RETURNING *) TO STDOUT', 0, 'DELETE FROM a RETURNING *'],
  ])('%s', (sql, statement, explain) => {
    expect(queries(sql).map((query) => [query.statement, flat(query.explain)])).toEqual([
      [statement, explain],
    ]);
  });

  test.each([
    'SELECT * FROM visits',
    'INSERT INTO a VALUES (1)',
    'EXPLAIN DELETE FROM a',
    'TRUNCATE a',
    'CREATE TABLE x AS SELECT 1',
    'DO $$ BEGIN DELETE FROM a; END $$',
  ])('nothing for %s', (sql) => {
    expect(queries(sql)).toEqual([]);
  });

  test.each([
    [
      'DELETE FROM ONLY clinic."Visit" v WHERE v.id % 2 = 0 AND lower(reason) LIKE $$a%$$',
      `SELECT count(*) FROM ( SELECT 1 FROM ONLY clinic."Visit" AS v WHERE (v.id % 2) = 0 AND lower(reason) LIKE 'a%' LIMIT 1001 ) AS guard_rows`,
    ],
    [
      'UPDATE a SET b = volatile_thing()',
      'SELECT count(*) FROM ( SELECT 1 FROM a LIMIT 1001 ) AS guard_rows',
    ],
    ['DELETE FROM a WHERE random() < 0.5', undefined],
    ['DELETE FROM a WHERE own.lower(b) = 1', undefined],
    ['DELETE FROM a WHERE b OPERATOR(own.=) 1', undefined],
    ['DELETE FROM a WHERE b = $1', undefined],
    [
      'DELETE FROM a USING b WHERE a.id = b.id',
      'SELECT count(*) FROM ( SELECT DISTINCT a.tableoid, a.ctid FROM a, b WHERE a.id = b.id LIMIT 1001 ) AS guard_rows',
    ],
    [
      'UPDATE s.a x SET n = 1 FROM b JOIN c USING (id) WHERE x.id = b.id',
      'SELECT count(*) FROM ( SELECT DISTINCT x.tableoid, x.ctid FROM s.a AS x, b JOIN c USING (id) WHERE x.id = b.id LIMIT 1001 ) AS guard_rows',
    ],
    ['UPDATE a SET n = 1 FROM own_rows() o WHERE a.id = o', undefined],
    ['DELETE FROM a USING (SELECT random() AS r) o WHERE a.id = o.r', undefined],
    ['DELETE FROM a WHERE CURRENT OF c', undefined],
    ['DELETE FROM a WHERE id IN (SELECT id FROM b FOR UPDATE)', undefined],
  ])('counts %s', (sql, count) => {
    const [query] = queries(sql);
    expect(query).toBeDefined();
    expect(flat(query?.count)).toBe(count);
    expect(query?.countLimit).toBe(count === undefined ? undefined : 1001);
  });
});

describe('rows of a plan', () => {
  const plan = (root: object) => JSON.stringify([{ Plan: root }]);
  const scan = (rows: number, relationship = 'Outer') => ({
    'Node Type': 'Seq Scan',
    'Parent Relationship': relationship,
    'Plan Rows': rows,
  });
  const modify = (...plans: object[]) => ({ 'Node Type': 'ModifyTable', 'Plan Rows': 0, Plans: plans });

  test.each([
    [plan(modify(scan(42))), 42],
    [plan(modify(scan(42), scan(7, 'SubPlan'))), 42],
    [plan(modify(scan(1, 'Member'), scan(2, 'Member'))), 3],
    [plan({ 'Node Type': 'CTE Scan', 'Plan Rows': 9, Plans: [modify(scan(5))] }), 5],
    [plan(modify(scan(5), { ...modify(scan(6)), 'Parent Relationship': 'InitPlan' })), 11],
    [plan(scan(8)), 8],
    ['[]', undefined],
    ['not json', undefined],
    ['[{"Plan":{"Plan Rows":"8"}}]', undefined],
    ['null', undefined],
  ])('%s', (json, rows) => {
    expect(readPlanRows(json)).toBe(rows);
  });
});
