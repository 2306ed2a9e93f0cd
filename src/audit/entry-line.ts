import { hash } from 'node:crypto';
import type { EntryBody, EntryFrame } from '../model/audit-entry.ts';
import { SIGNATURE_BYTES, type SigningKey } from '../sign/signing-key.ts';
import { FIELDS, isObject, SIGNATURE } from './entry-shape.ts';

/**
 * One entry is one line of JSON. The signature covers the bytes of the line before `,"sig":`, so that a verifier never
 * has to write JSON again to check it (the lesson of DSSE); the next entry's `prev` covers the whole line.
 */
const SIGNATURE_HEAD = ',"sig":"';
const SIGNATURE_TAIL = '"}';
const SIGNATURE_CHARS = 8 + 1 + 88;
const SUFFIX_BYTES = SIGNATURE_HEAD.length + SIGNATURE_CHARS + SIGNATURE_TAIL.length;

/** A line is at most this long (bytes); what an entry holds is cut so that it can't be. */
export const MAX_LINE_BYTES = 1024 * 1024;
/** UTF-16 units; JSON writes at most six bytes for one, so that an entry stays below {@link MAX_LINE_BYTES}. */
const MAX_ENTRY_TEXT = 131_072;
const MAX_TEXT = 16_384;
const MAX_NAME = 256;
const MAX_ITEMS = 256;
const ITEM_COST = 16;
const MAX_DEPTH = 6;
const CUT = '…';

export const NO_HASH = '0'.repeat(64);

/** SHA-256 as hex: of a line without its newline, or of any bytes. */
export function sha256(bytes: string | Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** JSON already escapes C0; these are the other characters that steer a terminal or hide text (C1, bidi, zero width). */
const STEERING =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Characters that one entry may still spend; every item of a list or an object costs some, too. */
interface Budget {
  left: number;
}

function boundedText(text: string, limit: number, budget: Budget): string {
  const room = Math.max(0, Math.min(limit, budget.left));
  budget.left -= Math.min(text.length, room);
  if (text.length <= room) return text;
  const half = /[\ud800-\udbff]$/.test(text.slice(0, room)) ? 1 : 0;
  return text.slice(0, room - half) + CUT;
}

function boundedObject(value: Readonly<Record<string, unknown>>, depth: number, budget: Budget): unknown {
  const kept: [string, unknown][] = [];
  for (const [name, content] of Object.entries(value).slice(0, MAX_ITEMS)) {
    if (budget.left <= 0) break;
    budget.left -= ITEM_COST;
    kept.push([boundedText(name, MAX_NAME, budget), bounded(content, depth, budget)]);
  }
  return Object.fromEntries(kept);
}

function boundedList(value: readonly unknown[], depth: number, budget: Budget): unknown {
  const kept: unknown[] = [];
  for (const one of value.slice(0, MAX_ITEMS)) {
    if (budget.left <= 0) break;
    budget.left -= ITEM_COST;
    kept.push(bounded(one, depth, budget));
  }
  return kept;
}

/** The same value with texts, lists and depth cut: nobody outside decides how large an entry is. */
function bounded(value: unknown, depth: number, budget: Budget): unknown {
  if (typeof value === 'string') return boundedText(value, MAX_TEXT, budget);
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return CUT;
  if (Array.isArray(value)) return boundedList(value, depth - 1, budget);
  return isObject(value) ? boundedObject(value, depth - 1, budget) : CUT;
}

const FIELD_ORDER: readonly string[] = Object.keys(FIELDS);

/** The line up to its signature, fields in their fixed order. */
function unsignedLine(frame: Omit<EntryFrame, 'sig'>, body: EntryBody): string {
  const fields = new Map<string, unknown>([...Object.entries(body), ...Object.entries(frame)]);
  const budget = { left: MAX_ENTRY_TEXT };
  const ordered: Record<string, unknown> = {};
  for (const name of FIELD_ORDER) {
    const value = fields.get(name);
    if (value !== undefined) ordered[name] = bounded(value, MAX_DEPTH, budget);
  }
  return JSON.stringify(ordered).replace(STEERING, escaped).slice(0, -1);
}

/** The finished line without its newline. */
export function sealEntry(frame: Omit<EntryFrame, 'sig'>, body: EntryBody, key: SigningKey): Buffer {
  const unsigned = Buffer.from(unsignedLine(frame, body));
  const signature = `${key.public.id}:${key.sign(unsigned).toString('base64')}`;
  return Buffer.concat([unsigned, Buffer.from(SIGNATURE_HEAD + signature + SIGNATURE_TAIL)]);
}

export interface SealedLine {
  /** The bytes that were signed. */
  readonly signed: Uint8Array;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** Takes a line apart without reading its JSON; undefined when it does not end in a signature in its one spelling. */
export function openLine(line: Buffer): SealedLine | undefined {
  const at = line.length - SUFFIX_BYTES;
  if (at <= 0) return undefined;
  const suffix = line.toString('latin1', at);
  const text = suffix.slice(SIGNATURE_HEAD.length, -SIGNATURE_TAIL.length);
  if (suffix !== SIGNATURE_HEAD + text + SIGNATURE_TAIL || !SIGNATURE.test(text)) return undefined;
  const [keyId = '', encoded = ''] = text.split(':');
  const signature = Buffer.from(encoded, 'base64');
  // Base 64 has several spellings of the same bytes; only one is ours.
  if (signature.length !== SIGNATURE_BYTES || signature.toString('base64') !== encoded) return undefined;
  return { signed: line.subarray(0, at), keyId, signature };
}
