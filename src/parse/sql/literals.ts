export type LiteralKind = 'string' | 'dollar' | 'bits' | 'number' | 'comment';

/** A stretch of SQL that can hold a value; `start` and `end` are UTF-16 offsets. */
export interface SqlLiteral {
  readonly start: number;
  readonly end: number;
  readonly kind: LiteralKind;
}

/**
 * Strings, numbers and comments of a text, in order, found as PostgreSQL's lexer does with
 * standard_conforming_strings on (scan.l). One pass, never fails: what is not terminated ends with the text. Quoted identifiers
 * are skipped and not listed.
 */
export function sqlLiterals(text: string): readonly SqlLiteral[] {
  const found: SqlLiteral[] = [];
  let at = 0;
  while (at < text.length) {
    const token = readToken(text, at);
    if (token.kind !== undefined) found.push({ start: at, end: token.end, kind: token.kind });
    at = token.end;
  }
  return found;
}

interface Token {
  readonly end: number;
  /** Absent for everything that holds no value. */
  readonly kind?: LiteralKind;
}

function readToken(text: string, at: number): Token {
  const character = text[at] ?? '';
  const pair = character + (text[at + 1] ?? '');
  if (character === "'") return { end: endOfString(text, at + 1, 'plain'), kind: 'string' };
  if (character === '"') return { end: endOfQuoted(text, at + 1) };
  if (pair === '--') return { end: endOfLine(text, at), kind: 'comment' };
  if (pair === '/*') return { end: endOfComment(text, at), kind: 'comment' };
  if (pair === '..') return { end: at + 2 };
  if (character === '$') return readDollar(text, at);
  if (/^\.?\d/.test(pair)) return readNumber(text, at);
  return isWordStart(text.charCodeAt(at)) ? readWord(text, at) : { end: at + 1 };
}

/** How a quote gets into a string: doubled, also after a backslash, or not at all. */
type Quoting = 'plain' | 'backslash' | 'none';

/** Prefixes of strings, with the quote that follows them. */
const PREFIXED: Readonly<Record<string, { readonly kind: LiteralKind; readonly quoting: Quoting }>> = {
  "e'": { kind: 'string', quoting: 'backslash' },
  "b'": { kind: 'bits', quoting: 'none' },
  "x'": { kind: 'bits', quoting: 'none' },
  "u&'": { kind: 'string', quoting: 'plain' },
};

const LONGEST_PREFIX = 3;

/** A word, or the prefix of a string: E'', B'', X'', U&'', U&"". */
function readWord(text: string, at: number): Token {
  const begin = text.slice(at, at + LONGEST_PREFIX).toLowerCase();
  if (begin === 'u&"') return { end: endOfQuoted(text, at + LONGEST_PREFIX) };
  for (const length of [2, LONGEST_PREFIX]) {
    const prefix = PREFIXED[begin.slice(0, length)];
    if (prefix === undefined) continue;
    return { end: endOfString(text, at + length, prefix.quoting), kind: prefix.kind };
  }
  let end = at + 1;
  while (end < text.length && isWordPart(text.charCodeAt(end))) end += 1;
  return { end };
}

/** The end of a string that begins before `from`, with its continuations on later lines. */
function endOfString(text: string, from: number, quoting: Quoting): number {
  let at = from;
  for (;;) {
    at = endOfSegment(text, at, quoting);
    const next = continuation(text, at);
    if (next === undefined) return at;
    at = next;
  }
}

function endOfSegment(text: string, from: number, quoting: Quoting): number {
  let at = from;
  while (at < text.length) {
    const character = text[at];
    if (quoting === 'backslash' && character === '\\') at += 2;
    else if (character !== "'") at += 1;
    else if (quoting !== 'none' && text[at + 1] === "'") at += 2;
    else return at + 1;
  }
  return text.length;
}

/** Strings separated by white space with a line break are one string: the index after the next opening quote. */
function continuation(text: string, from: number): number | undefined {
  let at = from;
  let newline = false;
  while (at < text.length) {
    if (isComment(text, at)) {
      at = endOfLine(text, at);
      continue;
    }
    const character = text[at] ?? '';
    if (!WHITE_SPACE.has(character)) return newline && character === "'" ? at + 1 : undefined;
    newline ||= character === '\n' || character === '\r';
    at += 1;
  }
  return undefined;
}

const WHITE_SPACE = new Set([' ', '\t', '\n', '\r', '\f', '\v']);

function isComment(text: string, at: number): boolean {
  return text[at] === '-' && text[at + 1] === '-';
}

function endOfQuoted(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    if (text[at] !== '"') at += 1;
    else if (text[at + 1] === '"') at += 2;
    else return at + 1;
  }
  return text.length;
}

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at += 1;
  return at;
}

function endOfComment(text: string, from: number): number {
  let depth = 1;
  let at = from + 2;
  while (at < text.length && depth > 0) {
    const pair = text.slice(at, at + 2);
    if (pair === '/*') depth += 1;
    else if (pair === '*/') depth -= 1;
    at += pair === '/*' || pair === '*/' ? 2 : 1;
  }
  return Math.min(at, text.length);
}

/** `$tag$ … $tag$`, or a parameter, or a lone dollar sign. */
function readDollar(text: string, at: number): Token {
  let open = at + 1;
  if (isWordStart(text.charCodeAt(open))) {
    while (open < text.length && isWordPart(text.charCodeAt(open)) && text[open] !== '$') open += 1;
  }
  if (text[open] !== '$') {
    let end = at + 1;
    while (isDigit(text[end] ?? '')) end += 1;
    return { end };
  }
  const tag = text.slice(at, open + 1);
  const close = text.indexOf(tag, open + 1);
  return { end: close === -1 ? text.length : close + tag.length, kind: 'dollar' };
}

/** scan.l: decinteger, hexinteger, octinteger, bininteger, numeric, real. */
const NUMBER =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?!\.)(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][-+]?\d(?:_?\d)*)?/y;

function readNumber(text: string, at: number): Token {
  NUMBER.lastIndex = at;
  const match = NUMBER.exec(text);
  return match === null ? { end: at + 1 } : { end: at + match[0].length, kind: 'number' };
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

const UNDERSCORE = 95;
const DOLLAR = 36;
const FIRST_NON_ASCII = 128;

/** ident_start of scan.l: letters, underscore, everything beyond ASCII. */
function isWordStart(code: number): boolean {
  const letter = code | 32;
  return (letter >= 97 && letter <= 122) || code === UNDERSCORE || code >= FIRST_NON_ASCII;
}

function isWordPart(code: number): boolean {
  return isWordStart(code) || (code >= 48 && code <= 57) || code === DOLLAR;
}
