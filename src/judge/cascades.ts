import type { CatalogRelation, CatalogSnapshot, ForeignKey } from '../model/catalog.ts';
import type { SqlEffect, SqlStatement } from '../model/sql.ts';
import { findRelation, relationByOid, relationName } from './catalog-lookup.ts';

/** Chains of foreign keys longer than this are told as "and further tables". */
const DEEPEST_CASCADE = 8;

type Change = 'insert' | 'update' | 'delete' | 'truncate';

const SPREADS: ReadonlySet<string> = new Set(['cascade', 'set null', 'set default']);

function rowsOf(relation: CatalogRelation): string {
  return relation.rows < 0
    ? 'never analyzed'
    : `about ${Math.round(relation.rows).toLocaleString('en-US')} rows`;
}

function describeKey(key: ForeignKey, from: CatalogRelation, change: Change): string {
  const action = change === 'update' ? key.onUpdate : key.onDelete;
  const verb =
    action === 'cascade'
      ? change === 'update'
        ? 'rows follow'
        : 'rows are deleted too'
      : `columns become ${action.slice(4)}`;
  return `${relationName(from)} (${rowsOf(from)}): ${verb} by ${key.name}`;
}

function spreading(catalog: CatalogSnapshot, change: Change): readonly ForeignKey[] {
  if (change === 'truncate') return catalog.foreignKeys;
  if (change === 'insert') return [];
  return catalog.foreignKeys.filter((key) => SPREADS.has(change === 'update' ? key.onUpdate : key.onDelete));
}

function spread(catalog: CatalogSnapshot, start: CatalogRelation, change: Change): readonly string[] {
  const keys = spreading(catalog, change);
  const seen = new Set([start.oid]);
  const told: string[] = [];
  let edge = [start.oid];
  for (let depth = 0; edge.length > 0; depth += 1) {
    if (depth === DEEPEST_CASCADE) return [...told, 'and further tables'];
    const next: number[] = [];
    for (const key of keys.filter((candidate) => edge.includes(candidate.to) && !seen.has(candidate.from))) {
      const from = relationByOid(catalog, key.from);
      if (from === undefined) continue;
      seen.add(key.from);
      told.push(describeKey(key, from, change));
      if (change !== 'update' && key.onDelete === 'cascade') next.push(key.from);
    }
    edge = next;
  }
  return told;
}

function triggers(relation: CatalogRelation, change: Change): readonly string[] {
  const fired = relation.triggers
    .filter((trigger) => trigger.events.includes(change))
    .map((trigger) => `trigger ${trigger.name} on ${relationName(relation)} runs ${trigger.function}()`);
  return [...fired, ...relation.rules.map((rule) => `rule ${rule} on ${relationName(relation)}`)];
}

function changes(effect: SqlEffect): readonly {
  readonly name: Parameters<typeof findRelation>[1];
  readonly change: Change;
  readonly cascades: boolean;
}[] {
  switch (effect.kind) {
    case 'insert':
    case 'update':
    case 'delete':
      return [{ name: effect.relation, change: effect.kind, cascades: true }];
    case 'copy-in':
      return [{ name: effect.relation, change: 'insert', cascades: false }];
    case 'truncate':
      return effect.relations.map((name) => ({
        name,
        change: 'truncate' as const,
        cascades: effect.cascade,
      }));
    default:
      return [];
  }
}

/** What else would change: foreign keys that spread the change and triggers that would fire, as people read it. */
export function cascadesOf(statement: SqlStatement, catalog: CatalogSnapshot | undefined): readonly string[] {
  if (catalog === undefined) return [];
  const told = statement.effects.flatMap(changes).flatMap(({ name, change, cascades }) => {
    const relation = findRelation(catalog, name);
    if (relation === undefined) return [];
    return [...(cascades ? spread(catalog, relation, change) : []), ...triggers(relation, change)];
  });
  return [...new Set(told)];
}
