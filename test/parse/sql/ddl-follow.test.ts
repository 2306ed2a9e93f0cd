import { beforeAll, expect, test } from 'vitest';
import type { CatalogSnapshot } from '../../../src/model/catalog.ts';
import { rawText } from '../../../src/model/text.ts';
import { catalogFromDdl } from '../../../src/parse/sql/ddl-catalog.ts';
import { followDdl } from '../../../src/parse/sql/ddl-follow.ts';
import { loadSqlParser, parseSql } from '../../../src/parse/sql/parse-sql.ts';

beforeAll(loadSqlParser);

const BEFORE = `CREATE TABLE patients (id int PRIMARY KEY, name text, ssn text);
CREATE TABLE claims (id int, patient_id int REFERENCES patients);`;

function follow(text: string, before: CatalogSnapshot = catalogFromDdl(rawText(BEFORE))) {
  return { before, after: followDdl(before, parseSql(rawText(text)).items) };
}

const named = (catalog: CatalogSnapshot, name: string) =>
  catalog.relations.find((each) => each.name === name);
const columns = (catalog: CatalogSnapshot, name: string) =>
  named(catalog, name)?.columns.map((each) => each.name);

test('what nothing was done to is the same object', () => {
  const { before, after } = follow('ALTER TABLE claims ADD COLUMN note text');
  expect(named(after, 'patients')).toBe(named(before, 'patients'));
  expect(columns(after, 'claims')).toEqual(['id', 'patient_id', 'note']);
});

test('a column keeps its class under another name and type; a new one has none', () => {
  const plain = catalogFromDdl(rawText(BEFORE));
  const before: CatalogSnapshot = {
    ...plain,
    relations: plain.relations.map((relation) => ({
      ...relation,
      rows: 70,
      columns: relation.columns.map((column) =>
        column.name === 'ssn' ? { ...column, class: 'phi.ssn' } : column,
      ),
    })),
  };
  const { after } = follow(
    'ALTER TABLE patients RENAME ssn TO number; ALTER TABLE patients ALTER number TYPE varchar, ADD ssn text',
    before,
  );
  const found = named(after, 'patients');
  expect(found?.columns.map(({ name, class: held }) => [name, held])).toEqual([
    ['id', undefined],
    ['name', undefined],
    ['number', 'phi.ssn'],
    ['ssn', undefined],
  ]);
  expect(found?.rows).toBe(70);
});

test('new relations get OIDs of their own, in the first schema of the search path', () => {
  const { before, after } = follow('CREATE TABLE visits (id int)', {
    ...catalogFromDdl(rawText(BEFORE)),
    searchPath: ['clinic', 'public'],
  });
  expect(named(after, 'visits')?.schema).toBe('clinic');
  expect(before.relations.map(({ oid }) => oid)).not.toContain(named(after, 'visits')?.oid);
});

test('a dropped relation is gone, with the keys that point to it', () => {
  const { after } = follow('DROP TABLE patients CASCADE');
  expect(named(after, 'patients')).toBeUndefined();
  expect(after.foreignKeys).toEqual([]);
});
