import { beforeAll, describe, expect, test } from 'vitest';
import { carryFindings } from '../../src/judge/carried-values.ts';
import { readPrepared } from '../../src/judge/prepared-statements.ts';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import { rawText } from '../../src/model/text.ts';
import { catalogFromDdl } from '../../src/parse/sql/ddl-catalog.ts';
import { loadSqlParser, parseSql } from '../../src/parse/sql/parse-sql.ts';

let catalog: CatalogSnapshot;
beforeAll(async () => {
  await loadSqlParser();
  const plain = catalogFromDdl(
    rawText(
      `CREATE TABLE members (id int PRIMARY KEY, last_name text, ssn text, plan text);
       CREATE FUNCTION pick(int) RETURNS text LANGUAGE sql AS 'SELECT last_name FROM members WHERE id = $1'`,
    ),
  );
  const classes = new Map([
    ['last_name', 'phi.name'],
    ['ssn', 'phi.ssn'],
  ] as const);
  catalog = {
    ...plain,
    relations: plain.relations.map((relation) => ({
      ...relation,
      columns: relation.columns.map((column) => ({
        ...column,
        class: [...classes].find(([name]) => name === column.name)?.[1],
      })),
    })),
  };
});

function found(text: string): readonly string[] {
  const { items } = parseSql(rawText(text));
  const memories = items.map(() => ({
    prepared: { p: rawText("PREPARE p AS SELECT pg_notify('c', ssn) FROM members") },
    cursors: {},
    created: [],
  }));
  return carryFindings(readPrepared(items, memories), { catalog, memories }).map(({ intent }) => intent);
}

describe('values that a call would carry past the masks', () => {
  test.each([
    ["SELECT set_config('application_name', last_name, false) FROM members"],
    ["SELECT 1 FROM members WHERE set_config('a.b', reverse(ssn), true) IS NULL"],
    ["SELECT pg_catalog.setval('s', replace(ssn, '-', '')::bigint) FROM members"],
    ["SELECT pg_notify(last_name, '') FROM members"],
    ["SELECT pg_notify('c', (SELECT json_agg(m)::text FROM members m))"],
    ["WITH v AS (SELECT ssn AS x FROM members) SELECT count(pg_notify('c', x)) FROM v"],
    ["SELECT set_config('application_name', pick(1), false)"],
    ["CREATE TABLE t AS SELECT pg_notify('c', ssn) FROM members"],
    ['EXECUTE p'],
  ])('%s', (text) => {
    expect(found(text)).toEqual(['data.reveal']);
  });

  test.each([
    ["SELECT set_config('app.tenant', '7', false)"],
    ["SELECT set_config('app.tenant', $1, false)"],
    ["SELECT setval('members_id_seq', (SELECT max(id) FROM members))"],
    ["SELECT setval('members_id_seq', count(*)) FROM members"],
    ["SELECT pg_notify('changed', id::text) FROM members"],
    ["SELECT pg_notify('changed', plan) FROM members WHERE last_name = 'x'"],
    ['SELECT ssn FROM members'],
  ])('nothing in %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
