import type { SelectStmt } from '@pgsql/types';
import type { CatalogRelation, CatalogSnapshot } from '../../../model/catalog.ts';
import type { RawText } from '../../../model/text.ts';
import type { Node } from '../ast.ts';
import type { CatalogIndex } from './catalog-index.ts';
import type { Cell } from './cell.ts';
import type { Cte, Scope } from './scope.ts';
import type { Table } from './table.ts';

/** What lineage has to know of the world around a statement. */
export interface LineageWorld {
  readonly catalog: CatalogSnapshot | undefined;
  /** Texts of prepared statements by name: the inner statement, or the whole PREPARE. */
  readonly prepared: Readonly<Record<string, RawText>>;
  /** Texts of open cursors by name: the query, or the whole DECLARE. */
  readonly cursors: Readonly<Record<string, RawText>>;
  /** Code that may have put classed values into settings, sequences and the like ran before in this session. */
  readonly clouded?: boolean;
}

/** Nesting that guard follows; deeper parts of a statement are opaque. */
const MAX_DEPTH = 400;

/** Cells and edges looked at for one statement; a second has time for some three million, PostgreSQL's own tests need 9,000. */
const MAX_WORK = 500_000;

/** Counts cells that are looked at while one thing is read off a traced statement. */
export class Budget {
  /** Set when it was too much. */
  lost: boolean;
  #work: number;

  constructor(work: number, lost: boolean) {
    this.#work = work;
    this.lost = lost;
  }

  spend(cells: number): boolean {
    this.#work += cells;
    if (this.#work > MAX_WORK) this.lost = true;
    return !this.lost;
  }
}

/** How queries and expressions are traced; they need each other. */
export interface Methods {
  query(tracer: Tracer, select: SelectStmt, outer: Scope): Table;
  /** The query of a CTE, a cursor or a COPY: SELECT, or a statement with RETURNING. */
  statement(tracer: Tracer, node: Node, outer: Scope): Table;
  expression(tracer: Tracer, node: Node | undefined, scope: Scope): Cell;
  cte(tracer: Tracer, cte: Cte): Table;
}

/** What is being gathered while one statement is traced. */
export class Tracer {
  readonly world: LineageWorld;
  readonly index: CatalogIndex | undefined;
  readonly methods: Methods;
  /** Columns read or written, by attnum. */
  readonly reads = new Map<CatalogRelation, Set<number>>();
  /** What conditions, joins and sort orders look at. */
  readonly conditions: Cell[] = [];
  /** Positions in `conditions` of those that look one value up, or join tables by it. */
  readonly lookups = new Set<number>();
  /** What rows are told apart by: GROUP BY, PARTITION BY, DISTINCT ON, set operations. */
  readonly grouped: Cell[] = [];
  /** What calls put where a later statement, or somebody else, can read it: settings, sequences, notifications. */
  readonly carried: Cell[] = [];
  /** What is written into which column. */
  readonly stored: { readonly column: Cell; readonly value: Cell }[] = [];
  /** Names that guard could not resolve. */
  readonly unresolved = new Set<string>();
  /** Counts everything that holds data, so that a caller sees whether a part of the statement does. */
  touched = 0;
  /** Set when the statement was too much to follow: everything it returns is opaque then. */
  lost = false;
  #work = 0;
  #depth = 0;
  readonly #names = new Map<Node, string>();

  constructor(world: LineageWorld, index: CatalogIndex | undefined, methods: Methods) {
    this.world = world;
    this.index = index;
    this.methods = methods;
  }

  /** A tracer for a text of its own (a view, a prepared statement), at the same depth. */
  fresh(): Tracer {
    const made = new Tracer(this.world, this.index, this.methods);
    made.#depth = this.#depth;
    return made;
  }

  query(select: SelectStmt, outer: Scope): Table {
    return this.methods.query(this, select, outer);
  }

  statement(node: Node, outer: Scope): Table {
    return this.methods.statement(this, node, outer);
  }

  expression(node: Node | undefined, scope: Scope): Cell {
    return this.methods.expression(this, node, scope);
  }

  /** Counts cells that are looked at; false when that was too much. */
  spend(cells: number): boolean {
    this.#work += cells;
    if (this.#work > MAX_WORK && !this.lost) {
      this.lost = true;
      this.miss('(too much to follow)');
    }
    return !this.lost;
  }

  /** What is left for reading one thing off: each has as much as if the statement had been traced for it alone. */
  budget(): Budget {
    return new Budget(this.#work, this.lost);
  }

  /** Runs `body` one level deeper, or gives `beyond` when that is too deep. */
  deeper<T>(body: () => T, beyond: T): T {
    if (!this.enter()) return beyond;
    const result = body();
    this.leave();
    return result;
  }

  /** Begins one level deeper; false when that is too deep. An error ends the whole trace: nobody leaves then. */
  enter(): boolean {
    if (this.#depth >= MAX_DEPTH) {
      this.miss('(nested too deeply)');
      return false;
    }
    this.#depth += 1;
    return true;
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** The name of the single column of a subquery that was traced before. */
  nameOf(subselect: Node): string | undefined {
    return this.#names.get(subselect);
  }

  setName(subselect: Node, name: string): void {
    this.#names.set(subselect, name);
  }

  /** Notes that guard could not resolve a name. */
  miss(name: string): void {
    this.touched += 1;
    this.unresolved.add(name);
  }

  touch(relation: CatalogRelation): Set<number> {
    this.touched += 1;
    const known = this.reads.get(relation);
    if (known !== undefined) return known;
    const made = new Set<number>();
    this.reads.set(relation, made);
    return made;
  }
}
