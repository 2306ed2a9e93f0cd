import type { RelationRef } from '../../model/sql.ts';
import type { ColumnSet } from './column-set.ts';

/** One entry of a FROM list. `sets` gets the columns used; it is empty for subqueries, CTEs and functions. */
export interface Source {
  /** Name that qualifies its columns; '' when there is none. */
  readonly alias: string;
  readonly relation: RelationRef | undefined;
  sets: readonly ColumnSet[];
  /** Its columns have other names here (`t AS x (a, b)`): nothing can be told from a column's name. */
  readonly renamed: boolean;
}

/** Names of common table expressions that are visible at one point of a statement. */
export class CteNames {
  readonly #parent: CteNames | undefined;
  readonly #names = new Set<string>();

  constructor(parent: CteNames | undefined) {
    this.#parent = parent;
  }

  add(name: string): void {
    this.#names.add(name);
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.#parent?.has(name) ?? false);
  }
}

/**
 * What column names may mean at one level of a query. There is no catalog here: an unqualified column of a
 * query with several sources, or of a subquery, is attributed to every source it could belong to.
 */
export class Scope {
  readonly parent: Scope | undefined;
  readonly ctes: CteNames;
  readonly sources: Source[] = [];

  constructor(parent: Scope | undefined, ctes: CteNames) {
    this.parent = parent;
    this.ctes = ctes;
  }

  /** An empty top-level scope. */
  static root(): Scope {
    return new Scope(undefined, new CteNames(undefined));
  }

  /** A level below that sees this one's sources and CTEs. */
  child(): Scope {
    return new Scope(this, new CteNames(this.ctes));
  }

  /** A FROM subquery without LATERAL: sees the CTEs, but not its siblings. */
  sibling(): Scope {
    return new Scope(this.parent, new CteNames(this.ctes));
  }

  /** `*` of this level. */
  attributeStar(): void {
    for (const source of this.sources) markAll(source);
  }

  /** A column reference of one to four parts; the last is the column unless `star`. */
  attribute(parts: readonly string[], star: boolean): void {
    const column = star ? undefined : parts.at(-1);
    const qualifier = star ? parts.at(-1) : parts.at(-2);
    if (qualifier === undefined) {
      if (column === undefined) this.attributeStar();
      else this.attributeUnqualified(column);
      return;
    }
    if (!this.attributeQualified(qualifier, column)) this.attributeEverywhere(column);
  }

  /** True when `alias` names a source here or further out. */
  knows(alias: string): boolean {
    return this.sources.some((source) => source.alias === alias) || (this.parent?.knows(alias) ?? false);
  }

  private attributeQualified(qualifier: string, column: string | undefined): boolean {
    let found = false;
    for (const source of this.sources) {
      if (source.alias !== qualifier && source.relation?.name !== qualifier) continue;
      mark(source, column);
      if (source.alias === qualifier) found = true;
    }
    return found || (this.parent?.attributeQualified(qualifier, column) ?? false);
  }

  private attributeUnqualified(column: string): void {
    for (const source of this.sources) mark(source, source.alias === column ? undefined : column);
    this.parent?.attributeUnqualified(column);
  }

  private attributeEverywhere(column: string | undefined): void {
    for (const source of this.sources) mark(source, column);
    this.parent?.attributeEverywhere(column);
  }
}

function mark(source: Source, column: string | undefined): void {
  if (column === undefined || source.renamed) markAll(source);
  else for (const set of source.sets) set.add(column);
}

function markAll(source: Source): void {
  for (const set of source.sets) set.addAll();
}
