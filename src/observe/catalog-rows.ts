import type {
  CatalogCast,
  CatalogFunction,
  CatalogRule,
  CatalogTrigger,
  ForeignKey,
  RelationKind,
} from '../model/catalog.ts';

/** A JSON document of CATALOG_SQL, taken apart without trusting its shape. */
type Json = unknown;

const RELATION_KINDS: ReadonlyMap<string, RelationKind> = new Map([
  ['r', 'table'],
  ['p', 'partitioned'],
  ['v', 'view'],
  ['m', 'materialized'],
  ['f', 'foreign'],
  ['S', 'sequence'],
]);

/** pg_constraint.confdeltype and confupdtype (PostgreSQL 18, 51.13). */
const ACTIONS: ReadonlyMap<string, ForeignKey['onDelete']> = new Map([
  ['a', 'no action'],
  ['r', 'restrict'],
  ['c', 'cascade'],
  ['n', 'set null'],
  ['d', 'set default'],
]);

/** Bits of pg_trigger.tgtype (src/include/catalog/pg_trigger.h). */
const TRIGGER_EVENTS = [
  ['insert', 4],
  ['delete', 8],
  ['update', 16],
  ['truncate', 32],
] as const;

const VOLATILITIES: ReadonlyMap<string, CatalogFunction['volatility']> = new Map([
  ['i', 'immutable'],
  ['s', 'stable'],
  ['v', 'volatile'],
]);
const ROUTINE_KINDS: ReadonlyMap<string, CatalogFunction['kind']> = new Map([
  ['f', 'function'],
  ['p', 'procedure'],
  ['a', 'aggregate'],
  ['w', 'window'],
]);

/** One relation before its columns have classes. */
export interface RelationRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  readonly rows: number;
  readonly temporary: boolean;
  readonly comment?: string;
  readonly definition?: string;
  readonly parents: readonly number[];
  readonly triggers: readonly CatalogTrigger[];
  readonly rules: readonly CatalogRule[];
  readonly columns: readonly ColumnRow[];
}

export interface ColumnRow {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly typeOid: number;
  readonly comment?: string;
  readonly generated?: string;
  readonly defaultCalls?: readonly string[];
  readonly primaryKey: boolean;
}

export interface KeyRow extends ForeignKey {
  readonly columns: readonly number[];
}

/** Reads a `relation` document; undefined when it is none. */
export function relationRow(json: Json): RelationRow | undefined {
  const fields = record(json);
  const kind = RELATION_KINDS.get(text(fields['kind']) ?? '');
  const oid = number(fields['oid']);
  const [schema, name] = [text(fields['schema']), text(fields['name'])];
  if (kind === undefined || oid === undefined || schema === undefined || name === undefined) return undefined;
  return {
    oid,
    schema,
    name,
    kind,
    rows: number(fields['rows']) ?? -1,
    temporary: fields['temporary'] === true,
    ...optional('comment', text(fields['comment'])),
    ...optional('definition', text(fields['definition'])),
    parents: list(fields['parents']).flatMap((value) => number(value) ?? []),
    triggers: list(fields['triggers']).flatMap((value) => triggerRow(value) ?? []),
    rules: list(fields['rules']).flatMap((value) => ruleRow(value) ?? []),
    columns: list(fields['columns']).flatMap((value) => columnRow(value) ?? []),
  };
}

function columnRow(json: Json): ColumnRow | undefined {
  const cells = list(json);
  const [attnum, typeOid] = [number(cells[0]), number(cells[3])];
  const [name, type] = [text(cells[1]), text(cells[2])];
  if (attnum === undefined || typeOid === undefined || name === undefined || type === undefined)
    return undefined;
  return {
    number: attnum,
    name,
    type,
    typeOid,
    ...optional('comment', text(cells[4])),
    ...optional('generated', text(cells[5])),
    primaryKey: cells[6] === true,
    ...some('defaultCalls', texts(cells[7])),
  };
}

