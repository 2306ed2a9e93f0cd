import fc from 'fast-check';

/** `yes`: the column shows a classed value. `no`: it can't. `may`: allowed to count as either. */
export type Truth = 'yes' | 'no' | 'may';

export interface Output {
  readonly name: string;
  readonly truth: Truth;
}

/** A query with what its construction says of every output column. All columns are of type text. */
export interface Query {
  readonly sql: string;
  readonly outputs: readonly Output[];
}

function worst(truths: readonly Truth[]): Truth {
  if (truths.includes('yes')) return 'yes';
  return truths.includes('may') ? 'may' : 'no';
}

interface Column {
  readonly sql: string;
  readonly truth: Truth;
}

const TABLES: readonly { readonly name: string; readonly columns: readonly Output[] }[] = [
  {
    name: 'patients',
    columns: [
      { name: 'name', truth: 'yes' },
      { name: 'ssn', truth: 'yes' },
      { name: 'zip', truth: 'no' },
    ],
  },
  {
    name: 'staff',
    columns: [
      { name: 'login', truth: 'no' },
      { name: 'password', truth: 'yes' },
      { name: 'zip', truth: 'no' },
    ],
  },
  {
    name: 'v_patients',
    columns: [
      { name: 'tax_id', truth: 'yes' },
      { name: 'zip', truth: 'no' },
    ],
  },
  { name: 'scratch', columns: [{ name: 'b', truth: 'no' }] },
];

type Build = (columns: readonly Column[]) => Column;

const pick = (columns: readonly Column[], at: number): Column =>
  columns[at % columns.length] ?? { sql: 'NULL::text', truth: 'no' };

/** Expressions over the columns in scope. */
const expression: fc.Arbitrary<Build> = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(13)).map(
  ([i, j, k, form]): Build =>
    (columns) => {
      const a = pick(columns, i);
      const b = pick(columns, j);
      const c = pick(columns, k);
      switch (form) {
        case 0:
          return { sql: `upper(${a.sql})`, truth: a.truth };
        case 1:
          return { sql: `${a.sql} || ${b.sql}`, truth: worst([a.truth, b.truth]) };
        case 2:
          return { sql: `coalesce(${a.sql}, ${b.sql})`, truth: worst([a.truth, b.truth]) };
        case 3:
          return {
            sql: `CASE WHEN ${a.sql} IS NULL THEN ${b.sql} ELSE ${c.sql} END`,
            truth: worst([b.truth, c.truth]),
          };
        case 4:
          return { sql: `length(${a.sql})::text`, truth: a.truth === 'no' ? 'no' : 'may' };
        case 5:
          return { sql: `(${a.sql} = 'x')::text`, truth: a.truth === 'no' ? 'no' : 'may' };
        case 6:
          return { sql: `'constant'::text`, truth: 'no' };
        case 7:
          return { sql: `nullif(${a.sql}, 'q')`, truth: a.truth };
        case 8:
          return { sql: `(ARRAY[${a.sql}, ${b.sql}])[2]`, truth: worst([a.truth, b.truth]) };
        case 9:
          return { sql: `concat_ws('-', ${a.sql}, ${b.sql})`, truth: worst([a.truth, b.truth]) };
        case 10:
          return { sql: `(ROW(${a.sql}, ${b.sql})).f1`, truth: a.truth };
        case 11:
          return { sql: `json_build_object('k', ${a.sql}) ->> 'k'`, truth: a.truth };
        default:
          return a;
      }
    },
);

const list = fc.array(expression, { minLength: 1, maxLength: 3 });

function targets(builds: readonly Build[], columns: readonly Column[]): { sql: string; outputs: Output[] } {
  const made = builds.map((build) => build(columns));
  return {
    sql: made.map((column, index) => `${column.sql} AS c${index}`).join(', '),
    outputs: made.map((column, index) => ({ name: `c${index}`, truth: column.truth })),
  };
}

