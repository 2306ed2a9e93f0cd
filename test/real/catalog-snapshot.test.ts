import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CatalogRelation, CatalogSnapshot } from '../../src/model/catalog.ts';
import {
  CATALOG_SQL,
  CATALOG_VERSION_SQL,
  IDENTITY_SQL,
  IDENTITY_SQL_WITHOUT_CONTROL,
  readCatalog,
} from '../../src/observe/catalog.ts';
import { readIdentity } from '../../src/observe/catalog-identity.ts';
import { type Cluster, startCluster } from './cluster.ts';

let cluster: Cluster;
let client: Client;

const STAGE = `
CREATE SCHEMA care;
SET search_path = care, public;
CREATE DOMAIN mrn_text AS text CHECK (length(value) > 3);
CREATE DOMAIN mrn_short AS mrn_text;
CREATE TABLE patients(id serial PRIMARY KEY, full_name text, dob date, record mrn_short, gone int,
  initials text GENERATED ALWAYS AS (substr(full_name, 1, 1)) STORED, notes jsonb);
ALTER TABLE patients DROP COLUMN gone;
COMMENT ON COLUMN patients.notes IS 'clinical notes, phi.text';
COMMENT ON TABLE patients IS 'everyone we treat';
CREATE TABLE visits(id int, patient_id int REFERENCES patients ON DELETE CASCADE, seen_at timestamptz) PARTITION BY RANGE (id);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (0) TO (100);
CREATE TABLE old_patients() INHERITS (patients);
CREATE VIEW names AS SELECT id, full_name AS who FROM patients;
CREATE MATERIALIZED VIEW name_count AS SELECT count(*) AS n FROM patients;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON patients FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER off BEFORE DELETE ON patients FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE patients DISABLE TRIGGER off;
CREATE TABLE log(msg text);
CREATE RULE keep AS ON DELETE TO log DO INSTEAD NOTHING;
CREATE FUNCTION who(int) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS 'select full_name from care.patients where id = $1';
CREATE PROCEDURE sweep() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM care.log; END $$;
CREATE TABLE "we""ird ta\\ble" ("a
b" text);
ANALYZE patients;`;

beforeAll(async () => {
  cluster = await startCluster();
  client = new Client({
    host: cluster.host,
    port: cluster.port,
    database: cluster.database,
    ...cluster.user,
    ssl: { rejectUnauthorized: false },
  });
  await client.connect();
  await client.query(STAGE);
  await client.query('CREATE TEMP TABLE scratch(ssn text)');
});

afterAll(async () => {
  await client?.end();
  await cluster?.stop();
});

/** What the wire's probe gives: one list of rows of text cells per statement. */
async function ask(sql: string): Promise<(string | null)[][][]> {
  const answer: unknown = await client.query({
    text: sql,
    rowMode: 'array',
    types: { getTypeParser: () => (value: string) => value },
  });
  const results = Array.isArray(answer) ? answer : [answer];
  return results.map((result: { rows: (string | null)[][] }) => result.rows);
}

const snapshot = async (): Promise<CatalogSnapshot> => readCatalog(await ask(CATALOG_SQL));
const relation = (from: CatalogSnapshot, name: string): CatalogRelation | undefined =>
  from.relations.find((candidate) => candidate.name === name);

