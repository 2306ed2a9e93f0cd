import type { Writable } from 'node:stream';
import { printable } from '../terminal/printable.ts';
import { promptStyle } from './style.ts';

/** Dim, so that it does not compete with the program's own output. */
const DIM = '\x1b[2m';
const NORMAL = '\x1b[22m';

/** One dim line on standard error: what guard does in this session. Never on standard output. */
export function sessionNotice(
  text: string,
  stream: Writable & { readonly isTTY?: boolean } = process.stderr,
  env: Readonly<Record<string, string | undefined>> = process.env,
): void {
  const line = printable(text);
  const dim = stream.isTTY === true && promptStyle(env).color;
  stream.write(dim ? `${DIM}${line}${NORMAL}\n` : `${line}\n`);
}
