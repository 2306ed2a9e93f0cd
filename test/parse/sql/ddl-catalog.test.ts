import { beforeAll, describe, expect, test } from 'vitest';
import { rawText } from '../../../src/model/text.ts';
import { catalogFromDdl } from '../../../src/parse/sql/ddl-catalog.ts';
import { loadSqlParser } from '../../../src/parse/sql/parse-sql.ts';

beforeAll(loadSqlParser);

const SCHEMA = `
CREATE SCHEMA clinic CREATE TABLE rooms (id smallserial PRIMARY KEY);
CREATE TABLE patients (
  id int8 PRIMARY KEY, name varchar(80) NOT NULL, born date, tags text[], seen timestamptz DEFAULT now(),
  initials char(3) GENERATED ALWAYS AS (left(name, 3)) STORED
);
CREATE TABLE visits (id serial, patient int8 REFERENCES patients ON DELETE CASCADE, room int, PRIMARY KEY (id));
ALTER TABLE visits ADD COLUMN reason text, ALTER COLUMN room TYPE bigint,
  ADD CONSTRAINT visits_room FOREIGN KEY (room) REFERENCES clinic.rooms ON UPDATE SET NULL;
ALTER TABLE patients DROP COLUMN tags;
ALTER TABLE patients RENAME COLUMN born TO dob;
COMMENT ON COLUMN patients.dob IS 'date of birth';
COMMENT ON TABLE patients IS 'people';
CREATE VIEW people AS SELECT p.*, v.reason AS why, lower(p.name) FROM patients p, visits v;
CREATE MATERIALIZED VIEW totals (n) AS SELECT count(*) FROM visits;
CREATE TABLE old AS TABLE visits;
DROP TABLE old;
CREATE FUNCTION clinic.f(int) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT name FROM patients $$;
CREATE TRIGGER note AFTER INSERT OR DELETE ON visits FOR EACH ROW EXECUTE FUNCTION clinic.log();
CREATE TABLE measured (at timestamp) PARTITION BY RANGE (at);
CREATE TABLE measured_2026 PARTITION OF measured FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
`;

describe('a catalog made from DDL', () => {
  const catalog = () => catalogFromDdl(rawText(SCHEMA));
  const relation = (name: string) => catalog().relations.find((each) => each.name === name);
  const columns = (name: string) =>
    relation(name)?.columns.map((column) => `${column.number} ${column.name} ${column.type}`);

  test('columns keep number, name and type', () => {
    expect(columns('patients')).toEqual([
      '1 id bigint',
      '2 name character varying',
      '3 dob date',
      '5 seen timestamp with time zone',
      '6 initials character',
    ]);
    expect(columns('visits')).toEqual(['1 id integer', '2 patient bigint', '3 room bigint', '4 reason text']);
    expect(relation('visits')?.columns[0]?.primaryKey).toBe(true);
    expect(relation('patients')?.columns.at(-1)?.generated).toBe('generated');
  });

  test('views have columns and a definition', () => {
    expect(columns('people')?.map((column) => column.split(' ')[1])).toEqual([
      'id',
      'name',
      'dob',
      'seen',
      'initials',
      'why',
      'lower',
    ]);
    expect(relation('people')?.definition).toContain('lower(p.name)');
    expect(columns('totals')).toEqual(['1 n text']);
  });

  test('keys, comments, triggers, functions, partitions', () => {
    const { foreignKeys, functions, relations, complete } = catalog();
    expect(foreignKeys.map((key) => [key.onDelete, key.onUpdate])).toEqual([
      ['cascade', 'no action'],
      ['no action', 'set null'],
    ]);
    expect(relation('patients')?.comment).toBe('people');
    expect(relation('patients')?.columns[2]?.comment).toBe('date of birth');
    expect(relation('visits')?.triggers).toEqual([
      { name: 'note', events: ['insert', 'delete'], function: 'clinic.log' },
    ]);
    expect(functions).toMatchObject([
      { schema: 'clinic', name: 'f', volatility: 'stable', securityDefiner: true, language: 'sql' },
    ]);
    expect(relation('measured')?.kind).toBe('partitioned');
    expect(relation('measured_2026')?.parents).toEqual([relation('measured')?.oid]);
    expect(relation('old')).toBeUndefined();
    expect(relation('rooms')?.schema).toBe('clinic');
    expect(new Set(relations.map((each) => each.oid)).size).toBe(relations.length);
    expect(complete).toBe(true);
  });

  test('says so when it could not follow', () => {
    expect(catalogFromDdl(rawText('CREATE TABEL x')).complete).toBe(false);
    expect(catalogFromDdl(rawText('CREATE VIEW v AS SELECT * FROM missing')).complete).toBe(false);
    expect(catalogFromDdl(rawText('ALTER TABLE missing ADD COLUMN x int')).complete).toBe(false);
  });

  test('the version changes with the content only', () => {
    const version = (sql: string) => catalogFromDdl(rawText(sql)).version;
    expect(version('CREATE TABLE a (b int)')).toBe(version('create table  a (b integer) -- same'));
    expect(version('CREATE TABLE a (b int)')).not.toBe(version('CREATE TABLE a (c int)'));
  });
});
