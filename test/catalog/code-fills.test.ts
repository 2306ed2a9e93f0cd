import { describe, expect, test } from 'vitest';
import { filledByCode, notifiesClassed, writtenByBlock } from '../../src/catalog/code-fills.ts';
import { carriesOut, codeReach, mayRead } from '../../src/catalog/code-reach.ts';
import type {
  CatalogColumn,
  CatalogFunction,
  CatalogRelation,
  CatalogSnapshot,
} from '../../src/model/catalog.ts';

function column(name: string, number: number, more: Partial<CatalogColumn> = {}): CatalogColumn {
  return {
    name,
    number,
    type: 'text',
    typeOid: 25,
    primaryKey: false,
    class: undefined,
    source: 'none',
    confidence: 0,
    unsure: false,
    why: '',
    ...more,
  };
}

function table(
  oid: number,
  name: string,
  columns: readonly CatalogColumn[],
  more: Partial<CatalogRelation> = {},
): CatalogRelation {
  return {
    oid,
    schema: 'public',
    name,
    kind: 'table',
    rows: 1,
    columns,
    parents: [],
    triggers: [],
    rules: [],
    temporary: false,
    ...more,
  };
}

function routine(
  name: string,
  body: string | undefined,
  more: Partial<CatalogFunction> = {},
): CatalogFunction {
  return {
    schema: 'public',
    name,
    language: 'plpgsql',
    volatility: 'volatile',
    securityDefiner: false,
    kind: 'function',
    ...(body === undefined ? {} : { definition: body }),
    ...more,
  };
}

const PATIENTS = table(1, 'patients', [
  column('id', 1, { type: 'integer' }),
  column('name', 2, { class: 'phi.name' }),
  column('state', 3),
]);
const LOG = table(2, 'log', [column('line', 1), column('at', 2, { type: 'integer' }), column('who', 3)]);

function snapshot(
  functions: readonly CatalogFunction[],
  relations: readonly CatalogRelation[] = [PATIENTS, LOG],
): CatalogSnapshot {
  return {
    version: '1',
    database: 'd',
    searchPath: ['public'],
    relations,
    foreignKeys: [],
    functions,
    complete: true,
  };
}

const fires = (name: string): Partial<CatalogRelation> => ({
  triggers: [{ name: 't', events: ['insert'], function: `public.${name}` }],
});

describe('what code can read', () => {
  const reach = codeReach(
    snapshot(
      [
        routine('direct', 'BEGIN RETURN (SELECT name FROM patients); END'),
        routine('through', 'BEGIN RETURN direct(); END'),
        routine('view_reader', 'SELECT * FROM v', { language: 'sql' }),
        routine('dynamic', "BEGIN EXECUTE 'SELECT 1'; END"),
        routine('unseen', undefined, { language: 'sql' }),
        routine('python', 'return 1', { language: 'plpython3u' }),
        routine('in_c', undefined, { language: 'c' }),
        routine('calm', 'BEGIN RETURN now(); END'),
      ],
      [
        PATIENTS,
        LOG,
        table(3, 'v', [column('x', 1)], { kind: 'view', definition: 'SELECT name FROM patients' }),
      ],
    ),
  );

  test('directly, through others, through views, or nobody knows', () => {
    expect([...reach.readers].sort()).toEqual([
      'direct',
      'dynamic',
      'python',
      'through',
      'unseen',
      'view_reader',
    ]);
  });

  test('a block is read the same way', () => {
    expect(mayRead('BEGIN PERFORM through(); END', reach)).toBe(true);
    expect(mayRead('BEGIN PERFORM calm(); END', reach)).toBe(false);
  });

  test('values and a place to keep them, in one block', () => {
    const out = (code: string): boolean => carriesOut(code, reach);
    expect(out("EXECUTE format('CREATE TABLE %I ()', (SELECT name FROM patients))")).toBe(true);
    expect(out("PERFORM set_config('a.b', (SELECT name FROM public.patients), false)")).toBe(true);
    expect(out("EXECUTE 'CREATE INDEX ON patients (state)'")).toBe(false);
    expect(out("EXECUTE format('CREATE INDEX ON patients (%I)', 'state')")).toBe(false);
    expect(out("FOR t IN SELECT tablename FROM pg_tables LOOP EXECUTE 'ANALYZE ' || t; END LOOP")).toBe(
      false,
    );
    expect(out('INSERT INTO log SELECT name FROM patients')).toBe(false);
  });
});

