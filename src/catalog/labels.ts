import type { CatalogColumn, CatalogSnapshot } from '../model/catalog.ts';
import type { DataClass } from '../model/data-class.ts';
import { compileGlob } from '../model/glob.ts';

/** What a person or a policy said about columns; `class: 'none'` takes a guess away. */
export interface ColumnLabel {
  /** `schema.table.column`, `table.column` (any schema); `*` stands for any run of characters within a part. */
  readonly pattern: string;
  readonly class: DataClass | 'none';
  /** Where it was said, for `guard catalog show`: "policy clinic.yaml", "guard catalog set". */
  readonly source: string;
}

interface Matcher {
  readonly label: ColumnLabel;
  /** Schema, table, column; unquoted names are compared without regard to case. */
  readonly parts: readonly ((text: string) => boolean)[];
}

/**
 * The same snapshot with labelled columns set: a label beats every guess, and of several labels the last one
 * counts. The version changes with the labels, so that caches keyed by it are never stale.
 */
export function applyLabels(snapshot: CatalogSnapshot, labels: readonly ColumnLabel[]): CatalogSnapshot {
  const matchers = labels.flatMap(matcherOf);
  if (matchers.length === 0) return snapshot;
  return {
    ...snapshot,
    version: `${snapshot.version}+${fingerprint(labels)}`,
    relations: snapshot.relations.map((relation) => ({
      ...relation,
      columns: relation.columns.map((column) => {
        const label = lastMatch(matchers, [relation.schema, relation.name, column.name]);
        return label === undefined ? column : labelled(column, label);
      }),
    })),
  };
}

function labelled(column: CatalogColumn, label: ColumnLabel): CatalogColumn {
  return {
    ...column,
    class: label.class === 'none' ? undefined : label.class,
    source: 'label',
    confidence: 1,
    unsure: false,
    why: `label (${label.source})`,
  };
}

/** A pattern with more or fewer parts than a column has names nothing. */
function matcherOf(label: ColumnLabel): readonly Matcher[] {
  const parts = label.pattern.split('.');
  const [first, second, third] = parts.length === 2 ? ['*', ...parts] : parts;
  if (first === undefined || second === undefined || third === undefined || parts.length > 3) return [];
  return [{ label, parts: [first, second, third].map((part) => compileGlob(part.toLowerCase())) }];
}

function lastMatch(
  matchers: readonly Matcher[],
  names: readonly [string, string, string],
): ColumnLabel | undefined {
  const lower = names.map((name) => name.toLowerCase());
  return matchers.findLast(({ parts }) => parts.every((matches, index) => matches(lower[index] ?? '')))
    ?.label;
}

/** FNV-1a, 32 bit (RFC 9923): tells label sets apart in cache keys, nothing more. */
function fingerprint(labels: readonly ColumnLabel[]): string {
  let hash = 0x811c9dc5;
  for (const code of labels.flatMap((label) => [...`${label.pattern}=${label.class};`])) {
    hash = Math.imul(hash ^ (code.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(16);
}
