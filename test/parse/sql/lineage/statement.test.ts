import { beforeAll, describe, expect, test } from 'vitest';
import { readSet, traceOutputs } from '../../../../src/parse/sql/lineage/trace.ts';
import type { LineageWorld } from '../../../../src/parse/sql/lineage/tracer.ts';
import { loadSqlParser } from '../../../../src/parse/sql/parse-sql.ts';
import { brief, copied, outputs, statement, texts, world } from './judge.ts';

beforeAll(loadSqlParser);

const MEMORY: Partial<LineageWorld> = {
  prepared: texts({
    p1: 'SELECT ssn, zip FROM patients WHERE id = $1',
    p2: 'PREPARE p2 AS SELECT count(*) FROM visits',
    p3: 'EXECUTE p3',
    p4: 'DELETE FROM visits',
    bad: 'SELECT FROM FROM',
    two: 'SELECT 1; SELECT 2',
  }),
  cursors: texts({ c1: 'DECLARE c1 CURSOR FOR SELECT dob FROM patients', c2: 'SELECT 1 AS one' }),
};

const OUTPUTS: readonly (readonly [string, string])[] = [
  // Writes.
  ['INSERT INTO scratch VALUES (1)', 'none'],
  ['INSERT INTO scratch VALUES (1, 2) RETURNING *', 'a:=- b:=-'],
  ['INSERT INTO scratch (b) SELECT ssn FROM patients RETURNING a, b', 'a:=- b:ssn'],
  ['INSERT INTO patients (id, ssn) VALUES (1, 2) RETURNING id, upper(ssn)', 'id:=- upper:ssn'],
  [
    'INSERT INTO scratch AS s (a, b) VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = (SELECT ssn FROM patients) RETURNING s.b',
    'b:ssn',
  ],
  [
    'INSERT INTO scratch (a, b) SELECT 1, ssn FROM patients ON CONFLICT (a) DO UPDATE SET a = excluded.b::int RETURNING a',
    'a:ssn',
  ],
  ['UPDATE scratch SET b = p.ssn FROM patients p RETURNING b, a', 'b:ssn a:=-'],
  ['UPDATE scratch SET (a, b) = (SELECT id, ssn FROM patients) RETURNING a, b', 'a:=- b:ssn'],
  ['UPDATE scratch SET (a, b) = (1, (SELECT ssn FROM patients)) RETURNING a, b', 'a:=- b:ssn'],
  ['UPDATE patients SET zip = ssn RETURNING plain_zip', 'plain_zip:ssn'],
  ['UPDATE scratch s SET a = 1 FROM events e WHERE e.id = s.a RETURNING *', 'a:=- b:=- id:=- kind:=- n:=-'],
  ['DELETE FROM patients RETURNING ssn', 'ssn:=ssn'],
  ['DELETE FROM scratch s USING patients p WHERE p.id = s.a RETURNING p.ssn, s.a', 'ssn:=ssn a:=-'],
  ['DELETE FROM v_patients RETURNING tax_id', 'tax_id:=ssn'],
  [
    'MERGE INTO scratch s USING patients p ON s.a = p.id WHEN MATCHED THEN UPDATE SET b = p.ssn WHEN NOT MATCHED THEN INSERT VALUES (p.id, p.name) RETURNING merge_action(), s.b',
    'merge_action:- b:name+ssn',
  ],
  [
    'MERGE INTO scratch s USING (SELECT 1 AS x) q ON s.a = q.x WHEN MATCHED THEN DELETE RETURNING *',
    'x:- a:=- b:=-',
  ],
  ["UPDATE scratch SET b = 'x' RETURNING old.b, new.b", 'b:=- b:=-'],
  ["UPDATE patients SET ssn = 'x' RETURNING WITH (OLD AS o) o.ssn", 'ssn:=ssn'],
  ['UPDATE ruled SET id = 1', 'opaque'],
  ['DELETE FROM ruled RETURNING id', 'opaque'],
  ['DELETE FROM unknown_table RETURNING id', 'id:?'],
  ['DELETE FROM unknown_table RETURNING *', 'opaque'],
  // Names that stand for statements.
  ['EXECUTE p1(1)', 'ssn:=ssn zip:=-'],
  ['EXECUTE p2', 'count:-'],
  ['EXECUTE p3', 'opaque'],
  ['EXECUTE p4', 'none'],
  ['EXECUTE nobody', 'opaque'],
  ['EXECUTE bad', 'opaque'],
  ['EXECUTE two', 'opaque'],
  ['EXECUTE __proto__', 'opaque'],
  ['EXECUTE constructor', 'opaque'],
  ['FETCH 5 FROM c1', 'dob:=date'],
  ['FETCH ALL c2', 'one:-'],
  ['FETCH nobody', 'opaque'],
  ['MOVE 5 FROM c1', 'none'],
  ['MOVE nobody', 'none'],
  // Everything else.
  ['EXPLAIN SELECT id, zip FROM patients', 'QUERY PLAN:-'],
  ["EXPLAIN SELECT id FROM patients WHERE ssn = '1'", 'QUERY PLAN:?'],
  ['EXPLAIN ANALYZE DELETE FROM visits', 'QUERY PLAN:-'],
  ['EXPLAIN DELETE FROM patients', 'QUERY PLAN:?'],
  ['EXPLAIN SELECT * FROM v_nested', 'QUERY PLAN:?'],
  ['EXPLAIN SELECT * FROM visits WHERE reason = get_ssn(1)', 'QUERY PLAN:?'],
  ['EXPLAIN EXECUTE p1(1)', 'QUERY PLAN:?'],
  ['EXPLAIN EXECUTE p2', 'QUERY PLAN:-'],
  ['EXPLAIN SELECT * FROM unknown_table', 'QUERY PLAN:?'],
  ['EXPLAIN (FORMAT JSON) SELECT count(*) FROM patients', 'QUERY PLAN:-'],
  ['EXPLAIN SELECT * FROM people', 'QUERY PLAN:?'],
  ['SHOW work_mem', 'work_mem:-'],
  ['SHOW TIME ZONE', 'TimeZone:-'],
  ['SHOW datestyle', 'DateStyle:-'],
  ['SHOW "app.tenant"', 'app.tenant:?'],
  ['SHOW app.tenant', 'app.tenant:?'],
  ['SHOW primary_conninfo', 'primary_conninfo:?'],
  ['SHOW ALL', 'name:- setting:? description:-'],
  ['CALL purge_proc()', 'opaque'],
  ['DO $$BEGIN END$$', 'opaque'],
  ['SELECT ssn INTO copy_of FROM patients', 'none'],
  ['SELECT ssn INTO copy_of FROM patients UNION SELECT b FROM scratch', 'none'],
  ['CREATE TABLE x AS SELECT * FROM patients', 'none'],
  ['PREPARE x AS SELECT ssn FROM patients', 'none'],
  ['DECLARE x CURSOR FOR SELECT ssn FROM patients', 'none'],
  ['BEGIN', 'none'],
  ['SET work_mem = 1', 'none'],
  ['DROP TABLE scratch', 'none'],
  ['COPY patients TO STDOUT', 'none'],
];

