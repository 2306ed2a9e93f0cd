import type { OutputColumn, Outputs } from '../../../model/lineage.ts';
import { allCells } from './column-list.ts';
import { Resolver } from './resolve.ts';
import type { Table } from './table.ts';
import type { Tracer } from './tracer.ts';

/** What the columns of a traced table may show. */
export function outputsOf(tracer: Tracer, table: Table): Outputs {
  if (table.open !== undefined) return { kind: 'opaque', because: reason(tracer) };
  const budget = tracer.budget();
  const resolver = new Resolver(budget);
  const columns = allCells(table.columns).map((cell, index): OutputColumn => {
    const { how, origins, classes } = resolver.resolve(cell);
    return { name: table.columns.nameAt(index), how, origins, classes };
  });
  if (tracer.index?.castsUnasked === true && columns.some(isComputed))
    return {
      kind: 'columns',
      columns: columns.map((column) => (isComputed(column) ? { ...column, how: 'opaque' } : column)),
    };
  if (budget.lost) return { kind: 'opaque', because: 'the statement is too much to follow' };
  return { kind: 'columns', columns };
}

/** Where the database has casts that nobody asks for, whatever is computed may have gone through one. */
function isComputed({ how }: OutputColumn): boolean {
  return how !== 'direct';
}

function reason(tracer: Tracer): string {
  const [name] = tracer.unresolved;
  return name === undefined ? 'the output columns can not be counted' : `guard does not know ${name}`;
}
