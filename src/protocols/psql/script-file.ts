import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes of one script, and of all that one run reads. */
export const MOST_SCRIPT_BYTES = 64 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

/** `absent`: psql can't open it either and says so itself. `unread`: it would run, and guard can't say what. */
export type ScriptFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'unread'; readonly why: string };

/** Up to `most` bytes; undefined when there are more. Pipes (`<(…)`) are read to their end. */
function readAll(fd: number, most: number): Buffer | undefined {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const read = readSync(fd, piece, 0, PIECE_BYTES, null);
    if (read === 0) return Buffer.concat(pieces, length);
    length += read;
    if (length > most) return undefined;
    pieces.push(piece.subarray(0, read));
  }
}

/** The bytes of a script as text; a byte order mark stays where it is. */
export function scriptText(bytes: Buffer): ScriptFile {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? { kind: 'unread', why: 'it holds a zero byte' } : { kind: 'text', text };
  } catch {
    return { kind: 'unread', why: 'it is not UTF-8' };
  }
}

/** A file as psql would open it; `most`: bytes that may still be read. */
export function readScriptFile(path: string, most: number): ScriptFile {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { kind: 'absent', why: missing ? 'there is no such file' : 'it can not be opened' };
  }
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) return { kind: 'absent', why: 'it is a folder' };
    const bytes = stats.isFile() && stats.size > most ? undefined : readAll(fd, most);
    return bytes === undefined
      ? { kind: 'unread', why: 'it is too large to be read whole' }
      : scriptText(bytes);
  } catch {
    return { kind: 'absent', why: 'it can not be read' };
  } finally {
    closeSync(fd);
  }
}
