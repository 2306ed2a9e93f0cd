import type { CatalogFunction, CatalogSnapshot } from '../model/catalog.ts';
import type { Finding } from '../model/finding.ts';
import type { FunctionUse, SqlStatement } from '../model/sql.ts';

const byName = new WeakMap<CatalogSnapshot, ReadonlyMap<string, readonly CatalogFunction[]>>();

function functionsOf(catalog: CatalogSnapshot): ReadonlyMap<string, readonly CatalogFunction[]> {
  const known = byName.get(catalog);
  if (known !== undefined) return known;
  const made = new Map<string, CatalogFunction[]>();
  for (const each of catalog.functions) made.set(each.name, [...(made.get(each.name) ?? []), each]);
  byName.set(catalog, made);
  return made;
}

/** Functions of the database's own that may change something when called: volatile, or running as their owner. */
export function riskyFunction(use: FunctionUse, catalog: CatalogSnapshot): CatalogFunction | undefined {
  if (use.schema === 'pg_catalog') return undefined;
  const same = functionsOf(catalog).get(use.name) ?? [];
  return same
    .filter((each) => use.schema === undefined || each.schema === use.schema)
    .find((each) => each.volatility === 'volatile' || each.securityDefiner);
}

function finding(statement: SqlStatement, called: CatalogFunction): Finding {
  const name = called.schema === 'public' ? called.name : `${called.schema}.${called.name}`;
  const nature = called.securityDefiner
    ? "runs with its owner's rights"
    : 'is declared VOLATILE: it may change data';
  return {
    rule: 'sql.user-function',
    intent: 'exec.dynamic',
    span: statement.span,
    objects: [`${name}()`],
    tags: ['dynamic', 'user-function'],
    effect: `Runs the function ${name}(), whose effects guard can't see from the statement.`,
    why: `It ${nature}, in ${called.language}.`,
    instead: `Read its source first (\\sf ${name}), or call a STABLE or IMMUTABLE function.`,
  };
}

/** What only the live catalog tells: calls of functions that are not PostgreSQL's own and may do more than compute. */
export function userFunctionFindings(
  statements: readonly SqlStatement[],
  catalog: CatalogSnapshot | undefined,
): readonly Finding[] {
  if (catalog === undefined || catalog.functions.length === 0) return [];
  return statements.flatMap((statement) =>
    statement.functions.flatMap((use) => {
      const called = riskyFunction(use, catalog);
      return called === undefined ? [] : [finding(statement, called)];
    }),
  );
}
