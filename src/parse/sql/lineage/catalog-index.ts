import type {
  CatalogColumn,
  CatalogFunction,
  CatalogRelation,
  CatalogSnapshot,
} from '../../../model/catalog.ts';
import type { DataClass } from '../../../model/data-class.ts';
import type { RelationRef } from '../../../model/sql.ts';
import { Cell, type ColumnList, HARMLESS } from './cell.ts';

/** What tracing a view's definition found. */
export interface ViewTrace {
  /** One cell for each column of the view, already read off. */
  readonly cells: readonly Cell[];
  /** Base columns that its conditions use. */
  readonly conditions: readonly { readonly relation: number; readonly column: number }[];
  /** OIDs of the relations it reads. */
  readonly relations: readonly number[];
  readonly unresolved: readonly string[];
}

/** One relation, prepared for look-ups. */
export class IndexedRelation implements ColumnList {
  readonly relation: CatalogRelation;
  readonly size: number;
  readonly #positions = new Map<string, number[]>();
  readonly #cells: (Cell | undefined)[] = [];
  readonly #heirs: readonly CatalogRelation[];
  /** Set once the definition of a view was traced. */
  view: ViewTrace | undefined = undefined;
  /** True while that is going on. */
  tracing = false;

  constructor(relation: CatalogRelation, heirs: readonly CatalogRelation[]) {
    this.relation = relation;
    this.size = relation.columns.length;
    this.#heirs = heirs;
    relation.columns.forEach((column, index) => {
      const known = this.#positions.get(column.name);
      if (known === undefined) this.#positions.set(column.name, [index]);
      else known.push(index);
    });
  }

  nameAt(index: number): string {
    return this.relation.columns[index]?.name ?? '';
  }

  indexesOf(name: string): readonly number[] {
    return this.#positions.get(name) ?? NOWHERE;
  }

  /** The column itself as a leaf, with the classes of the same column in all children. */
  cellAt(index: number): Cell {
    const known = this.#cells[index];
    if (known !== undefined) return known;
    const column = this.relation.columns[index];
    if (column === undefined) return HARMLESS;
    const made = this.#leaf(column);
    this.#cells[index] = made;
    return made;
  }

  #leaf(column: CatalogColumn): Cell {
    if (this.relation.kind === 'sequence') return HARMLESS;
    const classes = new Set<DataClass>();
    if (column.class !== undefined) classes.add(column.class);
    for (const heir of this.#heirs)
      for (const each of heir.columns)
        if (each.name === column.name && each.class !== undefined) classes.add(each.class);
    const origin = { relation: this.relation.oid, column: column.number };
    return new Cell('leaf', [], {
      leaf: { how: 'direct', origins: [origin], classes: [...classes] },
      composite: !isPlainType(column.type),
    });
  }
}

const NOWHERE: readonly number[] = [];

/** The columns that every sequence has, as a relation. */
const SEQUENCE_COLUMNS: readonly CatalogColumn[] = ['last_value', 'log_cnt', 'is_called'].map(
  (name, index): CatalogColumn => ({
    name,
    number: index + 1,
    type: 'bigint',
    typeOid: 0,
    primaryKey: false,
    class: undefined,
    source: 'none',
    confidence: 1,
    unsure: false,
    why: 'a sequence holds no data',
  }),
);

/** Types whose values unnest() does not take apart into several columns: no rows, no tsvector. */
const PLAIN_TYPE =
  /^(?:"?char"?|text|name|uuid|oid|bytea|boolean|smallint|integer|bigint|real|double precision|numeric|money|date|interval|jsonb?|inet|cidr|macaddr8?|(?:character|bit)(?: varying)?|citext|time(?:stamp)? with(?:out)? time zone)(?:\[\])?$/u;

function isPlainType(type: string): boolean {
  return PLAIN_TYPE.test(type);
}

/** Look-ups over one snapshot. Made once for each snapshot object. */
export class CatalogIndex {
  readonly snapshot: CatalogSnapshot;
  readonly #relations = new Map<number, IndexedRelation>();
  readonly #bySchema = new Map<string, Map<string, IndexedRelation>>();
  readonly #temporary = new Map<string, IndexedRelation>();
  readonly #functions = new Map<string, CatalogFunction[]>();

