import type { Actor } from '../model/actor.ts';
import type { CatalogColumn, CatalogRelation } from '../model/catalog.ts';
import { DATA_CLASSES, type DataClass, isDataClass } from '../model/data-class.ts';
import type { Message } from '../model/finding.ts';
import { suggestion } from '../policy/nearest.ts';
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

function refuse(effect: string, why: string, instead: string): LabelOutcome {
  return { kind: 'refused', message: { effect, why, instead } };
}

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

function unknownColumn(known: KnownCatalog, wanted: string): LabelOutcome {
  const depth = wanted.split('.').length;
  const names = known.snapshot.relations.flatMap(({ schema, name, columns }) =>
    columns.map((column) => (depth === 3 ? `${schema}.${name}.${column.name}` : `${name}.${column.name}`)),
  );
  const near = suggestion(wanted.slice(0, LONGEST_NAME), names);
  return refuse(
    `No column was labelled: ${known.target} has none called ${wanted.slice(0, LONGEST_NAME)}${near}.`,
    'A label that names nothing would protect nothing.',
    'See the names with guard catalog show; connect once more if the column is new.',
  );
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
    return refuse(
      `The label of ${name} stays ${from}.`,
      `To change it to ${wish.said} takes protection away, and ${obstacle}.`,
      'Ask a person to run the same command in a terminal, or an organisation policy to say it.',
    );
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

/** What becomes of a wish to label a column; `known` has its labels applied. Pure. */
export function considerLabel(known: KnownCatalog, wish: LabelWish): LabelOutcome {
  const said = wordFor(wish.class);
  if (said === undefined) {
    const near = suggestion(wish.class.slice(0, LONGEST_NAME), [...DATA_CLASSES, NO_CLASS]);
    return refuse(
      `"${wish.class.slice(0, LONGEST_NAME)}" is no data class${near}.`,
      'Policies speak of the closed list of classes only.',
      `Use one of ${DATA_CLASSES.join(', ')} or ${NO_CLASS}.`,
    );
  }
  const found = findColumns(known, wish.column);
  const [first, ...others] = found;
  if (first === undefined) return unknownColumn(known, wish.column);
  if (others.length > 0) {
    const names = found.map(({ relation, column }) => `${relation.schema}.${relation.name}.${column.name}`);
    return refuse(
      `No column was labelled: ${names.join(' and ')} are meant equally.`,
      'A label holds for one column.',
      'Name the schema too.',
    );
  }
  return changeOf(known, first, { ...wish, said });
}