function qualified(outputs: readonly Output[], alias: string): readonly Column[] {
  return outputs.map(({ name, truth }) => ({ sql: `${alias}.${name}`, truth }));
}

const base: fc.Arbitrary<Query> = fc
  .tuple(fc.constantFrom(...TABLES), list, fc.boolean())
  .map(([table, builds, bare]) => {
    const columns = bare
      ? table.columns.map(({ name, truth }) => ({ sql: name, truth }))
      : qualified(table.columns, 't');
    const { sql, outputs } = targets(builds, columns);
    return { sql: `SELECT ${sql} FROM ${table.name} t`, outputs };
  });

/** Exactly `count` columns of a query, for set operations. */
function trimmed(query: Query, count: number): Query {
  const outputs = Array.from({ length: count }, (_, index): Output => {
    const from = query.outputs[index % query.outputs.length];
    return { name: `c${index}`, truth: from?.truth ?? 'no' };
  });
  const sql = outputs
    .map(({ name }, index) => `q.${query.outputs[index % query.outputs.length]?.name ?? ''} AS ${name}`)
    .join(', ');
  return { sql: `SELECT ${sql} FROM (${query.sql}) q`, outputs };
}

/** The number of rows may tell something where a row source is made of values (unnest). */
function counted(inner: Query): Truth {
  return inner.sql.includes('unnest') ? 'may' : 'no';
}

type Wrap = (inner: Query, other: Query, builds: readonly Build[]) => Query;

