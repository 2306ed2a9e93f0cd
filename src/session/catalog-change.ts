import type { Actor } from '../model/actor.ts';
import type { CatalogColumn, CatalogRelation } from '../model/catalog.ts';
import { DATA_CLASSES, type DataClass, isDataClass } from '../model/data-class.ts';
import { GuardError } from '../model/errors.ts';
import type { Message } from '../model/finding.ts';
import { suggestion } from '../policy/nearest.ts';
import { printable } from '../terminal/printable.ts';
import type { KnownCatalog } from './known-catalogs.ts';
import type { StoredLabel } from './labels.ts';

export const NO_CLASS = 'none';

export interface LabelWish {
  /** `table.column` or `schema.table.column`. */
  readonly column: string;
  readonly class: string;
  readonly actor: Actor;
  /** A person can type a confirmation. */
  readonly atTerminal: boolean;
  /** ISO 8601. */
  readonly time: string;
}

export type LabelOutcome =
  | { readonly kind: 'refused'; readonly message: Message }
  | { readonly kind: 'unchanged'; readonly class: string }
  | {
      readonly kind: 'change';
      readonly label: StoredLabel;
      readonly from: string;
      /** Less is protected afterwards, or protected in another way: asked for twice, and audited as such. */
      readonly loosened: boolean;
      readonly columnName: string;
    };

interface Found {
  readonly relation: CatalogRelation;
  readonly column: CatalogColumn;
}

const LONGEST_NAME = 200;

function wordFor(name: string): DataClass | typeof NO_CLASS | undefined {
  if (name === NO_CLASS) return NO_CLASS;
  return isDataClass(name) ? name : undefined;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Names are split at every dot: a label can't name a column with a dot in its name. */
function findColumns({ snapshot }: KnownCatalog, name: string): readonly Found[] {
  const parts = name.split('.');
  const [schema, table, column] = parts.length === 2 ? [undefined, ...parts] : parts;
  if (table === undefined || column === undefined || parts.length > 3) return [];
  return snapshot.relations
    .filter(
      (relation) => same(relation.name, table) && (schema === undefined || same(relation.schema, schema)),
    )
    .flatMap((relation) =>
      relation.columns.filter((each) => same(each.name, column)).map((each) => ({ relation, column: each })),
    );
}

function unknownColumn(known: KnownCatalog, wanted: string): GuardError {
  const depth = wanted.split('.').length;
  const names = known.snapshot.relations.flatMap(({ schema, name, columns }) =>
    columns.map((column) => (depth === 3 ? `${schema}.${name}.${column.name}` : `${name}.${column.name}`)),
  );
  const near = suggestion(wanted, names);
  return new GuardError('USAGE', `${known.target} has no column called "${wanted}"${near}`, {
    hint: 'guard catalog show lists them as TABLE.COLUMN; connect once more if the column is new',
  });
}

function unknownClass(wanted: string): GuardError {
  const near = suggestion(wanted, [...DATA_CLASSES, NO_CLASS]);
  return new GuardError('USAGE', `"${wanted}" is no data class${near}`, {
    hint: `known: ${DATA_CLASSES.join(', ')}, ${NO_CLASS}`,
  });
}

function isLooser(column: CatalogColumn, wish: DataClass | typeof NO_CLASS): boolean {
  return column.class !== undefined && column.class !== wish;
}

function whoMayNot({ actor, atTerminal }: LabelWish): string | undefined {
  if (actor.kind !== 'human')
    return `this is ${actor.kind === 'ci' ? 'a CI job' : 'an AI agent'}, and only a person may say that a column needs less protection`;
  return atTerminal ? undefined : 'there is no terminal where a person could confirm it';
}

function changeOf(
  known: KnownCatalog,
  { relation, column }: Found,
  wish: LabelWish & { readonly said: StoredLabel['class'] },
): LabelOutcome {
  const from = column.class ?? NO_CLASS;
  const settled = column.source === 'label' || (!column.unsure && column.class !== undefined);
  if (from === wish.said && settled) return { kind: 'unchanged', class: from };
  const loosened = isLooser(column, wish.said);
  const obstacle = loosened ? whoMayNot(wish) : undefined;
  const name = `${relation.schema}.${relation.name}.${column.name}`;
  if (obstacle !== undefined)
    return {
      kind: 'refused',
      message: {
        effect: `The label of ${name} stays ${from}.`,
        why: `To change it to ${wish.said} takes protection away, and ${obstacle}.`,
        instead: 'Ask a person to run the same command in a terminal, or let an organisation policy say it.',
      },
    };
  return {
    kind: 'change',
    from,
    loosened,
    columnName: column.name,
    label: {
      target: known.identity,
      pattern: name,
      class: wish.said,
      by: wish.actor.id,
      time: wish.time,
    },
  };
}

/** What becomes of a wish to label a column; `known` has its labels applied. Pure. Throws USAGE for names that mean nothing. */
export function considerLabel(known: KnownCatalog, wish: LabelWish): LabelOutcome {
  const said = wordFor(wish.class);
  if (said === undefined) throw unknownClass(printable(wish.class.slice(0, LONGEST_NAME)));
  const found = findColumns(known, wish.column);
  const [first, ...others] = found;
  if (first === undefined) throw unknownColumn(known, printable(wish.column.slice(0, LONGEST_NAME)));
  if (others.length > 0) {
    const names = found.map(({ relation, column }) => `${relation.schema}.${relation.name}.${column.name}`);
    throw new GuardError('USAGE', `"${wish.column}" may be any of ${names.join(', ')}`, {
      hint: 'name the schema too',
    });
  }
  return changeOf(known, first, { ...wish, said });
}
