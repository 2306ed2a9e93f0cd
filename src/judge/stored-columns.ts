import { mayBeMask } from '../mask/column-masks.ts';
import type { CatalogColumn, CatalogSnapshot } from '../model/catalog.ts';
import type { CopiedIn, StatementMemory, StoredColumn } from '../model/judge.ts';
import type { ColumnOrigin } from '../model/lineage.ts';
import type { RelationRef, SqlStatement } from '../model/sql.ts';
import { type RawText, rawText } from '../model/text.ts';
import { copyLayout } from '../parse/sql/copy-layout.ts';
import {
  executedStatement,
  type StoredSink,
  storedValues,
  type WrittenColumn,
} from '../parse/sql/stored-values.ts';
import { findRelation } from './catalog-lookup.ts';
import { rememberedStatement } from './prepared-statements.ts';

/** Different texts of one column that are kept. A text beyond them is one of so many that some of them is the same mask. */
const MOST_TEXTS = 10_000;

interface Draft {
  readonly origin: ColumnOrigin;
  readonly texts: Set<RawText>;
  readonly parameters: Set<number>;
}

/** A column of the catalog by name or place; undefined for what guard does not know. */
function lookUp(
  catalog: CatalogSnapshot | undefined,
  relation: RelationRef,
  column: string | number,
): ColumnOrigin | undefined {
  const known = findRelation(catalog, relation);
  if (known === undefined) return undefined;
  const inOrder = [...known.columns].sort((a: CatalogColumn, b: CatalogColumn) => a.number - b.number);
  const found =
    typeof column === 'number' ? inOrder[column] : known.columns.find(({ name }) => name === column);
  return found && { relation: known.oid, column: found.number };
}

class Drafts implements StoredSink {
  readonly #catalog: CatalogSnapshot | undefined;
  /** What EXECUTE hands over in place of parameters. */
  readonly #values: readonly (readonly string[])[] | undefined;
  readonly #byColumn = new Map<string, Draft | undefined>();

  constructor(catalog: CatalogSnapshot | undefined, values: readonly (readonly string[])[] | undefined) {
    this.#catalog = catalog;
    this.#values = values;
  }

  constant(column: WrittenColumn, text: string): void {
    if (!mayBeMask(text)) return;
    const texts = this.#draft(column)?.texts;
    if (texts !== undefined && texts.size < MOST_TEXTS) texts.add(rawText(text));
  }

  parameter(column: WrittenColumn, number: number): void {
    if (this.#values === undefined) {
      this.#draft(column)?.parameters.add(number);
      return;
    }
    for (const value of this.#values[number - 1] ?? []) this.constant(column, value);
  }

  get columns(): readonly StoredColumn[] {
    return [...this.#byColumn.values()].flatMap((draft) =>
      draft === undefined
        ? []
        : [{ ...draft.origin, texts: [...draft.texts], parameters: [...draft.parameters] }],
    );
  }

  #draft({ relation, column }: WrittenColumn): Draft | undefined {
    const key = `${relation.schema ?? ''}\0${relation.name}\0${typeof column}${column}`;
    if (this.#byColumn.has(key)) return this.#byColumn.get(key);
    const origin = lookUp(this.#catalog, relation, column);
    const draft = origin && { origin, texts: new Set<RawText>(), parameters: new Set<number>() };
    this.#byColumn.set(key, draft);
    return draft;
  }
}

/** Which columns a statement writes from its own text and parameters, with the texts that could be masks. */
export function storedColumns(
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
  memory: StatementMemory,
): readonly StoredColumn[] {
  const executed = executedStatement(statement.tree);
  const drafts = new Drafts(catalog, executed?.values);
  const tree = executed === undefined ? statement.tree : rememberedStatement(executed.name, memory)?.tree;
  storedValues(tree, drafts);
  return drafts.columns;
}

/** The columns of COPY … FROM STDIN in their order. */
export function copiedIn(
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
): CopiedIn | undefined {
  const effect = statement.effects.find((each) => each.kind === 'copy-in');
  if (effect?.from !== 'stdio') return undefined;
  const { relation, columns } = effect;
  const known = findRelation(catalog, relation);
  // Without a list, COPY takes every column but the generated ones.
  const named =
    columns === 'all'
      ? [...(known?.columns ?? [])]
          .sort((a, b) => a.number - b.number)
          .filter(({ generated }) => generated === undefined)
          .map(({ name }) => name)
      : columns;
  const layout = copyLayout(statement);
  return {
    columns: named.map((name) => lookUp(catalog, relation, name) ?? null),
    ...(layout === undefined ? {} : { layout }),
  };
}
