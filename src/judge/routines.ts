import type { CatalogFunction, CatalogSnapshot } from '../model/catalog.ts';
import type { FunctionUse, RelationRef, RoutineReading, SqlEffect } from '../model/sql.ts';
import { readRoutine } from '../parse/sql/routine-reading.ts';
import { findRelation, relationName } from './catalog-lookup.ts';
import { inSchemas } from './effect-relations.ts';

/** Functions that call functions are followed so far, and so many of them for one statement. */
const DEEPEST_CALL = 8;
const MOST_ROUTINES = 100;

const byName = new WeakMap<CatalogSnapshot, ReadonlyMap<string, readonly CatalogFunction[]>>();

function functionsOf(catalog: CatalogSnapshot): ReadonlyMap<string, readonly CatalogFunction[]> {
  const known = byName.get(catalog);
  if (known !== undefined) return known;
  const made = new Map<string, CatalogFunction[]>();
  for (const each of catalog.functions) {
    const same = made.get(each.name);
    if (same === undefined) made.set(each.name, [each]);
    else same.push(each);
  }
  byName.set(catalog, made);
  return made;
}

/** Every function of the database's own that a call may mean: overloads and equal names in other schemas all count. */
export function candidatesOf(use: FunctionUse, catalog: CatalogSnapshot): readonly CatalogFunction[] {
  if (use.schema === 'pg_catalog') return [];
  const same = functionsOf(catalog).get(use.name) ?? [];
  return use.schema === undefined ? same : same.filter((each) => each.schema === use.schema);
}

export function routineName({ schema, name }: CatalogFunction): string {
  return `${relationName({ schema, name })}()`;
}

const READABLE: ReadonlySet<string> = new Set(['sql', 'plpgsql']);
const QUIET: RoutineReading = { effects: [], functions: [] };

/** What PostgreSQL promises of a function that is not VOLATILE and can't be read; one with its owner's rights may do anything. */
function unreadable(routine: CatalogFunction): RoutineReading {
  const { volatility, securityDefiner, language, kind } = routine;
  const readable = READABLE.has(language) && kind !== 'aggregate';
  if (volatility !== 'volatile' && !securityDefiner && !readable) return QUIET;
  const unread = readable ? 'guard could not read its definition' : `it is written in ${language}`;
  return { ...QUIET, unread };
}

const readings = new WeakMap<CatalogFunction, RoutineReading>();

function readingOf(routine: CatalogFunction): RoutineReading {
  const known = readings.get(routine);
  if (known !== undefined) return known;
  const made = routine.definition === undefined ? unreadable(routine) : readRoutine(routine.definition);
  readings.set(routine, made);
  return made;
}

/** A routine whose effects are not all known. */
export interface UnreadRoutine {
  readonly routine: CatalogFunction;
  /** In one clause. */
  readonly because: string;
}

/** What calling a routine does, with everything it calls. */
export interface Followed {
  readonly effects: readonly SqlEffect[];
  readonly unread?: UnreadRoutine;
  /** Names of the routines, the called one first. */
  readonly through: readonly string[];
}

/** True for a block or call whose statements stand elsewhere among what is followed. */
export function isFollowed(effect: SqlEffect, catalog: CatalogSnapshot): boolean {
  if (effect.kind !== 'dynamic') return false;
  if (effect.read === true) return true;
  return effect.calls !== undefined && candidatesOf(effect.calls, catalog).length > 0;
}

class Trail {
  readonly effects: SqlEffect[] = [];
  readonly seen = new Set<CatalogFunction>();
  unread: UnreadRoutine | undefined;
  readonly #catalog: CatalogSnapshot;

  constructor(catalog: CatalogSnapshot) {
    this.#catalog = catalog;
  }

  follow(routine: CatalogFunction, depth = 0): void {
    if (this.seen.has(routine)) return;
    if (depth > DEEPEST_CALL || this.seen.size >= MOST_ROUTINES) {
      this.#missed(routine, 'it is called from too deep');
      return;
    }
    this.seen.add(routine);
    const reading = readingOf(routine);
    if (reading.unread !== undefined) this.#missed(routine, reading.unread);
    this.#take(reading);
    for (const use of reading.functions)
      for (const called of candidatesOf(use, this.#catalog)) this.follow(called, depth + 1);
  }

  #missed(routine: CatalogFunction, because: string): void {
    this.unread ??= { routine, because };
  }

  #take({ effects, searchPath }: RoutineReading): void {
    const resolve = (ref: RelationRef): RelationRef => resolved(ref, searchPath, this.#catalog);
    for (const effect of effects) {
      if (isFollowed(effect, this.#catalog)) continue;
      this.effects.push(searchPath === undefined ? effect : inSchemas(effect, resolve));
    }
  }
}

/** The relation a name means under a search path of the routine's own. */
function resolved(
  ref: RelationRef,
  path: readonly string[] | undefined,
  catalog: CatalogSnapshot,
): RelationRef {
  if (ref.schema !== undefined || path === undefined) return ref;
  const schema = path.find((each) => findRelation(catalog, { schema: each, name: ref.name }) !== undefined);
  return schema === undefined ? ref : { schema, name: ref.name };
}

const followed = new WeakMap<CatalogSnapshot, Map<string, Followed | undefined>>();

/** What a call of that name does: of several candidates, what any of them does. Undefined when none is the database's own. */
export function followCall(use: FunctionUse, catalog: CatalogSnapshot): Followed | undefined {
  const known = followed.get(catalog) ?? new Map<string, Followed | undefined>();
  followed.set(catalog, known);
  const key = `${use.schema ?? ''}.${use.name}`;
  if (known.has(key)) return known.get(key);
  const candidates = candidatesOf(use, catalog);
  const made = candidates.length === 0 ? undefined : followAll(candidates, catalog);
  known.set(key, made);
  return made;
}

function followAll(candidates: readonly CatalogFunction[], catalog: CatalogSnapshot): Followed {
  const trail = new Trail(catalog);
  for (const candidate of candidates) trail.follow(candidate);
  const { effects, unread } = trail;
  const through = [...new Set([...trail.seen].map(routineName))];
  return unread === undefined ? { effects, through } : { effects, unread, through };
}
