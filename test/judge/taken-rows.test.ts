import { beforeAll, describe, expect, test } from 'vitest';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import type { TakenRows } from '../../src/model/judge.ts';
import { present } from '../../src/model/present.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { builtIn, catalogOf, judgeOn } from './stage.ts';

const DDL = `
  CREATE TABLE plans(id int PRIMARY KEY, name text);
  CREATE TABLE "Notes"(id int PRIMARY KEY, plan int REFERENCES plans ON DELETE CASCADE ON UPDATE CASCADE);
  CREATE TABLE lines(id int PRIMARY KEY, note int REFERENCES "Notes" ON DELETE CASCADE);
  CREATE TABLE rooms(id int PRIMARY KEY, plan int REFERENCES plans ON DELETE SET NULL)`;

let catalog: CatalogSnapshot;
let policy: Awaited<ReturnType<typeof builtIn>>;
beforeAll(async () => {
  await loadSqlParser();
  policy = await builtIn();
  const read = catalogOf(DDL);
  // As the live catalog tells it.
  catalog = {
    ...read,
    relations: read.relations.map((relation) => ({ ...relation, rows: 60_000 })),
    foreignKeys: read.foreignKeys.map((key) => ({ ...key, columns: [2], referenced: [1] })),
  };
});

function oid(name: string): number {
  return catalog.relations.find((relation) => relation.name === name)?.oid ?? -1;
}

interface Counted extends Omit<TakenRows, 'from'> {
  readonly from: string;
}

function judge(text: string, counted?: readonly Counted[]) {
  const taken = counted?.map((each): TakenRows => ({ ...each, from: oid(each.from) }));
  const estimates = taken === undefined ? undefined : [{ statement: 0, rows: 1, exact: true, taken }];
  return judgeOn({ policy, catalog, environment: 'prod', ...present({ estimates }) })(text);
}

function counts(text: string): readonly string[] {
  return judge(text).wants.flatMap((want) =>
    (want.taken ?? []).map(({ count }) => count.replaceAll(/\s+/g, ' ')),
  );
}

describe('what is asked', () => {
  test('one bounded count for each table that refers to the rows', () => {
    expect(counts("DELETE FROM plans WHERE name = 'a'")).toEqual([
      `SELECT count(*) FROM (SELECT 1 FROM "public"."Notes" guard_taken WHERE (guard_taken."plan") IN (SELECT plans.id FROM plans WHERE name = 'a') LIMIT 10001) guard_rows`,
      `SELECT count(*) FROM (SELECT 1 FROM "public"."rooms" guard_taken WHERE (guard_taken."plan") IN (SELECT plans.id FROM plans WHERE name = 'a') LIMIT 10001) guard_rows`,
    ]);
  });

  test('with an alias, ONLY and USING', () => {
    expect(counts('DELETE FROM ONLY "Notes" n USING rooms r WHERE r.plan = n.plan')[0]).toContain(
      'IN (SELECT n.id FROM ONLY "Notes" AS n, rooms AS r WHERE r.plan = n.plan)',
    );
  });

  test('for a key that an UPDATE changes', () => {
    expect(counts('UPDATE plans SET id = id + 1 WHERE id < 3')).toHaveLength(1);
    expect(counts("UPDATE plans SET name = 'x' WHERE id < 3")).toEqual([]);
  });

  test.each([
    'DELETE FROM plans WHERE id = pg_backend_pid()',
    'DELETE FROM plans WHERE id = own(3)',
    'DELETE FROM plans WHERE id = $1',
    'WITH w AS (SELECT 1) DELETE FROM plans WHERE id = 1',
    'DELETE FROM plans USING own() o WHERE o = id',
  ])('nothing for %s', (text) => {
    expect(counts(text)).toEqual([]);
  });
});

describe('what is made of the answers', () => {
  const DELETE = 'DELETE FROM plans WHERE id = 1';
  const taken = (notes: number, rooms = 0): readonly Counted[] => [
    { from: 'Notes', rows: notes, how: notes > 10_000 ? 'at-least' : 'counted' },
    { from: 'rooms', rows: rooms, how: 'planned' },
  ];

  test('they are told, with what hangs on them', () => {
    expect(judge(DELETE, taken(1_204, 1)).data.cascades.slice(0, 2)).toEqual([
      expect.stringMatching(/^1,204 rows of Notes: rows are deleted too by .*, and what hangs on them$/),
      expect.stringMatching(/^about 1 row of rooms: columns become null by [^,]*$/),
    ]);
  });

  test.each([
    ['few', taken(3, 2), 'small'],
    ['a hundred and more', taken(101), 'medium'],
    ['many of one table', taken(10_001), 'bulk'],
    ['many of several together', taken(600, 600), 'bulk'],
    ['nobody knows', [{ from: 'Notes' }], 'medium'],
  ])('%s: the scale is that of all of them', (_, rows, scale) => {
    expect(judge(DELETE, rows).data.scale).toBe(scale);
  });

  test('the rows of the statement itself stay its own', () => {
    expect(judge(DELETE, taken(10_001)).data.rows).toMatchObject({ exact: 1 });
  });
});