describe('the snapshot', () => {
  test('knows every kind of relation', async () => {
    const found = await snapshot();
    expect(found.complete).toBe(true);
    expect(found.database).toBe('clinic');
    expect(found.searchPath).toEqual(['care', 'public']);
    const kinds = Object.fromEntries(found.relations.map(({ name, kind }) => [name, kind]));
    expect(kinds).toEqual({
      patients: 'table',
      patients_id_seq: 'sequence',
      visits: 'partitioned',
      visits_1: 'table',
      old_patients: 'table',
      names: 'view',
      name_count: 'materialized',
      log: 'table',
      scratch: 'table',
      'we"ird ta\\ble': 'table',
    });
    expect(relation(found, 'scratch')?.temporary).toBe(true);
    expect(relation(found, 'we"ird ta\\ble')?.columns[0]?.name).toBe('a\nb');
  });

  test('knows columns by number, base type, comment and generation', async () => {
    const patients = relation(await snapshot(), 'patients');
    expect(patients?.columns.map(({ number, name, type }) => [number, name, type])).toEqual([
      [1, 'id', 'integer'],
      [2, 'full_name', 'text'],
      [3, 'dob', 'date'],
      [4, 'record', 'text'],
      [6, 'initials', 'text'],
      [7, 'notes', 'jsonb'],
    ]);
    expect(patients?.columns.map((column) => column.class)).toEqual([
      undefined,
      'phi.name',
      'phi.date',
      undefined,
      'phi.name',
      'phi.text',
    ]);
    expect(patients?.columns[0]?.primaryKey).toBe(true);
    expect(patients?.columns[4]?.generated).toContain('full_name');
    expect(patients?.comment).toBe('everyone we treat');
  });

  test('knows definitions, parents, triggers, rules, keys and functions', async () => {
    const found = await snapshot();
    const patients = relation(found, 'patients');
    expect(relation(found, 'names')?.definition).toContain('FROM care.patients');
    expect(relation(found, 'old_patients')?.parents).toEqual([patients?.oid]);
    expect(relation(found, 'visits_1')?.parents).toEqual([relation(found, 'visits')?.oid]);
    expect(patients?.triggers).toEqual([
      { name: 'touch', events: ['insert', 'update'], function: 'care.touch' },
    ]);
    expect(relation(found, 'log')?.rules).toEqual([
      { name: 'keep', event: 'delete', definition: expect.stringContaining('DO INSTEAD NOTHING') },
    ]);
    expect(found.foreignKeys).toContainEqual(
      expect.objectContaining({
        from: relation(found, 'visits')?.oid,
        to: patients?.oid,
        onDelete: 'cascade',
      }),
    );
    expect(found.functions).toContainEqual({
      schema: 'care',
      name: 'who',
      language: 'sql',
      volatility: 'stable',
      securityDefiner: true,
      kind: 'function',
      definition: expect.stringContaining('select full_name from care.patients where id = $1'),
    });
    expect(found.functions.find(({ name }) => name === 'sweep')?.kind).toBe('procedure');
  });

  test('labels beat guesses', async () => {
    const labelled = readCatalog(await ask(CATALOG_SQL), [
      { pattern: 'care.patients.record', class: 'phi.mrn', source: 'test' },
      { pattern: 'patients.dob', class: 'none', source: 'test' },
    ]);
    expect(
      relation(labelled, 'patients')
        ?.columns.map((column) => column.class)
        .slice(2, 4),
    ).toEqual([undefined, 'phi.mrn']);
  });

  test('partitions and inheriting tables have the classes of their parents', async () => {
    const labels = [{ pattern: 'care.visits.seen_at', class: 'pii.date', source: 'test' }] as const;
    const found = readCatalog(await ask(CATALOG_SQL), labels);
    const classOf = (table: string, column: string) =>
      relation(found, table)?.columns.find(({ name }) => name === column)?.class;
    expect(classOf('visits_1', 'seen_at')).toBe('pii.date');
    expect(classOf('old_patients', 'notes')).toBe('phi.text');
  });

  test('leaves search_path as it was, also in an open transaction', async () => {
    await client.query('BEGIN; SET LOCAL search_path = public, care');
    await ask(CATALOG_SQL);
    const inside = await ask('SHOW search_path');
    await client.query('COMMIT');
    expect([inside, await ask('SHOW search_path')]).toEqual([[[['public, care']]], [[['care, public']]]]);
  });

  test('can not be answered by what the user made', async () => {
    await client.query(`
      CREATE SCHEMA evil;
      CREATE FUNCTION evil.eq(oid, oid) RETURNS bool LANGUAGE sql IMMUTABLE AS 'select false';
      CREATE OPERATOR evil.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = evil.eq);
      CREATE FUNCTION evil.count() RETURNS bigint LANGUAGE sql AS 'select 0::bigint';
      CREATE FUNCTION evil.set_config(text, text, bool) RETURNS text LANGUAGE sql AS 'select null::text';
      CREATE TEMP TABLE pg_class(oid oid); CREATE TEMP TABLE pg_namespace(oid oid);
      SET search_path = evil, pg_temp, care, pg_catalog`);
    const found = await snapshot();
    await client.query('DROP TABLE pg_temp.pg_class, pg_temp.pg_namespace; DROP SCHEMA evil CASCADE');
    await client.query('SET search_path = care, public');
    expect(found.complete).toBe(true);
    expect(relation(found, 'patients')?.columns).toHaveLength(6);
    expect(relation(found, 'names')?.definition).toContain('FROM care.patients');
  });
});

describe('the version', () => {
  test.each([
    'ALTER TABLE care.patients ADD COLUMN extra text',
    'ALTER TABLE care.patients RENAME COLUMN extra TO more',
    "COMMENT ON COLUMN care.patients.more IS 'phone'",
    'CREATE OR REPLACE VIEW care.names AS SELECT id, full_name AS who, dob FROM care.patients',
    "CREATE OR REPLACE FUNCTION care.who(int) RETURNS text LANGUAGE sql AS 'select null::text'",
    'ALTER TABLE care.patients DISABLE TRIGGER touch',
    'DROP RULE keep ON care.log',
    'CREATE TEMP TABLE more_scratch(a int)',
    'SET search_path = public',
    'DROP TABLE care.visits_1',
  ])('changes with %s', async (statement) => {
    const before = await ask(CATALOG_VERSION_SQL);
    await client.query(statement);
    expect(await ask(CATALOG_VERSION_SQL)).not.toEqual(before);
  });

  test('does not change with data, ANALYZE or VACUUM', async () => {
    const before = await ask(CATALOG_VERSION_SQL);
    await client.query("INSERT INTO care.log VALUES ('x')");
    await client.query('ANALYZE care.log');
    await client.query('VACUUM care.log');
    expect(await ask(CATALOG_VERSION_SQL)).toEqual(before);
  });

  test('of a snapshot follows its content', async () => {
    const [a, b] = [await snapshot(), await snapshot()];
    await client.query('CREATE TABLE care.fresh(a int)');
    const c = await snapshot();
    expect([a.version === b.version, a.version === c.version]).toEqual([true, false]);
  });
});

describe('identity', () => {
  test('is the same on every connection and names the database', async () => {
    const found = readIdentity(await ask(IDENTITY_SQL));
    expect(found).toMatchObject({
      database: 'clinic',
      superuser: false,
      sessionUser: 'nina',
      address: '127.0.0.1',
    });
    expect(found?.identity).toMatch(/^pg:\d{10,20}\/\d+$/);
    expect(found?.version).toBeGreaterThan(120_000);
  });

  test('does without the identifier where it is not allowed', async () => {
    await cluster.sql('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC', 'clinic');
    await expect(ask(IDENTITY_SQL)).rejects.toThrow('permission denied');
    const found = readIdentity(await ask(IDENTITY_SQL_WITHOUT_CONTROL));
    expect(found).toMatchObject({ database: 'clinic' });
    expect(found?.identity).toBeUndefined();
  });
});
