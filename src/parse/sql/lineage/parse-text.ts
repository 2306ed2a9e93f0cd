import type { Node } from '../ast.ts';
import { rawParse } from '../library.ts';

/** Texts that guard reads from the catalog or remembers, in UTF-16 units; longer ones are not followed. */
const MAX_TEXT = 1_000_000;

const UNREADABLE = /[\0\p{Surrogate}]/u;

/** The statements of a text out of the catalog or the session's memory; undefined when it can't be read. */
export function parseText(text: string): readonly Node[] | undefined {
  if (text.length > MAX_TEXT || UNREADABLE.test(text)) return undefined;
  // libpg-query takes an empty text for a failure of its own.
  if (text === '') return [];
  const parsed = rawParse(text);
  if ('problem' in parsed) return undefined;
  const nodes: Node[] = [];
  for (const { stmt } of parsed.result.stmts ?? []) {
    if (stmt === undefined) return undefined;
    nodes.push(stmt);
  }
  return nodes;
}