describe('columns that code fills', () => {
  const filled = (functions: readonly CatalogFunction[], relations?: readonly CatalogRelation[]) =>
    filledByCode(snapshot(functions, relations)).map((each) => `${each.relation}.${each.column}`);

  test('a function that reads and writes: the columns it lists, where they hold text', () => {
    expect(filled([routine('f', 'INSERT INTO log(line, at) SELECT name, id FROM patients')])).toEqual([
      '2.1',
    ]);
    expect(filled([routine('f', "INSERT INTO log(line) VALUES ('x')")])).toEqual([]);
  });

  test('a trigger that sets columns of its own row', () => {
    const watched = table(4, 'watched', [column('a', 1), column('b', 2)], fires('f'));
    expect(
      filled(
        [routine('f', 'BEGIN NEW.a := (SELECT name FROM patients); RETURN NEW; END')],
        [PATIENTS, watched],
      ),
    ).toEqual(['4.1']);
    expect(filled([routine('f', 'BEGIN NEW.a := now(); RETURN NEW; END')], [PATIENTS, watched])).toEqual([]);
  });

  test('an audit trigger that keeps the whole row', () => {
    const audited = { ...PATIENTS, ...fires('audit') };
    const body = 'BEGIN INSERT INTO log(line) VALUES (to_jsonb(NEW)); RETURN NEW; END';
    expect(filled([routine('audit', body)], [audited, LOG])).toEqual(['2.1']);
    const calm = 'BEGIN NEW.state := upper(NEW.state); RETURN NEW; END';
    expect(filled([routine('audit', calm)], [audited, LOG])).toEqual([]);
  });

  test('rules and defaults', () => {
    const text = 'CREATE RULE r AS ON INSERT TO log DO ALSO INSERT INTO log(who) SELECT name FROM patients';
    expect(
      filled([], [PATIENTS, { ...LOG, rules: [{ name: 'r', event: 'insert', definition: text }] }]),
    ).toEqual(['2.3']);
    const preset = table(5, 'preset', [
      column('a', 1, { defaultCalls: ['f'] }),
      column('b', 2, { defaultCalls: ['g'] }),
    ]);
    const calls = [routine('f', 'SELECT name FROM patients'), routine('g', 'SELECT 1')];
    expect(filled(calls, [PATIENTS, preset])).toEqual(['5.1']);
  });

  test('a label settles a column', () => {
    const labelled = table(2, 'log', [column('line', 1, { source: 'label' })]);
    expect(filled([routine('f', 'INSERT INTO log SELECT name FROM patients')], [PATIENTS, labelled])).toEqual(
      [],
    );
  });

  test('what a block writes', () => {
    expect(
      writtenByBlock('INSERT INTO log(who) SELECT 1; UPDATE patients SET state = 1', snapshot([])),
    ).toEqual([
      { relation: 2, column: 3 },
      { relation: 1, column: 3 },
    ]);
  });
});

test('notifications of code that sees classed values', () => {
  const audited = { ...PATIENTS, ...fires('tell') };
  const tell = routine('tell', "BEGIN PERFORM pg_notify('c', row_to_json(NEW)::text); RETURN NEW; END");
  expect(notifiesClassed(snapshot([tell], [audited]))).toBe(true);
  expect(notifiesClassed(snapshot([tell], [{ ...LOG, ...fires('tell') }]))).toBe(false);
  expect(notifiesClassed(snapshot([routine('f', "SELECT pg_notify('c', 'x')")]))).toBe(false);
});
