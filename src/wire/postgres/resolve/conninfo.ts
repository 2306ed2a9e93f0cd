import { unresolved } from './refusal.ts';
import type { Setting } from './settings.ts';

/** Longest connection string guard reads (characters); libpq has no limit, argv has. */
export const CONNECTION_STRING_LIMIT = 65_536;

/** isspace(3) in the C locale. */
const SPACES = ' \t\n\v\f\r';

/** A value that is echoed back may be a piece of a password. */
const PLAIN_KEYWORD = /^[a-z_]{1,32}$/;

/** True for what libpq takes apart instead of using it as a database name. */
export function isConnectionString(text: string): boolean {
  return isUri(text) || text.includes('=');
}

export function isUri(text: string): boolean {
  return text.startsWith('postgresql://') || text.startsWith('postgres://');
}

/** requiressl is no keyword any more, but libpq still translates it. */
export function translateDeprecated(keyword: string, value: string): readonly [string, string] {
  if (keyword !== 'requiressl') return [keyword, value];
  return ['sslmode', value.startsWith('1') ? 'require' : 'prefer'];
}

/** Refuses what libpq of this version does not know. The name is shown only when it can't be a piece of a password. */
export function checkKeyword(
  keyword: string,
  known: ReadonlyMap<string, unknown>,
  said: Iterable<string>,
): void {
  if (known.has(keyword)) return;
  const safe = PLAIN_KEYWORD.test(keyword) && ![...said].some((name) => name.includes('password'));
  throw unresolved(safe ? `invalid connection option "${keyword}"` : 'invalid connection option');
}

class Cursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get next(): string {
    return this.text.charAt(this.at);
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  skipSpaces(): void {
    while (!this.done && SPACES.includes(this.next)) this.at += 1;
  }

  /** One character, a backslash before it removed. */
  unescaped(): string {
    if (this.next === '\\') this.at += 1;
    const character = this.next;
    this.at += 1;
    return character;
  }
}

function readName(cursor: Cursor): string {
  const start = cursor.at;
  while (!cursor.done && cursor.next !== '=' && !SPACES.includes(cursor.next)) cursor.at += 1;
  const name = cursor.text.slice(start, cursor.at);
  cursor.skipSpaces();
  if (cursor.next !== '=')
    throw unresolved(`missing "=" after the word at character ${start + 1} of the connection string`);
  cursor.at += 1;
  cursor.skipSpaces();
  return name;
}

function readQuoted(cursor: Cursor): string {
  let value = '';
  cursor.at += 1;
  while (cursor.next !== "'") {
    if (cursor.done) throw unresolved('unterminated quoted string in the connection string');
    value += cursor.unescaped();
  }
  cursor.at += 1;
  return value;
}

function readPlain(cursor: Cursor): string {
  let value = '';
  while (!cursor.done && !SPACES.includes(cursor.next)) value += cursor.unescaped();
  cursor.at += 1;
  return value;
}

/**
 * Reads `keyword = value` pairs as conninfo_parse() of fe-connect.c does
 * (https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE). A later value of the same
 * keyword wins. Throws TARGET_UNRESOLVED.
 */
export function parseConninfo(text: string, known: ReadonlyMap<string, unknown>): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  const cursor = new Cursor(text);
  for (cursor.skipSpaces(); !cursor.done; cursor.skipSpaces()) {
    const name = readName(cursor);
    const raw = cursor.next === "'" ? readQuoted(cursor) : readPlain(cursor);
    const [keyword, value] = translateDeprecated(name, raw);
    checkKeyword(keyword, known, settings.keys());
    settings.set(keyword, { value, source: 'conninfo' });
  }
  return settings;
}

/** Writes a value for a conninfo string, always quoted. */
export function quoteConninfo(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
