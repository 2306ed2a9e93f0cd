import type { CatalogRelation } from '../../../model/catalog.ts';
import type { DataClass } from '../../../model/data-class.ts';
import { fieldsOf, type Node, nameParts } from '../ast.ts';
import { type Cell, HARMLESS } from './cell.ts';
import { probedColumns } from './probe.ts';
import { findRelation, relationColumns } from './relation.ts';
import { Resolver } from './resolve.ts';
import type { Tracer } from './tracer.ts';
import { touchAll } from './write.ts';

/** Everything a statement reads or writes, views followed to their tables. */
export interface ReadSet {
  /** Columns by attnum, ascending. */
  readonly relations: readonly {
    readonly relation: CatalogRelation;
    readonly columns: readonly number[] | 'all';
  }[];
  /** Tables, columns and functions that guard could not resolve. */
  readonly unresolved: readonly string[];
  /** Classes of all those columns. */
  readonly classes: readonly DataClass[];
  /** Classed columns (`table.column`) that conditions, groups and sort orders tell apart, but for plain look-ups. */
  readonly probes: readonly string[];
  /** Classes of what calls put into settings, sequences and notifications; `opaque` where guard can't tell. */
  readonly carriedClasses: readonly (DataClass | 'opaque')[];
}

/** What a traced statement reads or writes at all; `node` is the statement, `rows` decides how many rows come back. */
export function readsOf(tracer: Tracer, node: Node, rows: Cell = HARMLESS): ReadSet {
  copied(tracer, node);
  return summarize(tracer, rows);
}

/** COPY of a relation, either way. */
function copied(tracer: Tracer, node: Node): void {
  const copy = fieldsOf(node, 'CopyStmt');
  if (copy?.relation === undefined) return;
  const found = findRelation(tracer, copy.relation);
  if (found === undefined) {
    tracer.miss(copy.relation.relname ?? '');
    return;
  }
  const names = nameParts(copy.attlist);
  if (names.length === 0) touchAll(tracer, copy.relation);
  const columns = relationColumns(tracer, found, []);
  for (const name of names) for (const index of columns.indexesOf(name)) columns.cellAt(index);
}

function summarize(tracer: Tracer, rows: Cell): ReadSet {
  const classes = new Set<DataClass>();
  const relations = [...tracer.reads].map(([relation, numbers]) => {
    const indexed = tracer.index?.byOid(relation.oid);
    relation.columns.forEach((column, index) => {
      if (!numbers.has(column.number)) return;
      for (const each of indexed?.cellAt(index).leaf?.classes ?? []) classes.add(each);
    });
    const columns =
      relation.columns.length > 0 && numbers.size >= relation.columns.length
        ? ('all' as const)
        : [...numbers].sort((a, b) => a - b);
    return { relation, columns };
  });
  return {
    relations,
    unresolved: [...tracer.unresolved],
    classes: [...classes].sort(),
    probes: probes(tracer, rows, classes),
    carriedClasses: carriedClasses(tracer),
  };
}

/** What was too much to follow may tell anything apart. */
function probes(tracer: Tracer, rows: Cell, classes: ReadonlySet<DataClass>): readonly string[] {
  if (classes.size === 0) return [];
  const budget = tracer.budget();
  const columns = probedColumns(tracer, new Resolver(budget), rows);
  return tracer.lost || budget.lost ? [...classes].sort() : columns;
}

function carriedClasses(tracer: Tracer): readonly (DataClass | 'opaque')[] {
  if (tracer.carried.length === 0) return [];
  const resolver = new Resolver(tracer.budget());
  const found = tracer.carried.flatMap((cell): readonly (DataClass | 'opaque')[] => {
    const { how, classes } = resolver.resolve(cell);
    return how === 'opaque' ? ['opaque', ...classes] : classes;
  });
  return [...new Set(found)].sort();
}
