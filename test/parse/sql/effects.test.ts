import { beforeAll, describe, expect, test } from 'vitest';
import type { SqlEffect } from '../../../src/model/sql.ts';
import { rawText } from '../../../src/model/text.ts';
import { loadSqlParser, parseSql } from '../../../src/parse/sql/parse-sql.ts';

beforeAll(loadSqlParser);

function effectsOf(sql: string): readonly SqlEffect[] {
  const parsed = parseSql(rawText(sql));
  expect(parsed.kind, sql).toBe('complete');
  return parsed.items.flatMap((item) => item.effects);
}

/** `table(a,b)` and `table(*)` for every read, in order. */
function reads(sql: string): readonly string[] {
  return effectsOf(sql).flatMap((effect) => {
    if (effect.kind !== 'read') return [];
    const { schema, name } = effect.relation;
    const columns = effect.columns === 'all' ? '*' : effect.columns.join(',');
    return [`${schema === undefined ? '' : `${schema}.`}${name}(${columns})`];
  });
}

describe('relations and columns that are read', () => {
  test.each([
    ['SELECT a, t.b FROM t WHERE c = 1 ORDER BY d', ['t(a,b,c,d)']],
    ['SELECT * FROM t', ['t(*)']],
    ['TABLE app.t', ['app.t(*)']],
    ['SELECT count(*) FROM t', ['t()']],
    ['SELECT x.* FROM t x, u', ['t(*)', 'u()']],
    ['SELECT x FROM t x', ['t(*)']],
    ['SELECT row_to_json(x) FROM t AS x', ['t(*)']],
    ['SELECT (x).ssn, ssn(x) FROM t x', ['t(*)']],
    ['SELECT app.t.a FROM app.t', ['app.t(a)']],
    ['SELECT a, x.b FROM t x JOIN u USING (k)', ['t(k,a,b)', 'u(k,a)']],
    ['SELECT 1 FROM t NATURAL JOIN u', ['t(*)', 'u(*)']],
    ['SELECT j.a FROM (t JOIN u ON t.k = u.l) AS j', ['t(k,a)', 'u(l,a)']],
    ['SELECT p FROM t AS x (p, q)', ['t(*)']],
    ['SELECT y.b FROM (SELECT a AS b FROM t) y', ['t(a)']],
    ['SELECT (SELECT s.a FROM s WHERE s.k = t.k) FROM t', ['t(k)', 's(a,k)']],
    ['SELECT 1 FROM t WHERE EXISTS (SELECT a FROM s)', ['t(a)', 's(a)']],
    ['SELECT v.a FROM t, LATERAL (SELECT t.b AS a) v', ['t(b)']],
    ['WITH t AS (SELECT a FROM t) SELECT * FROM t', ['t(a)']],
    ['WITH RECURSIVE r AS (SELECT a FROM t UNION SELECT b FROM r) SELECT * FROM r', ['t(a)']],
    ['WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b, app.a', ['app.a(*)']],
    ['SELECT a FROM t UNION SELECT b FROM u', ['t(a)', 'u(b)']],
    ['SELECT f.a FROM f(1) f', []],
    ['SELECT unnest(t.tags) FROM t', ['t(tags)']],
    ['SELECT a FROM t t1, t t2 WHERE t1.b = t2.c', ['t(a,b,c)']],
    ['DELETE FROM t WHERE a = 1', []],
    ['DELETE FROM t WHERE a = 1 RETURNING b', ['t(b)']],
    ['UPDATE t SET n = n + 1, a = b WHERE c = 1', ['t(b)']],
    ['UPDATE t SET a = 1 RETURNING old.b, new.c', ['t(b,c)']],
    ['INSERT INTO t (a) SELECT b FROM u RETURNING id', ['u(b)', 't(id)']],
    ['INSERT INTO t VALUES (1) ON CONFLICT (k) DO UPDATE SET a = t.b, c = excluded.d', ['t(b)']],
    [
      'MERGE INTO t USING u ON t.k = u.k WHEN MATCHED THEN UPDATE SET a = u.b RETURNING t.c',
      ['u(k,b)', 't(c)'],
    ],
    ['COPY t (a, b) TO STDOUT', ['t(a,b)']],
    ['EXPLAIN SELECT a FROM t', ['t(a)']],
    ['CREATE VIEW v AS SELECT a FROM t', []],
    ['CREATE TABLE x AS SELECT a FROM t', ['t(a)']],
    ["SELECT query_to_xml('SELECT a FROM t', true, true, '')", ['t(a)']],
  ])('%s', (sql, expected) => {
    expect(reads(sql)).toEqual(expected);
  });
});

