import type { CatalogColumn, CatalogRelation } from '../model/catalog.ts';
import type { DataClass } from '../model/data-class.ts';
import type { OutputColumn, Outputs } from '../model/lineage.ts';
import type { MaskStyles } from '../model/mask-style.ts';
import type { MaskPattern } from '../model/obligation.ts';
import type { FieldDescription } from '../model/row-masking.ts';
import type { CatalogIndex } from './catalog-index.ts';
import type { IssuedMasks } from './issued-masks.ts';
import type { MaskKeys } from './mask-keys.ts';
import { matchesPattern } from './pattern.ts';
import { cellKind, isTextLike } from './pg-types.ts';

/** What policy says about text columns that have no class. */
export type Unclassified = 'scan' | 'mask' | 'pass';

/** Everything that decides how the columns of results are masked, but for the result itself. */
export interface MaskingRules {
  readonly catalog: CatalogIndex;
  /** Classes to hide; nothing at all is masked when it is empty. */
  readonly mask: readonly MaskPattern[];
  readonly unclassified: Unclassified;
  /** How classes are masked, where policy says something else than guard by itself. */
  readonly styles?: MaskStyles;
  /** Absent: no pseudonyms. */
  readonly keys?: MaskKeys;
  /** What the session shows is noted here. */
  readonly issued?: IssuedMasks;
  /** Full year now, when years of dates may be shown. */
  readonly year?: number;
}

/** What becomes of one column. */
export type ColumnFate =
  | { readonly kind: 'pass' }
  | { readonly kind: 'scan' }
  | { readonly kind: 'hide'; readonly class: DataClass | 'opaque' };

/** Lists of patterns come from a policy: there are few of them. */
const MOST_PATTERN_LISTS = 100;

const PASS: ColumnFate = { kind: 'pass' };
const SCAN: ColumnFate = { kind: 'scan' };
const OPAQUE: ColumnFate = { kind: 'hide', class: 'opaque' };

/** First OID that initdb does not hand out: below are PostgreSQL's own relations. */
const FIRST_USER_RELATION = 16_384;

/**
 * The fate of every column of one result. RowDescription's origin (table OID, attribute number) and the parser's
 * lineage are both asked and the stricter answer counts; what neither can tell is hidden as soon as the database
 * holds anything that is to be hidden.
 */
export function columnFates(
  fields: readonly FieldDescription[],
  outputs: Outputs,
  rules: MaskingRules,
): readonly ColumnFate[] {
  if (rules.mask.length === 0) return fields.map(() => PASS);
  const found = foundIn(rules.catalog);
  const last = found.get(outputs);
  if (last !== undefined && isSame(last, fields, rules)) return last.fates;
  const fates = findFates(fields, outputs, rules);
  found.set(outputs, { fields, mask: rules.mask, unclassified: rules.unclassified, fates });
  return fates;
}

type FateRules = Pick<MaskingRules, 'catalog' | 'mask' | 'unclassified'>;

/** What was found for the last result of a statement: the same statement gives the same fields again and again. */
interface Found extends Omit<FateRules, 'catalog'> {
  readonly fields: readonly FieldDescription[];
  readonly fates: readonly ColumnFate[];
}

const foundByCatalog = new WeakMap<CatalogIndex, WeakMap<Outputs, Found>>();

function foundIn(catalog: CatalogIndex): WeakMap<Outputs, Found> {
  const found = foundByCatalog.get(catalog) ?? new WeakMap<Outputs, Found>();
  foundByCatalog.set(catalog, found);
  return found;
}

function isSame(last: Found, fields: readonly FieldDescription[], rules: FateRules): boolean {
  return (
    last.mask === rules.mask &&
    last.unclassified === rules.unclassified &&
    last.fields.length === fields.length &&
    last.fields.every((field, index) => sameField(field, fields[index]))
  );
}

function sameField(a: FieldDescription, b: FieldDescription | undefined): boolean {
  return (
    a.tableOid === b?.tableOid &&
    a.columnNumber === b.columnNumber &&
    a.typeOid === b.typeOid &&
    a.format === b.format &&
    a.name === b.name
  );
}

function findFates(
  fields: readonly FieldDescription[],
  outputs: Outputs,
  rules: FateRules,
): readonly ColumnFate[] {
  const columns =
    outputs.kind === 'columns' && outputs.columns.length === fields.length ? outputs.columns : undefined;
  const involved = holdsAnything(rules);
  return fields.map((field, index) => fateOf(field, columns?.[index], { ...rules, involved }));
}

interface Judging extends FateRules {
  /** The database holds something that is to be hidden, or part of it is unknown. */
  readonly involved: boolean;
}

const holders = new WeakMap<CatalogIndex, Map<readonly MaskPattern[], boolean>>();

