import type {
  CatalogColumn,
  CatalogFunction,
  CatalogRelation,
  CatalogSnapshot,
} from '../../../../src/model/catalog.ts';
import { type DataClass, isDataClass } from '../../../../src/model/data-class.ts';

/** `name type [class]`, `name type = expression` for a generated column, `name type none!` for a label "not classed". */
function column(line: string, index: number): CatalogColumn {
  const [definition = '', generated] = line.split(' = ');
  const words = definition.trim().split(' ');
  const last = words.at(-1) ?? '';
  const label = last === 'none!';
  const classed: DataClass | undefined = isDataClass(last) ? last : undefined;
  const type = words.slice(1, classed === undefined && !label ? undefined : -1).join(' ');
  return {
    name: words[0] ?? '',
    number: index + 1,
    type,
    typeOid: 25,
    primaryKey: words[0] === 'id',
    class: classed,
    source: label ? 'label' : classed === undefined ? 'none' : 'name',
    confidence: 1,
    unsure: false,
    why: 'test',
    ...(generated === undefined ? {} : { generated }),
  };
}

let oid = 16_384;

export function relation(
  name: string,
  columns: readonly string[],
  more: Partial<CatalogRelation> = {},
): CatalogRelation {
  oid += 1;
  return {
    oid,
    schema: 'public',
    name,
    kind: 'table',
    rows: -1,
    columns: columns.map(column),
    parents: [],
    triggers: [],
    rules: [],
    temporary: false,
    ...more,
  };
}

export function view(
  name: string,
  columns: readonly string[],
  definition: string,
  more: Partial<CatalogRelation> = {},
): CatalogRelation {
  return relation(name, columns, { kind: 'view', definition, ...more });
}

export function userFunction(name: string, more: Partial<CatalogFunction> = {}): CatalogFunction {
  return {
    schema: 'public',
    name,
    language: 'sql',
    volatility: 'stable',
    securityDefiner: false,
    kind: 'function',
    ...more,
  };
}

const people = relation('people', ['id integer', 'nick text']);
const measurements = relation('measurements', ['id integer', 'day date', 'value text'], {
  kind: 'partitioned',
});

export const CLINIC: CatalogSnapshot = {
  version: '1',
  database: 'clinic',
  searchPath: ['public'],
  complete: true,
  foreignKeys: [],
  relations: [
    relation('patients', [
      'id integer',
      'name text phi.name',
      'ssn text phi.ssn',
      'dob date phi.date',
      'email text phi.email',
      'zip text',
      'active boolean',
      'notes jsonb phi.text',
      'tags text[]',
      "shown text = (((name || ' <'::text) || email) || '>'::text)",
      'plain_zip text = lower(zip)',
    ]),
    relation('visits', [
      'id integer',
      'patient_id integer',
      'at timestamp with time zone',
      'reason text',
      'cost numeric',
    ]),
    relation('staff', ['id integer', 'login text', 'password text cred.password', 'zip text']),
    relation('scratch', ['a integer', 'b text']),
    relation('events', ['id integer', 'kind text', 'n integer']),
    relation('count', ['id integer', 'row_number text phi.name']),
    people,
    relation('people_eu', ['id integer', 'nick text pii.name'], { parents: [people.oid] }),
    measurements,
    relation('measurements_1', ['id integer', 'day date', 'value text phi.text'], {
      parents: [measurements.oid],
    }),
    relation('ruled', ['id integer'], { rules: [{ name: 'peek', event: 'select' }] }),
    relation('secrets', ['id integer', 'token text cred.token'], { schema: 'vault' }),
    relation('patients', ['id integer', 'ssn text'], { schema: 'demo' }),
    relation('scratch_tmp', ['a integer', 'b text pii.ssn'], { schema: 'pg_temp_3', temporary: true }),
    relation('ids_seq', [], { kind: 'sequence' }),
    view(
      'v_patients',
      ['id integer', 'tax_id text', 'zip text'],
      ' SELECT patients.id,\n    patients.ssn AS tax_id,\n    patients.zip\n   FROM patients;',
    ),
    view('v_count', ['zip text', 'n bigint'], ' SELECT zip, count(*) AS n FROM patients GROUP BY zip;'),
    view(
      'v_nested',
      ['x text', 'y integer'],
      'SELECT upper(v.tax_id) AS x, v.id AS y FROM v_patients v WHERE v.zip IS NOT NULL;',
    ),
    view('v_broken', ['x text'], 'SELECT FROM WHERE'),
    view('v_wrong', ['x text', 'y text'], 'SELECT zip FROM patients;'),
    view('v_loop', ['x text'], 'SELECT x FROM v_loop;'),
    view('v_labelled', ['tail text none!'], 'SELECT "right"(ssn, 0) AS tail FROM patients;'),
    view('v_cut', ['x text'], `SELECT zip FROM patients${' '.repeat(100_000)}`),
    relation('v_unread', ['x text'], { kind: 'view' }),
    view('v_own', ['zip text phi.geo'], 'SELECT zip FROM patients;'),
    view('m_patients', ['ssn text'], 'SELECT patients.ssn FROM patients;', { kind: 'materialized' }),
  ],
  functions: [
    userFunction('get_ssn'),
    userFunction('purge', { language: 'plpgsql', volatility: 'volatile' }),
    userFunction('lower_mine'),
    userFunction('reverse', { language: 'plpgsql' }),
    userFunction('similarity', { language: 'c', volatility: 'immutable' }),
    userFunction('query_to_xml', { language: 'c', volatility: 'immutable' }),
    userFunction('crosstab', { language: 'c', volatility: 'stable' }),
  ],
};
