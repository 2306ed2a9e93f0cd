import { classifyRelations } from '../../catalog/classify.ts';
import { applyLabels, type ColumnLabel } from '../../catalog/labels.ts';
import type { CatalogRelation, CatalogSnapshot } from '../../model/catalog.ts';
import type { StatementMemory } from '../../model/judge.ts';
import type { SqlEffect, SqlStatement } from '../../model/sql.ts';
import { followDdl } from '../../parse/sql/ddl-follow.ts';
import { afterChange } from '../message-memory.ts';
import { memoryChange } from '../statement-plan.ts';

/** Stands for a database of which nothing is known. */
const NOTHING_KNOWN: CatalogSnapshot = {
  version: 'unknown',
  database: '',
  searchPath: ['public'],
  relations: [],
  foreignKeys: [],
  functions: [],
  complete: false,
};

const STRUCTURAL: ReadonlySet<SqlEffect['kind']> = new Set(['create', 'alter', 'drop']);
/** psql reports these where a transaction, or a part of it, did not take place. */
const UNDOES: ReadonlySet<string> = new Set(['rollback', 'rollback-to']);

interface Picture {
  readonly catalog: CatalogSnapshot;
  readonly memory: StatementMemory;
}

/** The new columns of relations that are not what they were, with their classes. */
function classified(
  after: CatalogSnapshot,
  before: CatalogSnapshot,
  labels: readonly ColumnLabel[],
): CatalogSnapshot {
  const old = new Set<CatalogRelation>(before.relations);
  const fresh = after.relations.filter((relation) => !old.has(relation));
  if (fresh.length === 0) return after;
  const classes = classifyRelations([...fresh, ...before.relations]).slice(0, fresh.length);
  const guessed = fresh.map((relation, at) => ({
    ...relation,
    columns: relation.columns.map((column, index) =>
      column.source === 'none' ? { ...column, ...classes[at]?.[index] } : column,
    ),
  }));
  const labelled = applyLabels({ ...after, relations: guessed }, labels).relations;
  const byOid = new Map(labelled.map((relation) => [relation.oid, relation]));
  return { ...after, relations: after.relations.map((each) => byOid.get(each.oid) ?? each) };
}

function searchPathOf(value: string): readonly string[] {
  return value
    .split(',')
    .map((name) => name.trim().replace(/^"(.{0,128})"$/, '$1'))
    .filter((name) => name !== '' && name !== '$user' && name !== 'pg_catalog');
}

/**
 * A database as it changes while a script runs through it: what a table made in line 3 is called in line 9. What can't
 * be followed (code on the server, a transaction that is rolled back, another search path) takes knowledge away, never adds.
 */
export class ScriptSchema {
  readonly #labels: readonly ColumnLabel[];
  #picture: Picture;
  /** As it was before the open transaction. */
  #before: Picture | undefined;
  #changes = 0;

  constructor(start: {
    readonly catalog: CatalogSnapshot | undefined;
    readonly memory: StatementMemory;
    readonly labels: readonly ColumnLabel[];
  }) {
    this.#labels = start.labels;
    this.#picture = { catalog: start.catalog ?? NOTHING_KNOWN, memory: start.memory };
  }

  get catalog(): CatalogSnapshot {
    return this.#picture.catalog;
  }

  get memory(): StatementMemory {
    return this.#picture.memory;
  }

  /** The statements of one message took place. */
  ran(statements: readonly SqlStatement[]): void {
    for (const statement of statements) this.#follow(statement);
  }

  #follow(statement: SqlStatement): void {
    const { catalog } = this.#picture;
    const change = memoryChange(statement, catalog);
    if (change !== undefined) this.#set({ memory: afterChange(this.memory, change) });
    if (statement.effects.some(({ kind }) => STRUCTURAL.has(kind))) this.#changeSchema(statement);
    for (const effect of statement.effects) this.#heed(effect);
  }

  #changeSchema(statement: SqlStatement): void {
    const { catalog } = this.#picture;
    this.#changes += 1;
    const version = `${catalog.version.split('~')[0]}~${this.#changes}`;
    const after = { ...followDdl(catalog, [statement]), version };
    this.#set({ catalog: classified(after, catalog, this.#labels) });
  }

  #heed(effect: SqlEffect): void {
    if (effect.kind === 'setting' && effect.name === 'search_path') this.#search(effect.value);
    if (effect.kind !== 'transaction') return;
    if (effect.action === 'begin') this.#before ??= this.#picture;
    else if (effect.action === 'commit') this.#before = undefined;
    else if (UNDOES.has(effect.action)) this.#undo();
  }

  #search(value: string | undefined): void {
    this.#changes += 1;
    const { catalog } = this.#picture;
    const version = `${catalog.version.split('~')[0]}~${this.#changes}`;
    if (value === undefined) this.#forgetMade();
    const searchPath = value === undefined ? catalog.searchPath : searchPathOf(value);
    this.#set({ catalog: { ...catalog, searchPath, version } });
  }

  #undo(): void {
    if (this.#before !== undefined) this.#picture = this.#before;
    this.#before = undefined;
  }

  #forgetMade(): void {
    this.#set({ memory: { ...this.memory, created: [] } });
  }

  #set(change: Partial<Picture>): void {
    this.#picture = { ...this.#picture, ...change };
  }
}