/** Looks at every column of the database, once per catalog and list of patterns. */
function holdsAnything({ catalog, mask }: FateRules): boolean {
  if (!catalog.snapshot.complete) return true;
  const asked = holders.get(catalog) ?? new Map<readonly MaskPattern[], boolean>();
  holders.set(catalog, asked);
  const holds = asked.get(mask) ?? anyMatches(catalog, mask);
  if (asked.size < MOST_PATTERN_LISTS) asked.set(mask, holds);
  return holds;
}

function anyMatches(catalog: CatalogIndex, mask: readonly MaskPattern[]): boolean {
  return catalog.snapshot.relations.some((relation) =>
    relation.columns.some((column) => column.class !== undefined && matchesPattern(column.class, mask)),
  );
}

function fateOf(field: FieldDescription, output: OutputColumn | undefined, rules: Judging): ColumnFate {
  return strictest(fateByOrigin(field, rules), fateByLineage(field, output, rules));
}

function strictest(a: ColumnFate, b: ColumnFate): ColumnFate {
  const rank = (fate: ColumnFate): number => ['pass', 'scan', 'hide'].indexOf(fate.kind);
  if (a.kind === 'hide' && b.kind === 'hide') return a.class === 'opaque' ? b : a;
  return rank(a) >= rank(b) ? a : b;
}

/** What the server says where the value comes from. */
function fateByOrigin(field: FieldDescription, rules: Judging): ColumnFate {
  if (field.tableOid === 0) return PASS;
  const column = rules.catalog.column(field.tableOid, field.columnNumber);
  if (column !== undefined) return fateOfColumn(column, rules);
  const relation = rules.catalog.relation(field.tableOid);
  if (relation !== undefined) return fateOfRow(relation, rules);
  // A relation newer than the snapshot: what the lineage says is about another one of that name.
  return field.tableOid >= FIRST_USER_RELATION ? OPAQUE : PASS;
}

/** An unsure guess is treated as a column without a class. */
function fateOfColumn(column: CatalogColumn, rules: Judging): ColumnFate {
  const { class: dataClass, unsure } = column;
  return dataClass !== undefined && !unsure && matchesPattern(dataClass, rules.mask)
    ? { kind: 'hide', class: dataClass }
    : PASS;
}

/** `SELECT p FROM patients p` has an origin, but no attribute number: the value is the whole row. */
function fateOfRow(relation: CatalogRelation, rules: Judging): ColumnFate {
  return relation.columns.some((column) => fateOfColumn(column, rules).kind === 'hide') ? OPAQUE : PASS;
}

function fateByLineage(
  field: FieldDescription,
  output: OutputColumn | undefined,
  rules: Judging,
): ColumnFate {
  if (output === undefined) {
    if (isPlainColumn(field, rules)) return unclassed(field, rules);
    return rules.involved ? OPAQUE : unclassed(field, rules);
  }
  switch (output.how) {
    case 'harmless':
      return PASS;
    case 'opaque':
      return rules.involved ? OPAQUE : unclassed(field, rules);
    case 'direct':
    case 'derived': {
      const hidden = output.classes.find((dataClass) => isSure(dataClass, output, rules));
      return hidden === undefined ? unclassed(field, rules) : { kind: 'hide', class: hidden };
    }
  }
}

/** A class that only unsure guesses gave does not hide; what can't be looked up does. */
function isSure(dataClass: DataClass, output: OutputColumn, rules: Judging): boolean {
  if (!matchesPattern(dataClass, rules.mask)) return false;
  const holders = output.origins
    .map(({ relation, column }) => rules.catalog.column(relation, column))
    .filter((column) => column?.class === dataClass);
  return holders.length === 0 || holders.some((column) => column?.unsure !== true);
}

/** The server's word is enough for columns of tables; a view's column may be any expression. */
function isPlainColumn(field: FieldDescription, { catalog }: Judging): boolean {
  if (catalog.column(field.tableOid, field.columnNumber) === undefined) return false;
  const kind = catalog.relation(field.tableOid)?.kind;
  return kind !== undefined && kind !== 'view' && kind !== 'materialized';
}

function unclassed(field: FieldDescription, rules: Judging): ColumnFate {
  const column = rules.catalog.column(field.tableOid, field.columnNumber);
  // Somebody who may say so has said that there is nothing to hide: a label beats a guess, also one at the value.
  if (column?.source === 'label' && column.class === undefined) return PASS;
  const kind = cellKind(field.typeOid, column?.type);
  if (!isTextLike(kind)) return PASS;
  switch (rules.unclassified) {
    case 'scan':
      return SCAN;
    case 'mask':
      return OPAQUE;
    case 'pass':
      return PASS;
  }
}
