import type { SqlLiteral } from './literals.ts';

/** A text with its plain literals taken out. */
export interface SqlShape {
  /** The text with a control character in place of each literal: one for strings, one for each size of integer. */
  readonly key: string;
  readonly literals: readonly SqlLiteral[];
}

/** Longer texts have no shape (UTF-16 code units), nor have those of more literals. */
const LONGEST = 4_096;
const MOST_LITERALS = 200;

/** Printable ASCII and white space that every PostgreSQL knows, without the backslash. */
const PLAIN = /^[\t\n\f\r\x20-\x5b\x5d-\x7e]*$/;

const STRING = '\x01';
const INTEGER = '\x02';
const BIG_INTEGER = '\x03';
/** Any number of so many digits is an int4; of so many more an int8; between and beyond it depends on the number. */
const INTEGER_DIGITS = 9;
const BIG_DIGITS = { least: 11, most: 18 } as const;

/** What a character begins: itself only, a word, a number, a string, a quoted name, or something that has no shape. */
const [SELF, WORD, DIGIT, QUOTE, NAME, REFUSED] = [0, 1, 2, 3, 4, 5];

function classOf(code: number): number {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) return WORD;
  if (/[0-9]/.test(character)) return DIGIT;
  return { "'": QUOTE, '"': NAME, $: REFUSED }[character] ?? SELF;
}

const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => classOf(code));

/** What may follow a word or number without being part of it: no word, number or dollar sign. */
function continues(code: number): boolean {
  const kind = CLASSES[code];
  return kind === WORD || kind === DIGIT || kind === REFUSED;
}

/**
 * The shape of a text in a small language that PostgreSQL's lexer (scan.l) cuts into the same tokens whatever stands in
 * the literals: ASCII, strings of plain quotes without a prefix, whole numbers with a blank or an operator around them. Comments,
 * dollar quotes, parameters, backslashes, prefixes (E'', U&'', B'', X'', N''), fractions and exponents give `undefined`: such a
 * text has no shape. Two texts of one key differ in nothing but the values of literals of the same types.
 */
export function sqlShape(text: string): SqlShape | undefined {
  if (text.length > LONGEST || !PLAIN.test(text)) return undefined;
  const draft: Draft = { key: '', copied: 0, literals: [] };
  let at = 0;
  while (at < text.length) {
    const kind = CLASSES[text.charCodeAt(at)];
    const end = endOfToken(text, at, kind);
    if (end < 0 || draft.literals.length > MOST_LITERALS) return undefined;
    if (kind === QUOTE) takeOut(draft, text, { start: at, end, kind: 'string' });
    else if (kind === DIGIT) takeOut(draft, text, { start: at, end, kind: 'number' });
    at = end;
  }
  return { key: draft.key + text.slice(draft.copied), literals: draft.literals };
}

interface Draft {
  key: string;
  copied: number;
  readonly literals: SqlLiteral[];
}

function takeOut(draft: Draft, text: string, literal: SqlLiteral): void {
  draft.key += text.slice(draft.copied, literal.start) + markOf(literal);
  draft.copied = literal.end;
  draft.literals.push(literal);
}

const NONE = -1;

function endOfToken(text: string, at: number, kind: number | undefined): number {
  switch (kind) {
    case WORD:
      return endOfWord(text, at);
    case DIGIT:
      return endOfNumber(text, at);
    case QUOTE:
      return endOfQuoted(text, at, "'");
    case NAME:
      return endOfQuoted(text, at, '"');
    case SELF:
      return endOfSelf(text, at);
    default:
      return NONE;
  }
}

const DASH = 45;
const DOT = 46;
const ZERO = 48;
const SLASH = 47;
const STAR = 42;
const AMPERSAND = 38;
const SINGLE = 39;
const DOUBLE = 34;

/** A character of its own, unless it begins a comment, or a number behind a dot. */
function endOfSelf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  const next = text.charCodeAt(at + 1);
  const refused =
    (code === DASH && next === DASH) ||
    (code === SLASH && next === STAR) ||
    (code === DOT && CLASSES[next] === DIGIT);
  return refused ? NONE : at + 1;
}

/** A word that is no prefix of a string or name. */
function endOfWord(text: string, at: number): number {
  let end = at + 1;
  while (CLASSES[text.charCodeAt(end)] === WORD || CLASSES[text.charCodeAt(end)] === DIGIT) end += 1;
  const next = text.charCodeAt(end);
  const after = text.charCodeAt(end + 1);
  const prefix = next === SINGLE || (next === AMPERSAND && (after === SINGLE || after === DOUBLE));
  return prefix || CLASSES[next] === REFUSED ? NONE : end;
}

function endOfNumber(text: string, at: number): number {
  let end = at + 1;
  while (CLASSES[text.charCodeAt(end)] === DIGIT) end += 1;
  const next = text.charCodeAt(end);
  const digits = end - at;
  const leadingZero = digits > 1 && text.charCodeAt(at) === ZERO;
  return next === DOT || continues(next) || leadingZero || !isSized(digits) ? NONE : end;
}

function isSized(digits: number): boolean {
  return digits <= INTEGER_DIGITS || (digits >= BIG_DIGITS.least && digits <= BIG_DIGITS.most);
}

function markOf({ start, end, kind }: SqlLiteral): string {
  if (kind === 'string') return STRING;
  return end - start <= INTEGER_DIGITS ? INTEGER : BIG_INTEGER;
}

/** Behind the closing quote; a doubled one belongs to what is quoted. */
function endOfQuoted(text: string, from: number, quote: string): number {
  let close = text.indexOf(quote, from + 1);
  while (close >= 0 && text[close + 1] === quote) close = text.indexOf(quote, close + 2);
  return close < 0 ? NONE : close + 1;
}
