import type { CatalogRelation, CatalogRule, CatalogSnapshot } from '../model/catalog.ts';
import type { FunctionUse, RelationRef, RuleReading, SqlEffect, SqlStatement } from '../model/sql.ts';
import { functionClass } from '../parse/sql/function-classes.ts';
import { builtinKind } from '../parse/sql/lineage/function-kinds.ts';
import { readRule } from '../parse/sql/routine-reading.ts';
import { relationName } from './catalog-lookup.ts';
import { type Change, type RowChange, spreadKeys } from './key-spread.ts';
import { type Followed, followCall, isFollowed, routineName, type UnreadRoutine } from './routines.ts';
import { relationsBelow } from './write-target.ts';

/** What a statement sets off beside its own effects. */
export interface Reached {
  readonly how: 'calls' | 'fires' | 'rewrites';
  /** The function, trigger or rule, as people write it. */
  readonly via: string;
  /** The table of a trigger or rule. */
  readonly on?: string;
  readonly effects: readonly SqlEffect[];
  readonly unread?: UnreadRoutine;
  readonly through: readonly string[];
}

/** Triggers that fire triggers are followed so far. */
const DEEPEST_FIRING = 8;

/** Relations whose rows an effect changes, and how. A view stands for itself and the table behind it. */
export function rowChanges(effect: SqlEffect, catalog: CatalogSnapshot): readonly RowChange[] {
  const at = (ref: RelationRef, change: Change, columns: readonly string[] | 'all' = 'all') =>
    relationsBelow(ref, catalog)
      .slice(0, 1)
      .map((relation) => ({ relation, change, columns }));
  switch (effect.kind) {
    case 'insert':
    case 'delete':
      return at(effect.relation, effect.kind);
    case 'update':
      return at(effect.relation, 'update', effect.columns);
    case 'copy-in':
      return at(effect.relation, 'insert');
    case 'truncate':
      return effect.relations.flatMap((ref) => at(ref, 'truncate'));
    default:
      return [];
  }
}

const NOTHING: Followed = { effects: [], through: [] };

/** `schema.name`, or a bare name where the catalog came from DDL. */
function functionOf(written: string): FunctionUse {
  const dot = written.lastIndexOf('.');
  return dot < 0 ? { name: written } : { schema: written.slice(0, dot), name: written.slice(dot + 1) };
}

const rules = new WeakMap<CatalogRule, RuleReading>();

function ruleReading(rule: CatalogRule): RuleReading {
  const known = rules.get(rule);
  if (known !== undefined) return known;
  const unknown = {
    effects: [],
    functions: [],
    instead: true,
    unread: 'guard could not read its definition',
  };
  const made = rule.definition === undefined ? unknown : readRule(rule.definition);
  rules.set(rule, made);
  return made;
}

/** Collects what one statement reaches, each trigger and rule once. */
class Reach {
  readonly found: Reached[] = [];
  readonly #catalog: CatalogSnapshot;
  readonly #seen = new Set<string>();

  constructor(catalog: CatalogSnapshot) {
    this.#catalog = catalog;
  }

  calls(uses: readonly FunctionUse[]): void {
    for (const use of uses) {
      const followed = followCall(use, this.#catalog);
      if (followed === undefined) continue;
      const [via = `${use.name}()`] = followed.through;
      this.#add({ how: 'calls', via, ...followed }, 0);
    }
  }

  writes(effects: readonly SqlEffect[], depth = 0): void {
    if (depth > DEEPEST_FIRING) return;
    for (const effect of effects)
      for (const change of rowChanges(effect, this.#catalog)) this.#change(change, effect, depth);
  }

  #change(change: RowChange, effect: SqlEffect, depth: number): void {
    for (const relation of relationsBelow(change.relation, this.#catalog))
      this.#fire(relation, change.change, depth);
    if (effect.kind === 'truncate' && !effect.cascade) return;
    for (const taken of spreadKeys(change, this.#catalog).spread)
      this.#fire(taken.relation, taken.change, depth);
  }

  #fire(relation: CatalogRelation, change: Change, depth: number): void {
    const on = relationName(relation);
    for (const trigger of relation.triggers) {
      if (!trigger.events.includes(change)) continue;
      // A partition has a copy of each trigger of its table.
      if (!this.#first(`trigger ${trigger.name} ${trigger.function} ${change}`)) continue;
      const followed = followCall(functionOf(trigger.function), this.#catalog) ?? NOTHING;
      this.#add({ how: 'fires', via: trigger.name, on, ...followed }, depth + 1);
    }
    for (const rule of relation.rules) {
      if (rule.event !== change || !this.#first(`rule ${on} ${rule.name}`)) continue;
      const { effects, functions } = ruleReading(rule);
      this.#add({ how: 'rewrites', via: rule.name, on, effects, through: [] }, depth + 1);
      this.calls(functions);
    }
  }

  #first(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  #add(reached: Reached, depth: number): void {
    this.found.push(reached);
    this.writes(reached.effects, depth);
  }
}

interface KnownReach {
  readonly catalog: CatalogSnapshot;
  readonly found: readonly Reached[];
}

const reaches = new WeakMap<SqlStatement, KnownReach>();

/** Functions, triggers and rules that one statement sets off, with what they do. */
export function reachedBy(statement: SqlStatement, catalog: CatalogSnapshot | undefined): readonly Reached[] {
  if (catalog === undefined) return [];
  const known = reaches.get(statement);
  if (known?.catalog === catalog) return known.found;
  const reach = new Reach(catalog);
  reach.calls(statement.functions);
  reach.writes(statement.effects);
  reaches.set(statement, { catalog, found: reach.found });
  return reach.found;
}

/**
 * Calls after a statement of the same message that may have changed what functions do: whatever is not PostgreSQL's own
 * is unread.
 */
export function reachedBlindly(
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
): readonly Reached[] {
  if (catalog === undefined) return [];
  return statement.functions.filter(isForeign).map((use): Reached => {
    const routine = {
      schema: use.schema ?? 'public',
      name: use.name,
      language: 'an unknown language',
      volatility: 'volatile',
      securityDefiner: false,
      kind: 'function',
    } as const;
    const via = routineName(routine);
    const unread = { routine, because: 'a statement before it may have changed it' };
    return { how: 'calls', via, effects: [], through: [via], unread };
  });
}

function isForeign({ schema, name }: FunctionUse): boolean {
  if (schema === 'pg_catalog') return false;
  return builtinKind(name) === undefined && functionClass(name, schema) === undefined;
}

/** A statement without the doubt that the catalog resolves: blocks read to the end, calls whose routine is known. */
export function withoutFollowed(statement: SqlStatement, catalog: CatalogSnapshot | undefined): SqlStatement {
  if (catalog?.complete !== true) return statement;
  if (!statement.effects.some((effect) => effect.kind === 'dynamic')) return statement;
  const effects = statement.effects.filter((effect) => !isFollowed(effect, catalog));
  return { ...statement, effects };
}
