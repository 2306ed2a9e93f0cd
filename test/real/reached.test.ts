import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/judge/evaluation.ts';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import { CATALOG_SQL, readCatalog } from '../../src/observe/catalog.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { builtIn, judgeOn } from '../judge/stage.ts';
import { type Cluster, startCluster } from './cluster.ts';

const STAGE = `
CREATE SCHEMA care;
CREATE TABLE patients (id int PRIMARY KEY, name text);
CREATE TABLE visits (id int PRIMARY KEY, patient_id int REFERENCES patients ON DELETE CASCADE ON UPDATE CASCADE, cost numeric,
  twice numeric GENERATED ALWAYS AS (cost * 2) STORED) PARTITION BY RANGE (id);
CREATE TABLE visits_low PARTITION OF visits FOR VALUES FROM (0) TO (100);
CREATE TABLE audit_log (what text);
CREATE TABLE care.audit_log (what text);
CREATE TABLE closings (id int);
CREATE VIEW costs AS SELECT id AS visit, cost AS price FROM visits;
CREATE FUNCTION purge() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM patients; DELETE FROM audit_log WHERE what = 'x'; END;
CREATE FUNCTION tidy(days int DEFAULT 3) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = care, pg_temp AS $$
  DECLARE n int; BEGIN DELETE FROM audit_log WHERE what = 'old'; GET DIAGNOSTICS n = ROW_COUNT; RETURN n; END $$;
CREATE FUNCTION total(INOUT a int, OUT b text) LANGUAGE sql STABLE AS 'SELECT a, name FROM patients WHERE id = a';
CREATE FUNCTION of_row(v visits) RETURNS SETOF visits LANGUAGE plpgsql AS $$ DECLARE p patients%ROWTYPE; BEGIN RETURN QUERY SELECT * FROM visits; END $$;
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit_log VALUES (TG_OP || OLD.id); RETURN OLD; END $$;
CREATE TRIGGER audit AFTER DELETE ON visits FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TRIGGER off AFTER UPDATE ON visits FOR EACH ROW EXECUTE FUNCTION audit();
ALTER TABLE visits DISABLE TRIGGER off;
CREATE RULE close AS ON INSERT TO closings DO ALSO UPDATE visits SET cost = 0 WHERE id = NEW.id;
CREATE RULE gone AS ON DELETE TO closings DO ALSO DELETE FROM patients;
ALTER TABLE closings DISABLE RULE gone;
CREATE FUNCTION long() RETURNS void LANGUAGE sql AS '${'SELECT 1;'.repeat(3_000)} DELETE FROM patients';
CREATE PROCEDURE sweep(INOUT n int) LANGUAGE plpgsql AS $$ BEGIN UPDATE visits SET cost = n; COMMIT; END $$;
`;

let cluster: Cluster;
let catalog: CatalogSnapshot;
let judge: (text: string) => Evaluation;

beforeAll(async () => {
  await loadSqlParser();
  cluster = await startCluster();
  const client = new Client({
    host: cluster.socketFolder,
    port: cluster.port,
    user: 'postgres',
    database: 'clinic',
  });
  await client.connect();
  await client.query(STAGE);
  const answer: unknown = await client.query({
    text: CATALOG_SQL,
    rowMode: 'array',
    types: { getTypeParser: () => (value: string) => value },
  });
  await client.end();
  const results = Array.isArray(answer) ? answer : [answer];
  catalog = readCatalog(results.map((result: { rows: (string | null)[][] }) => result.rows));
  judge = judgeOn({ policy: await builtIn(), catalog, environment: 'prod' });
});

afterAll(() => cluster?.stop());

const effectsOf = (text: string) => judge(text).findings.map(({ effect }) => effect);

describe('the live catalog', () => {
  test('is whole', () => expect(catalog.complete).toBe(true));

  test.each([
    ['SELECT purge()', 'Calls purge(), which deletes every row of public.patients.'],
    ['SELECT tidy()', 'Calls tidy(), which deletes some rows of care.audit_log.'],
    ['SELECT * FROM total(1)', 'Calls total(), which reads patients.'],
    ['SELECT of_row(v) FROM visits v', 'Calls of_row(), which reads visits.'],
    ['CALL sweep(3)', 'Calls sweep(), which changes cost in every row of visits.'],
  ])('%s', (text, expected) => {
    expect(effectsOf(text).map((effect) => effect.replace(/reads (\w+).*/, 'reads $1.'))).toContain(expected);
    expect(judge(text).findings.map(({ intent }) => intent)).not.toContain('exec.dynamic');
  });

  test('a body that is too long is not taken for its beginning', () => {
    expect(effectsOf('SELECT long()')).toContain(
      "Runs the function long(), whose effects guard can't see: guard could not read its definition.",
    );
  });

  test('triggers of partitions and cascades are told once, disabled ones not at all', () => {
    const cascades = (text: string) =>
      judge(text).data.cascades.map((line) => line.replace(/ \(never analyzed\)/, ''));
    expect(cascades('DELETE FROM patients WHERE id = 1')).toEqual([
      'visits: rows are deleted too by visits_patient_id_fkey',
      'fires audit on visits (writes audit_log)',
    ]);
    expect(cascades('UPDATE visits SET cost = 1 WHERE id = 1')).toEqual(['partitions of visits: visits_low']);
    expect(cascades('DELETE FROM closings WHERE id = 1')).toEqual([]);
    expect(cascades('INSERT INTO closings VALUES (1)')).toEqual([
      'rule close rewrites it on closings (writes visits)',
    ]);
  });

  test('written columns go by every name', () => {
    const writes = (text: string) => judge(text).data.writes;
    expect(writes('UPDATE costs SET price = 1 WHERE visit = 2')).toEqual([
      ['costs.price', 'visits.cost', 'visits_low.cost'],
      ['visits.twice', 'visits_low.twice'],
    ]);
    expect(writes("UPDATE patients SET name = 'x' WHERE id = 1")).toEqual([['patients.name']]);
    expect(writes('UPDATE patients SET id = 2 WHERE id = 1')).toEqual([
      ['patients.id'],
      ['visits.patient_id', 'visits_low.patient_id'],
    ]);
    expect(writes('INSERT INTO closings VALUES (1)').flat()).toContain('visits.cost');
  });
});
