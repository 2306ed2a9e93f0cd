import { ENTRY_TYPES, ENTRY_VERSION, type EntryType } from '../model/audit-entry.ts';
import { VERDICTS } from '../model/verdict.ts';

/** What a field may hold. `words` is a list of texts, `counts` an object of whole numbers. */
export type FieldKind =
  | 'hash'
  | 'id'
  | 'time'
  | 'signature'
  | 'text'
  | 'whole'
  | 'flag'
  | 'words'
  | 'counts'
  | 'object'
  | 'list'
  | 'version'
  | 'type'
  | 'verdict';

/** Every field of every entry, in the order in which it stands in the line. */
export const FIELDS = {
  prev: 'hash',
  v: 'version',
  seq: 'whole',
  id: 'id',
  ts: 'time',
  mono: 'whole',
  type: 'type',
  host: 'text',
  origin: 'text',
  sess: 'text',
  parent: 'text',
  actor: 'object',
  target: 'object',
  env: 'object',
  cmd: 'object',
  intents: 'words',
  verdict: 'verdict',
  rule: 'text',
  matched: 'words',
  obligations: 'object',
  facts: 'object',
  parsed: 'text',
  bundle: 'text',
  purpose: 'object',
  answer: 'text',
  by: 'text',
  recount: 'object',
  count: 'whole',
  shapes: 'list',
  recovered: 'flag',
  rows: 'whole',
  masked: 'counts',
  tag: 'text',
  error: 'text',
  because: 'text',
  details: 'object',
  reason: 'text',
  bytes: 'whole',
  sha256: 'hash',
  entries: 'whole',
  segment: 'whole',
  key: 'text',
  dur_ms: 'whole',
  sig: 'signature',
} as const satisfies Readonly<Record<string, FieldKind>>;

export type FieldName = keyof typeof FIELDS;

export const FRAME_FIELDS = [
  'prev',
  'v',
  'seq',
  'id',
  'ts',
  'mono',
  'type',
  'host',
  'origin',
  'sig',
] as const;

const NOTE = { needs: ['sess', 'actor', 'details'], may: ['target', 'env'] } as const;

interface FieldsOfType {
  readonly needs: readonly FieldName[];
  readonly may: readonly FieldName[];
}

/** Beside the frame: what an entry of each type must and may have. */
export const FIELDS_OF_TYPE: Readonly<Record<EntryType, FieldsOfType>> = {
  'session.start': NOTE,
  'session.end': NOTE,
  'policy.load': NOTE,
  'target.label': NOTE,
  'catalog.label': NOTE,
  'mask.error': NOTE,
  'state.migrate': NOTE,
  decision: {
    needs: [
      ...(['sess', 'actor', 'target', 'env', 'cmd', 'intents', 'verdict', 'rule', 'matched'] as const),
      ...(['obligations', 'facts', 'parsed', 'bundle'] as const),
    ],
    may: ['purpose'],
  },
  answer: { needs: ['sess', 'parent', 'answer', 'by', 'dur_ms'], may: ['recount'] },
  result: { needs: ['sess', 'parent', 'rows', 'masked', 'dur_ms'], may: ['tag', 'error', 'because'] },
  reads: { needs: ['actor', 'count', 'shapes'], may: ['recovered'] },
  gap: { needs: ['reason'], may: ['bytes', 'sha256', 'entries'] },
  segment: { needs: ['segment', 'key'], may: [] },
  key: { needs: ['key'], may: [] },
};

export const HASH = /^[0-9a-f]{64}$/;
export const ENTRY_ID = /^[0-9A-HJKMNP-TV-Z]{36}$/;
/** ISO 8601 in UTC with milliseconds, as Date.toISOString() writes it. */
export const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const SIGNATURE = /^[0-9a-f]{8}:[A-Za-z0-9+/]{86}==$/;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isText(value: unknown, format?: RegExp): boolean {
  return typeof value === 'string' && (format === undefined || format.test(value));
}

const CHECKS: Readonly<Record<FieldKind, (value: unknown) => boolean>> = {
  hash: (value) => isText(value, HASH),
  id: (value) => isText(value, ENTRY_ID),
  time: (value) => isText(value, TIMESTAMP),
  signature: (value) => isText(value, SIGNATURE),
  text: (value) => isText(value),
  whole: isWhole,
  flag: (value) => typeof value === 'boolean',
  words: (value) => Array.isArray(value) && value.every((one) => isText(one)),
  counts: (value) => isObject(value) && Object.values(value).every(isWhole),
  object: isObject,
  list: (value) => Array.isArray(value) && value.every(isObject),
  version: (value) => value === ENTRY_VERSION,
  type: (value) => ENTRY_TYPES.some((one) => one === value),
  verdict: (value) => VERDICTS.some((one) => one === value),
};

export function isEntryType(value: unknown): value is EntryType {
  return ENTRY_TYPES.some((one) => one === value);
}

function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(FIELDS, name);
}

/** Why `value` is no entry, in one clause without its content; undefined when it is one. Looks at the outer fields only. */
export function shapeProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'it is no object';
  const type = value['type'];
  if (value['v'] !== ENTRY_VERSION) return 'its version is not known here';
  if (!isEntryType(type)) return 'its type is not known';
  const { needs, may } = FIELDS_OF_TYPE[type];
  const allowed: readonly FieldName[] = [...FRAME_FIELDS, ...needs, ...may];
  const missing = [...FRAME_FIELDS, ...needs].find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return `it has no field ${missing}`;
  for (const [name, content] of Object.entries(value)) {
    if (!isFieldName(name) || !allowed.includes(name))
      return 'it has a field that does not belong to its type';
    if (!CHECKS[FIELDS[name]](content)) return `its field ${name} is malformed`;
  }
  return undefined;
}