const WRAPS: readonly Wrap[] = [
  (inner, _, builds) => {
    const { sql, outputs } = targets(builds, qualified(inner.outputs, 's'));
    return { sql: `SELECT ${sql} FROM (${inner.sql}) s`, outputs };
  },
  (inner, _, builds) => {
    const renamed = inner.outputs.map(({ truth }, index) => ({ name: `r${index}`, truth }));
    const { sql, outputs } = targets(builds, qualified(renamed, 's'));
    return {
      sql: `SELECT ${sql} FROM (${inner.sql}) AS s(${renamed.map(({ name }) => name).join(', ')})`,
      outputs,
    };
  },
  (inner, _, builds) => {
    const { sql, outputs } = targets(
      builds,
      inner.outputs.map(({ name, truth }) => ({ sql: name, truth })),
    );
    return { sql: `WITH patients AS (${inner.sql}) SELECT ${sql} FROM patients`, outputs };
  },
  (inner, other) => {
    const right = trimmed(other, inner.outputs.length);
    return {
      sql: `(${inner.sql}) UNION ALL (${right.sql})`,
      outputs: inner.outputs.map(({ name, truth }, index) => ({
        name,
        truth: worst([truth, right.outputs[index]?.truth ?? 'no']),
      })),
    };
  },
  (inner, other) => ({
    sql: `SELECT * FROM (SELECT a.* FROM (${inner.sql}) a) x(${inner.outputs.map((_, i) => `x${i}`)}) CROSS JOIN (${other.sql} LIMIT 3) y(${other.outputs.map((_, i) => `y${i}`)})`,
    outputs: [
      ...inner.outputs.map(({ truth }, index) => ({ name: `x${index}`, truth })),
      ...other.outputs.map(({ truth }, index) => ({ name: `y${index}`, truth })),
    ],
  }),
  (inner, _, builds) => {
    const { sql, outputs } = targets(builds, qualified(inner.outputs, 's'));
    return { sql: `SELECT l.* FROM (${inner.sql}) s, LATERAL (SELECT ${sql}) l`, outputs };
  },
  (inner, other) => ({
    sql: `SELECT (SELECT o.${other.outputs[0]?.name} FROM (${other.sql}) o LIMIT 1) AS c0, i.* FROM (${inner.sql}) AS i(${inner.outputs.map((_, index) => `i${index}`)})`,
    outputs: [
      { name: 'c0', truth: other.outputs[0]?.truth ?? 'no' },
      ...inner.outputs.map(({ truth }, index) => ({ name: `i${index}`, truth })),
    ],
  }),
  (inner) => ({
    sql: `SELECT to_json(w)::text AS c0, (w).${inner.outputs[0]?.name} AS c1, ${inner.outputs[0]?.name}(w) AS c2 FROM (${inner.sql}) w`,
    outputs: [
      { name: 'c0', truth: worst(inner.outputs.map(({ truth }) => truth)) },
      { name: 'c1', truth: inner.outputs[0]?.truth ?? 'no' },
      { name: 'c2', truth: inner.outputs[0]?.truth ?? 'no' },
    ],
  }),
  (inner) => ({
    sql: `SELECT string_agg(g.${inner.outputs[0]?.name}, ',') AS c0, count(g)::text AS c1, min(g.${inner.outputs.at(-1)?.name}) AS c2 FROM (${inner.sql}) g`,
    outputs: [
      { name: 'c0', truth: worst([inner.outputs[0]?.truth ?? 'no', counted(inner)]) },
      { name: 'c1', truth: counted(inner) },
      { name: 'c2', truth: inner.outputs.at(-1)?.truth ?? 'no' },
    ],
  }),
  (inner) => ({
    sql: `SELECT u AS c0, EXISTS (${inner.sql})::text AS c1 FROM (${inner.sql}) s, unnest(ARRAY[${inner.outputs.map(({ name }) => `s.${name}`)}]) u`,
    outputs: [
      { name: 'c0', truth: worst(inner.outputs.map(({ truth }) => truth)) },
      { name: 'c1', truth: 'no' },
    ],
  }),
  (inner) => ({
    sql: `WITH RECURSIVE r(n, a, b) AS (SELECT 1, i.${inner.outputs[0]?.name}, 'x'::text FROM (${inner.sql}) i UNION ALL SELECT n + 1, 'y'::text, a FROM r WHERE n < 3) SELECT a, b FROM r`,
    outputs: [
      { name: 'a', truth: inner.outputs[0]?.truth ?? 'no' },
      { name: 'b', truth: inner.outputs[0]?.truth ?? 'no' },
    ],
  }),
  (inner, other) => ({
    sql: `VALUES ((SELECT i.${inner.outputs[0]?.name} FROM (${inner.sql}) i LIMIT 1), 'z'::text), ('w', (SELECT o.${other.outputs[0]?.name} FROM (${other.sql}) o LIMIT 1))`,
    outputs: [
      { name: 'column1', truth: inner.outputs[0]?.truth ?? 'no' },
      { name: 'column2', truth: other.outputs[0]?.truth ?? 'no' },
    ],
  }),
  (inner, _, builds) => {
    const { sql, outputs } = targets(builds, qualified(inner.outputs, 's'));
    return {
      sql: `WITH a AS (${inner.sql}), b AS MATERIALIZED (SELECT * FROM a) SELECT DISTINCT ${sql} FROM b s ORDER BY 1 LIMIT 5`,
      outputs,
    };
  },
  (inner) => ({
    sql: `SELECT lag(s.${inner.outputs[0]?.name}) OVER (ORDER BY s.${inner.outputs.at(-1)?.name}) AS c0, row_number() OVER ()::text AS c1 FROM (${inner.sql}) s`.replace(
      'row_number() OVER ()::text',
      '(row_number() OVER ())::text',
    ),
    outputs: [
      { name: 'c0', truth: inner.outputs[0]?.truth ?? 'no' },
      { name: 'c1', truth: counted(inner) },
    ],
  }),
];

/** Queries nested up to `levels` deep. */
export function queries(levels: number): fc.Arbitrary<Query> {
  let arbitrary = base;
  for (let level = 1; level < levels; level += 1) {
    const inner = arbitrary;
    arbitrary = fc
      .tuple(fc.constantFrom(...WRAPS), inner, base, list)
      .map(([wrap, query, other, builds]) => wrap(query, other, builds));
  }
  return arbitrary;
}