describe('effects in detail', () => {
  const effect = (sql: string) => effectsOf(sql)[0];

  test.each<readonly [string, Partial<SqlEffect>]>([
    ['INSERT INTO t (a, b) VALUES (1, 2), (3, 4)', { kind: 'insert', columns: ['a', 'b'], valuesRows: 2 }],
    ['INSERT INTO t DEFAULT VALUES', { kind: 'insert', columns: 'all', source: 'values', valuesRows: 1 }],
    ['INSERT INTO t TABLE u', { kind: 'insert', source: 'query' }],
    ['UPDATE t SET (a, b) = (1, 2), c[1] = 3', { kind: 'update', columns: ['a', 'b', 'c'] }],
    ['COPY t TO STDOUT (FORMAT binary)', { kind: 'copy-out', format: 'binary', to: 'stdio' }],
    ['COPY t TO STDOUT BINARY', { kind: 'copy-out', format: 'binary' }],
    ['COPY t TO STDOUT CSV', { kind: 'copy-out', format: 'csv' }],
    ["COPY t FROM PROGRAM 'x'", { kind: 'copy-in', from: 'program' }],
    [
      'TRUNCATE a, b.c CASCADE',
      { kind: 'truncate', cascade: true, relations: [{ name: 'a' }, { schema: 'b', name: 'c' }] },
    ],
    [
      'DROP TABLE a.b, c',
      {
        kind: 'drop',
        objects: [
          { type: 'table', schema: 'a', name: 'b' },
          { type: 'table', name: 'c' },
        ],
      },
    ],
    ['DROP POLICY p ON a.t', { kind: 'drop', objects: [{ type: 'policy', schema: 'a', name: 't.p' }] }],
    ['DROP FUNCTION a.f(int)', { kind: 'drop', objects: [{ type: 'function', schema: 'a', name: 'f' }] }],
    ['DROP CAST (text AS int)', { kind: 'drop', objects: [{ type: 'cast', name: 'text as int4' }] }],
    ['SET search_path TO "A", b', { kind: 'setting', name: 'search_path', value: 'A, b' }],
    ['SET WORK_MEM = 5', { kind: 'setting', name: 'work_mem', value: '5' }],
    [
      "SELECT set_config('Client_Encoding', 'LATIN1', true)",
      { kind: 'setting', lexer: true, scope: 'local' },
    ],
    [
      'GRANT SELECT (a, b), UPDATE ON t TO x, PUBLIC',
      { kind: 'grant', privileges: ['select(a, b)', 'update'], to: ['x', 'public'] },
    ],
    ['ALTER ROLE bob CREATEROLE NOSUPERUSER', { kind: 'role', elevates: ['CREATEROLE'] }],
    [
      'GRANT pg_read_all_data TO a, b',
      {
        kind: 'role',
        action: 'grant',
        roles: ['pg_read_all_data', 'a', 'b'],
        elevates: ['pg_read_all_data'],
      },
    ],
    ['LOCK t IN SHARE ROW EXCLUSIVE MODE', { kind: 'lock', mode: 'share row exclusive' }],
    ['CALL app.p(1)', { kind: 'dynamic', by: 'CALL app.p' }],
    [
      'ALTER TABLE t DISABLE ROW LEVEL SECURITY',
      { kind: 'alter', actions: [{ kind: 'disable-row-security', heavy: false, destructive: true }] },
    ],
    [
      'COMMENT ON COLUMN a.t.c IS NULL',
      { kind: 'alter', object: { type: 'column', schema: 'a', name: 't.c' } },
    ],
  ])('%s', (sql, expected) => {
    expect(effect(sql)).toMatchObject(expected);
  });

  test('functions are listed once, wherever they stand', () => {
    const [statement] = parseSql(
      rawText(
        'SELECT f(g(1)), app.f(2) FROM h(3) x JOIN t ON i(t.a) GROUP BY f(4) HAVING j() ORDER BY k(1) LIMIT l()',
      ),
    ).items;
    expect(statement?.functions.map((use) => `${use.schema ?? ''}.${use.name}`).sort()).toEqual(
      ['.f', '.g', '.h', '.i', '.j', '.k', '.l', 'app.f'].sort(),
    );
  });

  test('a function that a definition calls at once is listed', () => {
    for (const sql of [
      'CREATE INDEX ON t (f(a)) WHERE f(b)',
      'ALTER TABLE t ALTER a TYPE int USING f(a)',
      'ALTER TABLE t ADD COLUMN b int DEFAULT f()',
      'ALTER TABLE t ADD CHECK (f(a))',
    ]) {
      expect(parseSql(rawText(sql)).items[0]?.functions, sql).toEqual([{ name: 'f' }]);
    }
  });
});