function triggerRow(json: Json): CatalogTrigger | undefined {
  const [name, bits, schema, routine] = list(json);
  const [label, mask, owner, body] = [text(name), number(bits), text(schema), text(routine)];
  if (label === undefined || mask === undefined || owner === undefined || body === undefined)
    return undefined;
  return {
    name: label,
    events: TRIGGER_EVENTS.filter(([, bit]) => (mask & bit) !== 0).map(([event]) => event),
    function: `${owner}.${body}`,
  };
}

/** pg_rewrite.ev_type (PostgreSQL 18, 51.45): a CmdType. */
const RULE_EVENTS: ReadonlyMap<string, CatalogRule['event']> = new Map([
  ['1', 'select'],
  ['2', 'update'],
  ['3', 'insert'],
  ['4', 'delete'],
]);

function ruleRow(json: Json): CatalogRule | undefined {
  const [label, type, definition] = list(json).map(text);
  const event = RULE_EVENTS.get(type ?? '');
  if (label === undefined || event === undefined) return undefined;
  return { name: label, event, ...optional('definition', definition) };
}

/** Reads a `key` document. */
export function keyRow(json: Json): KeyRow | undefined {
  const [name, from, to, onDelete, onUpdate, columns, referenced] = list(json);
  const [label, source, target] = [text(name), number(from), number(to)];
  if (label === undefined || source === undefined || target === undefined) return undefined;
  return {
    name: label,
    from: source,
    to: target,
    onDelete: ACTIONS.get(text(onDelete) ?? '') ?? 'no action',
    onUpdate: ACTIONS.get(text(onUpdate) ?? '') ?? 'no action',
    columns: list(columns).flatMap((value) => number(value) ?? []),
    referenced: list(referenced).flatMap((value) => number(value) ?? []),
  };
}

/** Reads a `function` document. Unknown volatility and kind count as the dangerous ones. */
export function functionRow(json: Json): CatalogFunction | undefined {
  const [schema, name, language, volatility, definer, kind, definition, extension] = list(json);
  const [owner, label, tongue] = [text(schema), text(name), text(language)];
  if (owner === undefined || label === undefined || tongue === undefined) return undefined;
  return {
    schema: owner,
    name: label,
    language: tongue,
    volatility: VOLATILITIES.get(text(volatility) ?? '') ?? 'volatile',
    securityDefiner: definer === true,
    kind: ROUTINE_KINDS.get(text(kind) ?? '') ?? 'function',
    ...optional('definition', text(definition)),
    ...(extension === true ? { extension } : {}),
  };
}

/** `{}` of an object, `[]` of a list: what is not there is simply missing. */
export function record(json: Json): Readonly<Record<string, Json>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : {};
}

export function list(json: Json): readonly Json[] {
  return Array.isArray(json) ? json : [];
}

export function number(json: Json): number | undefined {
  return typeof json === 'number' && Number.isFinite(json) ? json : undefined;
}

export function text(json: Json): string | undefined {
  return typeof json === 'string' ? json : undefined;
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  if (value === undefined || value === '') return {};
  const entry: { [K in Key]?: string } = {};
  entry[key] = value;
  return entry;
}

function texts(json: Json): readonly string[] {
  return list(json).flatMap((value) => text(value) ?? []);
}

function some<Key extends string>(
  key: Key,
  values: readonly string[],
): { readonly [K in Key]?: readonly string[] } {
  if (values.length === 0) return {};
  const entry: { [K in Key]?: readonly string[] } = {};
  entry[key] = values;
  return entry;
}

/** Reads the `operators` document. */
export function operatorSymbols(json: Json): readonly string[] {
  return texts(json);
}

/** Reads a `cast` document; what is not clear counts as the dangerous one. */
export function castRow(json: Json): CatalogCast | undefined {
  const [source, target, unasked] = list(json);
  const [from, to] = [text(source), text(target)];
  return from === undefined || to === undefined
    ? undefined
    : { source: from, target: to, unasked: unasked !== false };
}
