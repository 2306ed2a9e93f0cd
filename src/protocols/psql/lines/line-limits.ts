import { CONDITIONAL, CONTROL_CHARACTERS, EDITOR, ELSEWHERE, INCLUDE, LOCKING } from './line-messages.ts';
import type { LineRefusal } from './line-port.ts';

/** `hidden`: psql must not be shown the line again, not even closed. */
interface LineLimit extends LineRefusal {
  readonly hidden?: boolean;
}

/** Control characters that a paste does not carry as they are. */
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/;
/** Names behind a backslash, wherever it stands: one too many is refused, none is missed. */
const NAME = /\\([A-Za-z_]{1,32})/g;

/** `\\c` with a database and a user alone leads back to guard; anything else may not. */
const CONNECT = /\\(?:c|connect)(?![A-Za-z_])([^\\]*)/g;
const STAYS = /^(?:\s+[\w.-]{1,63}){0,2}\s*$/;
/** Where later connections lead. */
const CONNECTION_SETTING = /\\setenv\s+(?!\w+(?:\s|$))|\\setenv\s+PG/i;

function leavesGuard(text: string): boolean {
  if (CONNECTION_SETTING.test(text)) return true;
  return [...text.matchAll(CONNECT)].some(([, rest = '']) => !STAYS.test(rest));
}

const LIMITS: ReadonlyMap<string, LineLimit> = new Map([
  ...['i', 'ir', 'include', 'include_relative'].map((name) => [name, INCLUDE] as const),
  ...['e', 'edit', 'ef', 'ev'].map((name) => [name, EDITOR] as const),
  ...['if', 'elif', 'else', 'endif'].map((name) => [name, CONDITIONAL] as const),
  ...['restrict', 'unrestrict'].map((name) => [name, LOCKING] as const),
]);

/** What this line layer can't carry out safely, whatever the policy says; undefined when it can. */
export function limitLine(text: string): LineLimit | undefined {
  if (CONTROLS.test(text)) return { ...CONTROL_CHARACTERS, hidden: true };
  if (leavesGuard(text)) return ELSEWHERE;
  for (const [, name = ''] of text.matchAll(NAME)) {
    const limit = LIMITS.get(name);
    if (limit !== undefined) return limit;
  }
  return undefined;
}
