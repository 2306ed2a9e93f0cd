import type { Client } from 'pg';
import type {
  CatalogColumn,
  CatalogRelation,
  CatalogSnapshot,
  RelationKind,
} from '../../src/model/catalog.ts';
import type { DataClass } from '../../src/model/data-class.ts';

/** Every classed value holds one of these marks, in a form that survives casts and most functions. */
export const STAGE = `
CREATE TABLE patients (
  id int PRIMARY KEY, name text, ssn text, code int, dob date, zip text, active bool, notes jsonb, tags text[],
  shown text GENERATED ALWAYS AS (name || '/' || zip) STORED
);
INSERT INTO patients (id, name, ssn, code, dob, zip, active, notes, tags)
  SELECT i, 'Zorblax' || i, 'QX7-' || i, 770770 + i, date '1907-07-07' + i, '1000' || i, i % 2 = 0,
         jsonb_build_object('k', 'Wibbleton' || i), ARRAY['t' || i] FROM generate_series(1, 4) i;
CREATE TABLE visits (id int PRIMARY KEY, patient_id int REFERENCES patients ON DELETE CASCADE, reason text, cost numeric);
INSERT INTO visits SELECT i, 1 + i % 4, 'reason ' || i, i * 1.5 FROM generate_series(1, 6) i;
CREATE TABLE staff (id int PRIMARY KEY, login text, password text, zip text);
INSERT INTO staff SELECT i, 'user' || i, 'Grumpf' || i, '1000' || i FROM generate_series(1, 3) i;
CREATE TABLE scratch (a int, b text);
INSERT INTO scratch SELECT i, 'b' || i FROM generate_series(1, 3) i;
CREATE TABLE people (id int, nick text);
CREATE TABLE people_eu () INHERITS (people);
INSERT INTO people VALUES (1, 'plain');
INSERT INTO people_eu VALUES (2, 'Zorblax9');
CREATE TABLE measurements (id int, day date, value text) PARTITION BY RANGE (id);
CREATE TABLE measurements_1 PARTITION OF measurements FOR VALUES FROM (0) TO (100);
INSERT INTO measurements VALUES (1, '2020-01-01', 'Zorblax10');
CREATE VIEW v_patients AS SELECT id, ssn AS tax_id, zip FROM patients;
CREATE VIEW v_upper AS SELECT v.id, upper(v.tax_id) AS up, s.login FROM v_patients v LEFT JOIN staff s USING (zip);
CREATE VIEW v_count AS SELECT zip, count(*) AS n FROM patients GROUP BY zip;
CREATE MATERIALIZED VIEW m_patients AS SELECT id, name || '!' AS loud FROM patients;
CREATE SEQUENCE ids;
CREATE TYPE pair AS (x int, y text);
CREATE FUNCTION get_ssn(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT ssn FROM patients WHERE id = $1';
CREATE FUNCTION everyone() RETURNS SETOF patients LANGUAGE sql STABLE AS 'SELECT * FROM patients';
ANALYZE;
`;

/** What a classed value looks like in any output: a mark, whatever the case. */
export const MARKS = /zorblax|qx7|77077\d|1907|wibbleton|grumpf/i;

const CLASSES: Readonly<Record<string, DataClass>> = {
  'patients.name': 'phi.name',
  'patients.ssn': 'phi.ssn',
  'patients.code': 'phi.mrn',
  'patients.dob': 'phi.date',
  'patients.notes': 'phi.text',
  'staff.password': 'cred.password',
  'people_eu.nick': 'pii.name',
  'measurements_1.value': 'phi.text',
};

const KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized',
  S: 'sequence',
};

interface ColumnRow {
  readonly oid: number;
  readonly name: string;
  readonly kind: string;
  readonly parents: readonly number[];
  readonly definition: string | null;
  readonly columns: readonly { name: string; number: number; type: string; generated: string | null }[];
}

const QUERY = `
SELECT c.oid::int8::int4 AS oid, c.relname AS name, c.relkind AS kind, pg_get_viewdef(c.oid) AS definition,
  coalesce((SELECT array_agg(inhparent::int8::int4) FROM pg_inherits WHERE inhrelid = c.oid), '{}') AS parents,
  (SELECT json_agg(json_build_object('name', attname, 'number', attnum, 'type', format_type(atttypid, NULL),
     'generated', CASE WHEN attgenerated <> '' THEN pg_get_expr(adbin, adrelid) END) ORDER BY attnum)
   FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
   WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')`;

function column(table: string, raw: ColumnRow['columns'][number]): CatalogColumn {
  const classed = CLASSES[`${table}.${raw.name}`];
  return {
    name: raw.name,
    number: raw.number,
    type: raw.type,
    typeOid: 0,
    primaryKey: false,
    class: classed,
    source: classed === undefined ? 'none' : 'name',
    confidence: 1,
    unsure: false,
    why: 'test',
    ...(raw.generated === null ? {} : { generated: raw.generated }),
  };
}

/** The stage's catalog, as guard would read it. */
export async function readCatalog(client: Client): Promise<CatalogSnapshot> {
  const { rows } = await client.query<ColumnRow>(QUERY);
  const relations = rows.map(
    (row): CatalogRelation => ({
      oid: row.oid,
      schema: 'public',
      name: row.name,
      kind: KINDS[row.kind] ?? 'table',
      rows: 1,
      columns: row.columns.map((raw) => column(row.name, raw)),
      parents: row.parents,
      triggers: [],
      rules: [],
      temporary: false,
      ...(row.definition === null ? {} : { definition: row.definition }),
    }),
  );
  return {
    version: '1',
    database: 'clinic',
    searchPath: ['public'],
    relations,
    foreignKeys: [],
    functions: ['get_ssn', 'everyone'].map((name) => ({
      schema: 'public',
      name,
      language: 'sql',
      volatility: 'stable',
      securityDefiner: false,
      kind: 'function',
    })),
    complete: true,
  };
}
