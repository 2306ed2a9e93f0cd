import { isTreeObject, type Node } from './ast.ts';
import { rawDeparse, rawParse } from './library.ts';

const POSITION_FIELDS = new Set([
  'location',
  'stmt_location',
  'stmt_len',
  'rexpr_list_start',
  'rexpr_list_end',
  'list_start',
  'list_end',
]);

/**
 * A statement's text made from its tree; undefined when the text does not read back as the very same tree
 * (the deparser silently drops a few rare clauses).
 */
export function deparseNode(node: Node): string | undefined {
  const text = rawDeparse(node);
  if (text === undefined || text.includes('\0')) return undefined;
  const parsed = rawParse(text);
  if ('problem' in parsed || parsed.result.stmts?.length !== 1) return undefined;
  return canonical(parsed.result.stmts[0]?.stmt) === canonical(node) ? text : undefined;
}

/** A tree as text: keys in one order, positions left out. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (key, child: unknown) => {
    if (POSITION_FIELDS.has(key)) return undefined;
    if (!isTreeObject(child)) return child;
    return Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
