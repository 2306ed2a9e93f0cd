import type { CatalogSnapshot } from '../model/catalog.ts';
import type { AlterAction, SqlEffect } from '../model/sql.ts';
import { asRelations } from './effect-relations.ts';
import { referringColumns, spreadKeys } from './key-spread.ts';
import { rowChanges } from './reached.ts';
import { writtenColumns } from './write-target.ts';

/** What of ALTER takes the values of a column away or makes them others. */
const LOSING: ReadonlySet<string> = new Set(['drop-column', 'alter-type', 'set-expression']);

function lost(actions: readonly AlterAction[]): readonly string[] {
  return actions.flatMap(({ kind, column }) => (LOSING.has(kind) && column !== undefined ? [column] : []));
}

/** Rows that foreign keys take along are written too. */
function taken(effect: SqlEffect, catalog: CatalogSnapshot): readonly (readonly string[])[] {
  if (effect.kind === 'truncate' && !effect.cascade) return [];
  return rowChanges(effect, catalog)
    .flatMap((change) => spreadKeys(change, catalog).spread)
    .flatMap((each) => writtenColumns(each.relation, referringColumns(each), catalog));
}

/** The columns whose values an effect changes, each with its names; what it only looks at is not among them. */
export function writesOf(
  effect: SqlEffect,
  catalog: CatalogSnapshot | undefined,
): readonly (readonly string[])[] {
  const own = ownWrites(effect, catalog);
  return own.length === 0 || catalog === undefined ? own : [...own, ...taken(effect, catalog)];
}

function ownWrites(effect: SqlEffect, catalog: CatalogSnapshot | undefined): readonly (readonly string[])[] {
  switch (effect.kind) {
    case 'insert':
    case 'update':
    case 'copy-in':
      return writtenColumns(effect.relation, effect.columns, catalog);
    case 'delete':
      return writtenColumns(effect.relation, 'all', catalog);
    case 'truncate':
      return effect.relations.flatMap((relation) => writtenColumns(relation, 'all', catalog));
    case 'drop':
      return asRelations(effect.objects).flatMap((relation) => writtenColumns(relation, 'all', catalog));
    case 'alter':
      return asRelations([effect.object]).flatMap((relation) =>
        writtenColumns(relation, lost(effect.actions), catalog),
      );
    default:
      return [];
  }
}