  constructor(snapshot: CatalogSnapshot) {
    this.snapshot = snapshot;
    const children = childrenByParent(snapshot.relations);
    for (const relation of snapshot.relations) {
      const named = relation.kind === 'sequence' ? { ...relation, columns: SEQUENCE_COLUMNS } : relation;
      this.#add(new IndexedRelation(named, heirsOf(relation, children)));
    }
    for (const each of snapshot.functions) {
      const known = this.#functions.get(each.name);
      if (known === undefined) this.#functions.set(each.name, [each]);
      else known.push(each);
    }
  }

  #add(indexed: IndexedRelation): void {
    const { oid, schema, name, temporary } = indexed.relation;
    this.#relations.set(oid, indexed);
    if (temporary) this.#temporary.set(name, indexed);
    const known = this.#bySchema.get(schema);
    if (known === undefined) this.#bySchema.set(schema, new Map([[name, indexed]]));
    else known.set(name, indexed);
  }

  byOid(oid: number): IndexedRelation | undefined {
    return this.#relations.get(oid);
  }

  /** A temporary relation: found before everything else. */
  temporary(name: string): IndexedRelation | undefined {
    return this.#temporary.get(name);
  }

  /** The relation a name stands for, pg_catalog left aside. */
  find(ref: RelationRef): IndexedRelation | undefined {
    if (ref.schema === 'pg_temp') return this.#temporary.get(ref.name);
    if (ref.schema !== undefined) return this.#bySchema.get(ref.schema)?.get(ref.name);
    const { searchPath, complete } = this.snapshot;
    // In a snapshot with gaps an earlier schema may hold a relation of that name which is not seen here.
    for (const schema of complete ? searchPath : searchPath.slice(0, 1)) {
      const found = this.#bySchema.get(schema)?.get(ref.name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** True when the database has an operator of its own with that symbol. */
  hasOperator(symbol: string): boolean {
    return this.snapshot.operators?.includes(symbol) ?? false;
  }

  /** True when the database has a cast of its own to that type. */
  hasCastTo(type: string): boolean {
    return this.snapshot.casts?.some(({ target }) => target === type) ?? false;
  }

  /** True when code may run wherever a value is used as one of another type. */
  get castsUnasked(): boolean {
    return this.snapshot.casts?.some(({ unasked }) => unasked) ?? false;
  }

  /** Functions of that name that are not PostgreSQL's own. */
  functions(name: string): readonly CatalogFunction[] {
    return this.#functions.get(name) ?? NO_FUNCTIONS;
  }
}

const NO_FUNCTIONS: readonly CatalogFunction[] = [];

function childrenByParent(relations: readonly CatalogRelation[]): Map<number, CatalogRelation[]> {
  const children = new Map<number, CatalogRelation[]>();
  for (const relation of relations) {
    for (const parent of relation.parents) {
      const known = children.get(parent);
      if (known === undefined) children.set(parent, [relation]);
      else known.push(relation);
    }
  }
  return children;
}

/** Children, grandchildren and so on, each once. */
function heirsOf(
  relation: CatalogRelation,
  children: ReadonlyMap<number, readonly CatalogRelation[]>,
): readonly CatalogRelation[] {
  const heirs = new Set<CatalogRelation>();
  const todo = [...(children.get(relation.oid) ?? [])];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (heirs.has(next)) continue;
    heirs.add(next);
    todo.push(...(children.get(next.oid) ?? []));
  }
  return [...heirs];
}

const INDEXES = new WeakMap<CatalogSnapshot, CatalogIndex>();

/** The index of a snapshot. */
export function indexOf(snapshot: CatalogSnapshot): CatalogIndex {
  const known = INDEXES.get(snapshot);
  if (known !== undefined) return known;
  const made = new CatalogIndex(snapshot);
  INDEXES.set(snapshot, made);
  return made;
}
