import type { Buffer } from 'node:buffer';
import { Buffer as Bytes } from 'node:buffer';
import type { NoticeFields, WireRefusal } from './gate.ts';
import { BodyReader, buildMessage, HEADER_BYTES, SERVER } from './message.ts';

/** SQLSTATEs that guard answers with (PostgreSQL appendix A). */
export const SQLSTATE = {
  policy: '42501',
  tooLarge: '54000',
  badText: '22021',
  unsupported: '0A000',
  violation: '08P01',
  unreachable: '08001',
  badPassword: '28P01',
  badUser: '28000',
  tooMany: '53300',
  lost: '08006',
  cancelled: '57014',
  stopping: '57P01',
  internal: 'XX000',
  syntax: '42601',
} as const;

/** ErrorResponse of a refusal. FATAL: the connection ends after it. */
export function encodeRefusal(refusal: WireRefusal, severity: 'ERROR' | 'FATAL' = 'ERROR'): Buffer {
  const fields = new Map([
    ['S', severity],
    ['V', severity],
    ['C', refusal.code],
    ['M', refusal.message],
  ]);
  if (refusal.detail !== undefined) fields.set('D', refusal.detail);
  if (refusal.hint !== undefined) fields.set('H', refusal.hint);
  return encodeFields(SERVER.error, fields);
}

/** NoticeResponse in guard's name. */
export function encodeNotice(message: string): Buffer {
  return encodeFields(
    SERVER.notice,
    new Map([
      ['S', 'NOTICE'],
      ['V', 'NOTICE'],
      ['C', '00000'],
      ['M', message],
    ]),
  );
}

/** The fields of an ErrorResponse or NoticeResponse (section 55.8); bytes that are not UTF-8 become U+FFFD. */
export function parseFields(bytes: Buffer, start: number, end: number): NoticeFields {
  const fields = new Map<string, string>();
  const body = new BodyReader(bytes, start + HEADER_BYTES, end);
  while (body.rest > 0) {
    const code = body.byte();
    if (code === 0) break;
    fields.set(String.fromCharCode(code), body.text());
  }
  return fields;
}

export function encodeFields(type: number, fields: NoticeFields): Buffer {
  const parts: (Uint8Array | string)[] = [];
  for (const [code, text] of fields) {
    if (!/^[A-Za-z]$/.test(code)) continue;
    parts.push(`${code}${text}`);
  }
  return buildMessage(type, ...parts, Bytes.alloc(1));
}

/** True when `scrub` changed nothing: then the server's own bytes are passed on. */
export function sameFields(a: NoticeFields, b: NoticeFields): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [code, text] of a) if (b.get(code) !== text) return false;
  return true;
}
