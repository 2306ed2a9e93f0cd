import { beforeAll, describe, expect, test } from 'vitest';
import { rawText } from '../../../src/model/text.ts';
import { loadSqlParser, parseSql } from '../../../src/parse/sql/parse-sql.ts';
import { tableLocks } from '../../../src/parse/sql/table-locks.ts';

beforeAll(loadSqlParser);

const locks = (text: string) =>
  parseSql(rawText(text))
    .items.flatMap(tableLocks)
    .map(({ table, mode, work }) => `${table.name}: ${mode}, ${work}`);

describe('locks that grow with the table (PostgreSQL docs, Explicit Locking; ALTER TABLE, Notes)', () => {
  test.each([
    ['ALTER TABLE t ALTER COLUMN a TYPE bigint', 't: access exclusive, rewrite'],
    ['ALTER TABLE t ADD COLUMN a serial', 't: access exclusive, rewrite'],
    ['ALTER TABLE t ADD COLUMN a uuid DEFAULT gen_random_uuid()', 't: access exclusive, rewrite'],
    ['ALTER TABLE t SET UNLOGGED', 't: access exclusive, rewrite'],
    ['ALTER TABLE t SET TABLESPACE slow', 't: access exclusive, rewrite'],
    ['ALTER TABLE t ALTER COLUMN a SET NOT NULL', 't: access exclusive, scan'],
    ['ALTER TABLE t ADD CHECK (a > 0)', 't: access exclusive, scan'],
    ['ALTER TABLE t ADD PRIMARY KEY (a)', 't: access exclusive, index'],
    ['ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u', 't: share row exclusive, scan'],
    ['ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (1)', 't: share update exclusive, scan'],
    ['CREATE UNIQUE INDEX ON t (a)', 't: share, index'],
    ['VACUUM FULL t', 't: access exclusive, rewrite'],
    ['VACUUM FULL', 'every table: access exclusive, rewrite'],
    ['CLUSTER t', 't: access exclusive, rewrite'],
    ['REINDEX TABLE t', 't: share, index'],
    ['REINDEX DATABASE clinic', 'every table: share, index'],
    ['REFRESH MATERIALIZED VIEW v', 'v: access exclusive, rewrite'],
  ])('%s', (text, expected) => {
    expect(locks(text)).toEqual([expected]);
  });

  test.each([
    'ALTER TABLE t ADD COLUMN a text',
    'ALTER TABLE t ADD COLUMN a int NOT NULL DEFAULT 7',
    'ALTER TABLE t ADD CHECK (a > 0) NOT VALID',
    'ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX i',
    'ALTER TABLE t DROP COLUMN a',
    'ALTER TABLE t ALTER COLUMN a DROP NOT NULL',
  ])('brief: %s', (text) => {
    expect(locks(text)).toEqual(['t: access exclusive, brief']);
  });

  test.each([
    'CREATE INDEX CONCURRENTLY ON t (a)',
    'REINDEX TABLE CONCURRENTLY t',
    'REFRESH MATERIALIZED VIEW CONCURRENTLY v',
    'VACUUM t',
    'SELECT 1',
    'CREATE TABLE t (a int PRIMARY KEY)',
  ])('none: %s', (text) => {
    expect(locks(text)).toEqual([]);
  });
});