test.each(OUTPUTS.map(([sql, expected]) => ({ sql, expected })))('$sql', ({ sql, expected }) => {
  expect(outputs(sql, MEMORY)).toBe(expected);
});

const COPIES: readonly (readonly [string, string])[] = [
  ['COPY scratch TO STDOUT', 'a:=- b:=-'],
  ['COPY patients (zip, ssn) TO STDOUT', 'zip:=- ssn:=ssn'],
  ['COPY public.staff TO STDOUT (FORMAT csv)', 'id:=- login:=- password:=password zip:=-'],
  [
    'COPY patients TO STDOUT',
    'id:=- name:=name ssn:=ssn dob:=date email:=email zip:=- active:=- notes:=text tags:=-',
  ],
  ['COPY patients (nothing) TO STDOUT', ':?'],
  ['COPY unknown_table TO STDOUT', 'opaque'],
  ['COPY (SELECT upper(ssn) FROM patients) TO STDOUT', 'upper:ssn'],
  ['COPY (DELETE FROM patients RETURNING ssn) TO STDOUT', 'ssn:=ssn'],
  ['COPY (SELECT * FROM unknown_table) TO STDOUT', 'opaque'],
  ['COPY m_patients TO STDOUT', 'ssn:=ssn'],
  ['COPY scratch FROM STDIN', 'none'],
  ['SELECT 1', 'none'],
];

test.each(COPIES.map(([sql, expected]) => ({ sql, expected })))('traceCopy: $sql', ({ sql, expected }) => {
  expect(copied(sql)).toBe(expected);
});

test('traceCopy without a catalog is opaque', () => {
  expect(copied('COPY patients TO STDOUT', { catalog: undefined })).toBe('opaque');
});

function reads(sql: string) {
  const { relations, unresolved, classes, probes } = readSet(statement(sql), world(MEMORY));
  return {
    reads: relations
      .map(({ relation, columns }) => `${relation.name}(${columns === 'all' ? '*' : columns})`)
      .join(' '),
    classes: classes.join(' '),
    probes: probes.join(' '),
    unresolved: unresolved.join(' '),
  };
}

interface Row {
  readonly sql: string;
  readonly reads: string;
  readonly classes?: string;
  readonly probes?: string;
  readonly unresolved?: string;
}

