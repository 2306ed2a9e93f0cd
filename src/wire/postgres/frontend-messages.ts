import { type Buffer, isUtf8 } from 'node:buffer';
import { type RawText, rawText } from '../../model/text.ts';
import type { BoundParameters, WireRefusal } from './gate.ts';
import { BodyReader, HEADER_BYTES, violation } from './message.ts';
import { SQLSTATE } from './refusal.ts';

export const BAD_TEXT: WireRefusal = {
  code: SQLSTATE.badText,
  message: 'guard: the statement is not valid UTF-8 text',
  detail: 'What guard can not read exactly as the server reads it is not passed on.',
  hint: 'Send UTF-8 without zero bytes (client_encoding is UTF8 behind guard).',
};

/** SQL text as the server will read it; `undefined` when the bytes are not UTF-8. */
function decodeText(bytes: Buffer): RawText | undefined {
  return isUtf8(bytes) ? rawText(bytes.toString('utf8')) : undefined;
}

/** The text of a Query at `bytes[start..end)`; `undefined` for invalid UTF-8, NUL inside or no terminator. */
export function readQuery(bytes: Buffer, start: number, end: number): RawText | undefined {
  const from = start + HEADER_BYTES;
  const zero = bytes.indexOf(0, from);
  return zero === end - 1 ? decodeText(bytes.subarray(from, zero)) : undefined;
}

export interface ParseMessage {
  readonly name: string;
  readonly text: RawText;
  readonly types: readonly number[];
}

/** `undefined` when a text in it is not UTF-8 or the message is longer than its texts say (a NUL inside). */
export function readParse(message: Buffer): ParseMessage | undefined {
  const body = new BodyReader(message, HEADER_BYTES, message.length);
  const name = decodeText(body.terminated());
  const text = decodeText(body.terminated());
  if (body.rest < 2) return undefined;
  const count = body.int16() & 0xffff;
  if (name === undefined || text === undefined || body.rest !== count * 4) return undefined;
  const types: number[] = [];
  for (let i = 0; i < count; i += 1) types.push(body.uint32());
  return { name, text, types };
}

export interface BindMessage {
  readonly portal: string;
  readonly statement: string;
  /** Where the parameter formats begin in the message. */
  readonly at: number;
}

export function readBind(message: Buffer): BindMessage | undefined {
  const body = new BodyReader(message, HEADER_BYTES, message.length);
  const portal = decodeText(body.terminated());
  const statement = decodeText(body.terminated());
  if (portal === undefined || statement === undefined) return undefined;
  return { portal, statement, at: message.length - body.rest };
}

/** Bound values, read when they are asked for: most statements are judged without them. */
export class LazyBound implements BoundParameters {
  readonly types: readonly number[];
  readonly #message: Buffer;
  readonly #at: number;
  #read: { readonly formats: readonly number[]; readonly values: readonly (Uint8Array | null)[] } | undefined;

  constructor(message: Buffer, at: number, types: readonly number[]) {
    this.#message = message;
    this.#at = at;
    this.types = types;
  }

  get formats(): readonly number[] {
    return this.#parsed().formats;
  }

  get values(): readonly (Uint8Array | null)[] {
    return this.#parsed().values;
  }

  #parsed(): { readonly formats: readonly number[]; readonly values: readonly (Uint8Array | null)[] } {
    this.#read ??= this.#parse();
    return this.#read;
  }

  #parse(): { readonly formats: readonly number[]; readonly values: readonly (Uint8Array | null)[] } {
    const body = new BodyReader(this.#message, this.#at, this.#message.length);
    const formats: number[] = [];
    for (let left = body.int16() & 0xffff; left > 0; left -= 1) formats.push(body.int16());
    const values: (Uint8Array | null)[] = [];
    for (let left = body.int16() & 0xffff; left > 0; left -= 1) {
      const length = body.int32();
      values.push(length === -1 ? null : body.take(length));
    }
    return { formats, values };
  }
}

export interface NamedMessage {
  readonly of: 'statement' | 'portal';
  readonly name: string;
}

/** Describe and Close: `S` or `P` and a name. */
export function readNamed(message: Buffer): NamedMessage | undefined {
  const body = new BodyReader(message, HEADER_BYTES, message.length);
  const kind = String.fromCharCode(body.byte());
  const name = decodeText(body.terminated());
  if (kind !== 'S' && kind !== 'P') throw violation('Describe or Close of neither statement nor portal');
  if (name === undefined || body.rest !== 0) return undefined;
  return { of: kind === 'S' ? 'statement' : 'portal', name };
}

export function readExecute(message: Buffer): string | undefined {
  const body = new BodyReader(message, HEADER_BYTES, message.length);
  const portal = decodeText(body.terminated());
  return body.rest === 4 ? portal : undefined;
}

const BACKSLASH = 0x5c;

/**
 * True when what the text means depends on standard_conforming_strings or client_encoding: then it may only
 * follow a ReadyForQuery, before which the server reports a change of either.
 */
export function dependsOnSettings(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH || code > 0x7f) return true;
  }
  return false;
}

/** `name` as an SQL identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
