import {
  ENTRY_ID,
  FIELDS,
  FIELDS_OF_TYPE,
  type FieldKind,
  type FieldName,
  FRAME_FIELDS,
  HASH,
  SIGNATURE,
  TIMESTAMP,
} from '../../src/audit/entry-shape.ts';
import { ENTRY_TYPES, ENTRY_VERSION, type EntryType } from '../../src/model/audit-entry.ts';
import { VERDICTS } from '../../src/model/verdict.ts';

/** As much of JSON Schema (draft 2020-12) as is used here. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

const TEXT: JsonSchema = { type: 'string' };
const TEXTS: JsonSchema = { type: 'array', items: TEXT };
const WHOLE: JsonSchema = { type: 'integer', minimum: 0 };
const COUNTS: JsonSchema = { type: 'object', additionalProperties: WHOLE };

function pattern(format: RegExp): JsonSchema {
  return { type: 'string', pattern: format.source };
}

const KINDS: Readonly<Record<Exclude<FieldKind, 'type'>, JsonSchema>> = {
  hash: pattern(HASH),
  id: pattern(ENTRY_ID),
  time: pattern(TIMESTAMP),
  signature: pattern(SIGNATURE),
  text: TEXT,
  whole: WHOLE,
  flag: { type: 'boolean' },
  words: TEXTS,
  counts: COUNTS,
  object: { type: 'object' },
  list: { type: 'array', items: { type: 'object' } },
  version: { const: ENTRY_VERSION },
  verdict: { enum: VERDICTS },
};

function object(
  needs: Readonly<Record<string, JsonSchema>>,
  may: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  return { type: 'object', properties: { ...needs, ...may }, required: Object.keys(needs) };
}

const ROWS = object({}, { estimate: { type: 'number' }, exact: { type: 'number' }, of: { type: 'number' } });

/** Fields whose inside is worth telling; more members may follow in later versions. */
const INSIDES: Partial<Readonly<Record<FieldName, JsonSchema>>> = {
  actor: object(
    { kind: { enum: ['human', 'agent', 'ci'] }, id: TEXT, uid: WHOLE },
    { groups: TEXTS, mfa: { type: 'boolean' }, onBehalfOf: TEXT, agent: object({ name: TEXT }) },
  ),
  target: object(
    { kind: TEXT, name: TEXT },
    { host: TEXT, port: WHOLE, database: TEXT, user: TEXT, identity: TEXT },
  ),
  env: object({ class: { enum: ['prod', 'staging', 'dev'] }, name: TEXT, because: TEXT }),
  cmd: object({ masked: TEXT, tag: TEXT, len: WHOLE }),
  obligations: object({ mask: TEXTS }, { maxRows: WHOLE }),
  facts: object(
    { tables: TEXTS, columns: TEXTS, classes: TEXTS },
    { rows: ROWS, scale: TEXT, cascades: TEXTS },
  ),
  purpose: object({}, { ticket: TEXT, text: TEXT }),
  shapes: {
    type: 'array',
    items: object({
      ...{
        sess: TEXT,
        fingerprint: TEXT,
        shape: TEXT,
        target: TEXT,
        tables: TEXTS,
        classes: TEXTS,
        rule: TEXT,
      },
      ...{ count: WHOLE, done: WHOLE, rows: WHOLE, errors: WHOLE, masked: COUNTS, dur_ms: WHOLE },
    }),
  },
};

function fieldSchema(name: FieldName, type: EntryType): JsonSchema {
  const kind: FieldKind = FIELDS[name];
  if (kind === 'type') return { const: type };
  return INSIDES[name] ?? KINDS[kind];
}

function typeSchema(type: EntryType): JsonSchema {
  const { needs, may } = FIELDS_OF_TYPE[type];
  const required: readonly FieldName[] = [...FRAME_FIELDS, ...needs];
  const properties = [...required, ...may].map((name) => [name, fieldSchema(name, type)] as const);
  return {
    title: type,
    type: 'object',
    properties: Object.fromEntries(properties),
    required,
    additionalProperties: false,
  };
}

/** The JSON Schema of one line of the log; `entry.schema.json` is this, written down. */
export function entrySchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'guard audit entry',
    description:
      'One line of the audit log. `prev` stands first and `sig` last; `sig` covers the bytes before `,"sig":`.',
    oneOf: ENTRY_TYPES.map(typeSchema),
  };
}