const READS: readonly Row[] = [
  { sql: 'SELECT id FROM patients', reads: 'patients(1)' },
  {
    sql: "SELECT id FROM patients WHERE ssn = '1'",
    reads: 'patients(1,3)',
    classes: 'phi.ssn',
  },
  {
    sql: 'SELECT id FROM patients ORDER BY dob',
    reads: 'patients(1,4)',
    classes: 'phi.date',
    probes: 'patients.dob',
  },
  {
    sql: 'SELECT dob AS d FROM patients ORDER BY d',
    reads: 'patients(4)',
    classes: 'phi.date',
    probes: 'patients.dob',
  },
  {
    sql: 'SELECT count(*) FROM patients GROUP BY ssn',
    reads: 'patients(3)',
    classes: 'phi.ssn',
    probes: 'patients.ssn',
  },
  { sql: 'SELECT upper(zip) AS z FROM patients GROUP BY z', reads: 'patients(6)' },
  { sql: 'SELECT count(ssn) FROM patients', reads: 'patients(3)', classes: 'phi.ssn' },
  { sql: 'SELECT * FROM scratch', reads: 'scratch(*)' },
  { sql: 'SELECT id FROM v_patients', reads: 'v_patients(1) patients(1)' },
  { sql: 'SELECT x FROM v_nested', reads: 'v_nested(1) v_patients() patients(3,6)', classes: 'phi.ssn' },
  { sql: 'INSERT INTO scratch (b) VALUES (1)', reads: 'scratch(2)' },
  { sql: 'INSERT INTO patients (ssn) VALUES (1)', reads: 'patients(3)', classes: 'phi.ssn' },
  { sql: 'UPDATE patients SET zip = 1 WHERE id = 1', reads: 'patients(1,6)' },
  { sql: 'DELETE FROM staff', reads: 'staff(*)', classes: 'cred.password' },
  { sql: 'TRUNCATE staff', reads: 'staff(*)', classes: 'cred.password' },
  { sql: 'SELECT id FROM people', reads: 'people(1)' },
  { sql: 'SELECT nick FROM people', reads: 'people(2)', classes: 'pii.name' },
  { sql: 'CREATE TABLE x AS SELECT ssn FROM patients', reads: 'patients(3)', classes: 'phi.ssn' },
  { sql: 'EXPLAIN SELECT ssn FROM patients', reads: 'patients(3)', classes: 'phi.ssn' },
  { sql: 'COPY patients (zip, ssn) TO STDOUT', reads: 'patients(3,6)', classes: 'phi.ssn' },
  { sql: 'COPY staff FROM STDIN', reads: 'staff(*)', classes: 'cred.password' },
  { sql: 'EXECUTE p1(2)', reads: 'patients(1,3,6)', classes: 'phi.ssn' },
  { sql: 'FETCH c1', reads: 'patients(4)', classes: 'phi.date' },
  { sql: 'SELECT x FROM unknown_table', reads: '', unresolved: 'unknown_table' },
  { sql: 'SELECT get_ssn(1)', reads: '', unresolved: 'get_ssn()' },
  { sql: 'SELECT nope FROM scratch', reads: 'scratch()', unresolved: 'nope' },
  {
    sql: "SELECT v.id FROM visits v JOIN patients p ON p.id = v.patient_id WHERE p.name LIKE 'A%'",
    reads: 'visits(1,2) patients(1,2)',
    classes: 'phi.name',
    probes: 'patients.name',
  },
  { sql: "SELECT ssn = '1' FROM patients", reads: 'patients(3)', classes: 'phi.ssn', probes: 'patients.ssn' },
  { sql: 'SELECT 1', reads: '' },
];

describe('readSet', () => {
  test.each(READS)('$sql', ({ sql, ...expected }) => {
    expect(reads(sql)).toEqual({ classes: '', probes: '', unresolved: '', ...expected });
  });
});

describe('a statement that was traced before', () => {
  const prepared = (sql: string) => world({ prepared: texts({ p: sql }) });
  const classesIn = (item: ReturnType<typeof statement>, at: LineageWorld) => readSet(item, at).classes;

  test('is traced anew for another catalog', () => {
    const item = statement('SELECT ssn FROM patients');
    expect(classesIn(item, world({ catalog: undefined }))).toEqual([]);
    expect(classesIn(item, world())).toEqual(['phi.ssn']);
    expect(brief(traceOutputs(item, world()))).toBe('ssn:=ssn');
    expect(brief(traceOutputs(item, world({ catalog: undefined })))).toBe('ssn:?');
  });

  test('is traced anew where a name stands for another text', () => {
    const item = statement('EXECUTE p');
    expect(classesIn(item, prepared('SELECT zip FROM patients'))).toEqual([]);
    expect(classesIn(item, prepared('SELECT dob FROM patients'))).toEqual(['phi.date']);
  });

  test('is traced anew where a cursor stands for another text', () => {
    const item = statement('FETCH c');
    const open = (sql: string) => world({ cursors: texts({ c: sql }) });
    expect(classesIn(item, open('SELECT zip FROM patients'))).toEqual([]);
    expect(classesIn(item, open('SELECT dob FROM patients'))).toEqual(['phi.date']);
  });

  test('is traced anew once the session is clouded', () => {
    const item = statement('SHOW work_mem');
    const clean = brief(traceOutputs(item, world()));
    expect(brief(traceOutputs(item, world({ clouded: true })))).not.toBe(clean);
  });
});
