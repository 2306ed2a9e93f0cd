import type { Writable } from 'node:stream';
import { shown, signs } from './lines.ts';
import { promptStyle } from './style.ts';

/** Dim, so that it does not compete with the program's own output. */
const DIM = '\x1b[2m';
const NORMAL = '\x1b[22m';

/** One dim line on standard error: what guard does in this session. Never on standard output. ASCII where that is all the terminal reads. */
export function sessionNotice(
  text: string,
  stream: Writable & { readonly isTTY?: boolean } = process.stderr,
  env: Readonly<Record<string, string | undefined>> = process.env,
): void {
  const style = promptStyle(env);
  const line = shown(style.unicode ? text : text.replaceAll('·', signs(style).dot), style);
  const dim = stream.isTTY === true && style.color;
  stream.write(dim ? `${DIM}${line}${NORMAL}\n` : `${line}\n`);
}
