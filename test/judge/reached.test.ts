import { beforeAll, describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/judge/evaluation.ts';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { builtIn, catalogOf, judgeOn } from './stage.ts';

const STAGE = `
CREATE TABLE visits (id int PRIMARY KEY, ssn text, age int);
CREATE TABLE notes (id int PRIMARY KEY, visit int REFERENCES visits ON DELETE CASCADE);
CREATE TABLE audit_log (id int, what text);
CREATE TABLE counters (n int);
CREATE TABLE jobs (n int);
CREATE FUNCTION purge_old(days int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM visits WHERE age > days; END $$;
CREATE FUNCTION purge_all() RETURNS void LANGUAGE sql AS 'DELETE FROM visits; SELECT 1';
CREATE FUNCTION outer_purge() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM purge_all(); END $$;
CREATE FUNCTION atomic_purge() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM visits; END;
CREATE FUNCTION plain_return() RETURNS int LANGUAGE sql RETURN (SELECT count(*) FROM visits);
CREATE FUNCTION build(name text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'TRUNCATE ' || name; END $$;
CREATE FUNCTION constant() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'TRUNCATE visits'; END $$;
CREATE FUNCTION each_table() RETURNS void LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FOR r IN EXECUTE current_query() LOOP NULL; END LOOP; END $$;
CREATE FUNCTION query_of(q text) RETURNS SETOF visits LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN QUERY EXECUTE q; END $$;
CREATE FUNCTION lies() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT purge_all(); SELECT 1';
CREATE FUNCTION calm(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + 1';
CREATE FUNCTION looks() RETURNS text LANGUAGE sql AS 'SELECT ssn FROM visits';
CREATE FUNCTION defaulted(a text DEFAULT purge_all()::text) RETURNS text LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION perl() RETURNS void LANGUAGE plperl AS 'elog(1)';
CREATE FUNCTION two(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION two(a int, b int) RETURNS void LANGUAGE sql AS 'DELETE FROM visits';
CREATE FUNCTION loop_a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM loop_b(); END $$;
CREATE FUNCTION loop_b() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM loop_a(); END $$;
CREATE FUNCTION reader() RETURNS text LANGUAGE sql AS $$ SELECT pg_read_file('/etc/passwd') $$;
CREATE PROCEDURE sweep() LANGUAGE plpgsql AS $$ BEGIN TRUNCATE visits; COMMIT; END $$;
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit_log VALUES (OLD.id, TG_OP); RETURN OLD; END $$;
CREATE TRIGGER audit_delete AFTER DELETE ON visits FOR EACH ROW EXECUTE FUNCTION audit();
CREATE FUNCTION note_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE counters SET n = n - 1 WHERE n > 0; RETURN OLD; END $$;
CREATE TRIGGER note_gone AFTER DELETE ON notes FOR EACH ROW EXECUTE FUNCTION note_gone();
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.what := now(); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE FUNCTION opaque() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE TG_ARGV[0]; RETURN NEW; END $$;
CREATE TRIGGER unreadable AFTER UPDATE ON jobs FOR EACH STATEMENT EXECUTE FUNCTION opaque();
`;

let catalog: CatalogSnapshot;
let judge: (text: string) => Evaluation;
beforeAll(async () => {
  await loadSqlParser();
  catalog = catalogOf(STAGE);
  judge = judgeOn({ policy: await builtIn(), catalog, environment: 'prod' });
});

const effectsOf = (text: string) => judge(text).findings.map(({ effect }) => effect);
const intentsOf = (text: string) => [...new Set(judge(text).findings.map(({ intent }) => intent))];

describe('a function whose body can be read', () => {
  test.each([
    ['SELECT purge_old(3)', 'Calls purge_old(), which deletes some rows of visits.'],
    ['SELECT purge_all()', 'Calls purge_all(), which deletes every row of visits.'],
    ['SELECT public.purge_all()', 'Calls purge_all(), which deletes every row of visits.'],
    ['SELECT outer_purge()', 'Calls outer_purge(), which deletes every row of visits.'],
    ['SELECT atomic_purge()', 'Calls atomic_purge(), which deletes every row of visits.'],
    ['SELECT lies()', 'Calls lies(), which deletes every row of visits.'],
    ['SELECT defaulted()', 'Calls defaulted(), which deletes every row of visits.'],
    ['SELECT two(1)', 'Calls two(), which deletes every row of visits.'],
    [
      'SELECT id FROM notes WHERE purge_all() IS NULL',
      'Calls purge_all(), which deletes every row of visits.',
    ],
    [
      'UPDATE audit_log SET what = outer_purge()::text WHERE id = 1',
      'Calls outer_purge(), which deletes every row of visits.',
    ],
    ['CALL sweep()', 'Calls sweep(), which empties visits: all rows are removed at once.'],
    ['DO $$ BEGIN PERFORM purge_all(); END $$', 'Calls purge_all(), which deletes every row of visits.'],
    ['SELECT constant()', 'Calls constant(), which empties visits: all rows are removed at once.'],
  ])('%s', (text, expected) => {
    expect(effectsOf(text)).toContain(expected);
    expect(intentsOf(text)).not.toContain('exec.dynamic');
  });

  test('counts with its tables, columns and classes', () => {
    const { data } = judge('SELECT purge_old(3)');
    expect(data.tables).toEqual(['visits', 'audit_log', 'counters']);
    expect(data.writes).toContainEqual(['visits.*']);
    expect(judge('SELECT looks()').data.classes).toEqual(['pii.ssn']);
    expect(judge('SELECT plain_return()').data.tables).toEqual(['visits']);
  });

  test('is never called small: nobody counts its rows', () => {
    expect(judge('SELECT purge_old(3)').data.scale).toBe('medium');
    expect(judge('SELECT purge_all()').data.scale).toBe('bulk');
  });

  test('that only computes or reads is no effect', () => {
    expect(intentsOf('SELECT calm(1)')).toEqual(['data.read']);
    expect(judge('SELECT calm(1)').decision.verdict).toBe('allow');
    expect(intentsOf('SELECT looks()')).toEqual(['data.read']);
    expect(intentsOf('SELECT loop_a()')).toEqual(['data.read']);
  });

  test('with a dangerous built-in is as dangerous', () => {
    expect(intentsOf('SELECT reader()')).toContain('secret.read');
    expect(judge('SELECT reader()').decision.verdict).toBe(
      judge("SELECT pg_read_file('/etc/passwd')").decision.verdict,
    );
  });

  test('is a write to the session, whose connection reads the schema again only where it must', () => {
    const [plan] = judge('SELECT purge_old(3)').plans;
    expect(plan).toMatchObject({ writes: true, changesSchema: false, runsRoutines: true });
    const [counted, not] = ['calm', 'purge_all'].map(
      (name) => judge(`UPDATE jobs SET n = length(${name}(1)::text) WHERE n = 2`).plans[0]?.into,
    );
    expect([counted, not]).toEqual(['jobs', undefined]);
  });
});

describe('a function that can not be read to the end', () => {
  test.each([
    [
      'SELECT build($1)',
      "Runs the function build(), whose effects guard can't see: it builds statements while it runs.",
    ],
    [
      'SELECT each_table()',
      "Runs the function each_table(), whose effects guard can't see: it builds statements while it runs.",
    ],
    [
      'SELECT * FROM query_of($1)',
      "Runs the function query_of(), whose effects guard can't see: it builds statements while it runs.",
    ],
    ['SELECT perl()', "Runs the function perl(), whose effects guard can't see: it is written in plperl."],
  ])('%s', (text, expected) => {
    expect(effectsOf(text)).toContain(expected);
    expect(intentsOf(text)).toContain('exec.dynamic');
  });

  test('after a statement that may change it, a function is not what the catalog says', () => {
    const text =
      "CREATE OR REPLACE FUNCTION calm(a int) RETURNS int LANGUAGE sql AS 'DELETE FROM visits RETURNING 1'; SELECT calm(1)";
    expect(intentsOf(text)).toContain('exec.dynamic');
    expect(intentsOf('CREATE TABLE x (a int); SELECT upper(what) FROM audit_log')).not.toContain(
      'exec.dynamic',
    );
  });

  test('without a catalog a block and a call stay what the server decides', async () => {
    const blind = judgeOn({ policy: await builtIn(), catalog: undefined });
    for (const text of ['DO $$ BEGIN PERFORM purge_all(); END $$', 'CALL sweep()'])
      expect(blind(text).findings.map(({ intent }) => intent)).toContain('exec.dynamic');
  });
});

describe('a DO block', () => {
  test('of plain statements has their effects and no doubt', () => {
    const text =
      'DO $$ DECLARE n int := 3; BEGIN IF n > 2 THEN DELETE FROM audit_log WHERE id = n; END IF; END $$';
    expect(intentsOf(text).sort()).toEqual(['data.delete']);
  });

  test('shows the classes of what it reads', () => {
    const text = "DO $$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM visits WHERE id = 4); END $$";
    expect(judge(text).data.classes).toEqual(['pii.ssn']);
    expect(judge(text).decision.obligations.mask).not.toEqual([]);
    expect(judge(text).plans[0]?.runsRoutines).toBe(true);
  });

  test('with EXECUTE stays in doubt, beside what can be read', () => {
    const text = "DO $$ BEGIN DELETE FROM audit_log WHERE id = 1; EXECUTE format('TRUNCATE %I', 'x'); END $$";
    expect(intentsOf(text).sort()).toEqual(['data.delete', 'exec.dynamic']);
  });
});

describe('what is told beside the question', () => {
  const cascades = (text: string) => judge(text).data.cascades;

  test('triggers with what they do, those of cascaded tables too', () => {
    expect(cascades('DELETE FROM visits WHERE id = 1')).toEqual([
      'notes (never analyzed): rows are deleted too by notes_fkey',
      'fires audit_delete on visits (writes audit_log)',
      'fires stamp on audit_log (touches no other table)',
      'fires note_gone on notes (writes counters)',
    ]);
  });

  test('a trigger that can not be read, which is no finding', () => {
    const found = judge('UPDATE jobs SET n = 1 WHERE n = 2');
    expect(found.data.cascades).toEqual([
      "fires unreadable on jobs (what it does can't be told: it builds statements while it runs)",
    ]);
    expect(found.findings.map(({ intent }) => intent)).toEqual(['data.update']);
  });

  test('and functions', () => {
    expect(cascades('SELECT purge_all()')).toContain('calls purge_all() (writes visits)');
  });

  test('nothing where nothing is set off', () => {
    expect(cascades('UPDATE visits SET age = 3 WHERE id = 1')).toEqual([]);
    expect(cascades("UPDATE visits SET ssn = 'x' WHERE id = 1")).toEqual([]);
  });
});
