import { createHmac, timingSafeEqual } from 'node:crypto';

/** A line of psql on its way over the wire, as both threads of a session know it. */
export interface LineMark {
  readonly number: number;
  readonly before: string;
  readonly behind: string;
}

export interface SentLine {
  readonly number: number;
  /** Exactly what stands in psql's line. */
  readonly line: string;
}

const DIGITS = 32;
const BEHIND_DIGITS = 16;

/**
 * psql's lookup of a function by name for `\sf NAME`: the only thing that sends a text over the wire as it is and leaves
 * nothing behind in psql, neither in its query buffers nor in its variables (psql's command.c, lookup_object_oid).
 */
const LOOKUP =
  /^SELECT ( ?E)?'guard(\d{1,9})_([\s\S]*)'::pg_catalog\.reg(?:proc|procedure)::pg_catalog\.oid$/;
const BEGINNING = /^SELECT {1,2}E?'guard\d/;

function digits(secret: string, what: string, length: number): string {
  return createHmac('sha256', secret).update(what).digest('hex').slice(0, length);
}

/** What surrounds line `number` on the wire: only who knows the secret can make it. */
export function lineMark(secret: string, number: number): LineMark {
  return {
    number,
    before: `guard${number}_${digits(secret, `before ${number}`, DIGITS)}`,
    behind: digits(secret, `behind ${number}`, BEHIND_DIGITS),
  };
}

function equal(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** Undoes libpq's quoting (appendStringLiteralConn): doubled quotes, and doubled backslashes behind E. */
function unquote(text: string, escaped: boolean): string {
  const plain = text.replaceAll("''", "'");
  return escaped ? plain.replaceAll('\\\\', '\\') : plain;
}

/** The line that a statement carries; undefined for every statement that psql did not send for guard. */
export function readSentLine(statement: string, secret: string): SentLine | undefined {
  if (!BEGINNING.test(statement)) return undefined;
  const [, escaped, number, body] = LOOKUP.exec(statement) ?? [];
  if (number === undefined || body === undefined) return undefined;
  const mark = lineMark(secret, Number(number));
  const text = `guard${number}_${unquote(body, escaped !== undefined)}`;
  const end = text.length - mark.behind.length;
  if (end < mark.before.length) return undefined;
  if (!equal(text.slice(0, mark.before.length), mark.before) || !equal(text.slice(end), mark.behind))
    return undefined;
  return { number: mark.number, line: text.slice(mark.before.length, end) };
}
