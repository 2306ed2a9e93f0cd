import type { RawText } from '../model/text.ts';
import { rawText } from '../model/text.ts';
import { withoutControls } from './controls.ts';
import { isRaised, shownOfRaised } from './raised.ts';
import { maskText } from './text.ts';

/** What may stay readable in an error or notice. */
export interface NoticeContext {
  /** The user's own statement: what they typed they may read again. */
  readonly own: RawText;
  /** Names of tables, columns, constraints, functions, types: nobody's data. */
  readonly isIdentifier: (name: string) => boolean;
  /** The text may hold anything (RAISE in a function that guard can't read): hide all of it. */
  readonly hideAll: boolean;
  /** Code in the server that guard can read (function bodies): its constant words may be shown. */
  readonly sources?: Iterable<string>;
}

/** How one message is to be read. */
interface Reading extends NoticeContext {
  /** The words are those of code in the server (RAISE). */
  readonly raised: boolean;
  /** SQLSTATE says that the message may be about a value. */
  readonly ofValue: boolean;
  /** SQLSTATE says that a document could not be read. */
  readonly ofDocument: boolean;
}

const HIDDEN = '‹hidden›';
/** Fields with sentences (protocol 3.0, section 55.8): message, detail, hint, where. */
const SENTENCES = new Set(['M', 'D', 'H', 'W']);
/** Fields with names: schema, table, column, data type, constraint. RAISE … USING can put anything there. */
const NAMES = new Set(['s', 't', 'c', 'd', 'n']);
const WHERE = 'W';
/** SQLSTATE classes whose messages count processes, sizes and limits, never values. */
const NOT_OF_VALUES = /^(?:08|25|28|40|53|55|57|58)/;
/** Data exceptions and XPath errors; a failure inside the server may show anything as well. */
const DOCUMENT = /^(?:10|22|XX)/;
/** How lines of the field W begin that quote values in quotation marks only (elog contexts of PostgreSQL 18). */
const PLACES =
  /^(?:PL\/pgSQL function |SQL function |SQL statement |SQL expression |PL\/pgSQL (?:expression|assignment) |COPY |parallel worker|while |remote SQL command: |unnamed portal|portal )/;
const JSON_LINE = /^JSON data, line \d{1,9}: /;
const DOCUMENT_LINE = /^line \d{1,9}: /;
/** A number in a sentence, outside parentheses: sizes of types stand inside. */
const PLAIN_NUMBER = /(?<![\p{L}\d_(])\d{2,400}(?![\p{L}_)])/gu;
const INTERNAL_QUERY = 'q';
/** Characters of one field that are looked at; the rest is hidden. */
const MAX_FIELD = 16_000;

/** Pairs of quotation marks that PostgreSQL's translations use around values and names. */
const QUOTES: readonly (readonly [open: string, close: string])[] = [
  ['"', '"'],
  ['»', '«'],
  ['«', '»'],
  ['„', '“'],
  ['“', '”'],
  ['‘', '’'],
  ["'", "'"],
];

/** Words that PostgreSQL itself puts into parentheses or quotes: type names, keywords of hints. */
const HARMLESS =
  /^(?:integer|bigint|smallint|text|numeric|boolean|date|json|jsonb|uuid|bytea|real|double precision|character varying|character|varchar|"?char"?|name|oid|regclass|interval|unknown|record|time|timestamp|timestamp with(?:out)? time zone|inet|xml|SQLSTATE|s|es|true|false|on|off|read only|UTC)$/;
/** `character varying(20)`, `line 3`: no value that says anything has so few digits. */
const SHORT_NUMBER = /^\d{1,4}$/;
const NAME = /^[\p{L}_][\p{L}\p{N}_$]{0,62}$/u;
const LONG_NUMBER = /\d{4}/;

/**
 * The same fields with what may be a row's value hidden: quoted or parenthesised text stays only where it is in the
 * user's own statement or a known name, the rest goes through the value detectors. Severity, SQLSTATE, positions and
 * source locations are untouched.
 */
export function scrubNotice(
  fields: ReadonlyMap<string, string>,
  context: NoticeContext,
): ReadonlyMap<string, string> {
  const state = fields.get('C') ?? '';
  const raised = isRaised(fields.get('R'));
  const reading: Reading = {
    ...context,
    // The server names the same constraint in a field of its own, which is shown.
    isIdentifier: (name) =>
      context.isIdentifier(name) ||
      (!raised && !context.hideAll && name === fields.get('n') && NAME.test(name) && !LONG_NUMBER.test(name)),
    raised,
    ofValue: !NOT_OF_VALUES.test(state),
    ofDocument: DOCUMENT.test(state),
  };
  return new Map([...fields].map(([code, text]) => [code, scrubField(code, text, reading)]));
}

function scrubField(code: string, text: string, context: Reading): string {
  if (SENTENCES.has(code) && context.hideAll) return HIDDEN;
  if (code === WHERE)
    return text
      .split('\n')
      .map((line) => scrubPlace(line, context))
      .join('\n');
  if (SENTENCES.has(code)) return scrubWords(text, context);
  if (code === INTERNAL_QUERY) return !context.hideAll && context.own.includes(text) ? text : HIDDEN;
  if (NAMES.has(code)) return isName(text, context) ? text : HIDDEN;
  return text;
}

function scrubWords(text: string, context: Reading): string {
  if (context.raised)
    return detected(shownOfRaised(text, [context.own, ...(context.sources ?? [])]), context);
  if (!context.ofDocument || isOwn(text, context.own)) return scrubSentence(text, context);
  // Parsers of XML and the like show the document itself from the second line on, and its tags before.
  const [first = '', ...more] = text.split('\n');
  if (more.length > 0) return `${DOCUMENT_LINE.exec(first)?.[0] ?? ''}${HIDDEN}`;
  return scrubSentence(first, context);
}

/** One line of what the server was doing: those that quote a document without quotation marks are cut. */
function scrubPlace(line: string, context: Reading): string {
  if (PLACES.test(line)) return scrubSentence(line, { ...context, ofValue: false });
  const document = JSON_LINE.exec(line)?.[0];
  return document === undefined ? HIDDEN : `${document}${HIDDEN}`;
}

/** A name nobody knows yet (a constraint) must at least look like one; a function's RAISE may have made it up. */
function isName(text: string, context: Reading): boolean {
  if (context.isIdentifier(text) || isOwn(text, context.own)) return true;
  return !context.hideAll && !context.raised && NAME.test(text) && !LONG_NUMBER.test(text);
}

/**
 * Hides from the first quoted or parenthesised part that is not allowed to the last mark that could close it: values may
 * contain such marks themselves, so pairing them up would let the rest of a value out. Without a closing mark
 * everything to the end is hidden.
 */
function scrubSentence(sentence: string, context: Reading): string {
  const text = sentence.slice(0, MAX_FIELD);
  const suspect = firstSuspect(text, context);
  if (suspect === undefined) return detected(text, context) + (sentence.length > MAX_FIELD ? HIDDEN : '');
  const end = text.lastIndexOf(suspect.close);
  const shown = detected(text.slice(0, suspect.start), context) + HIDDEN;
  if (end < suspect.start || sentence.length > MAX_FIELD) return shown;
  return shown + suspect.close + scrubSentence(text.slice(end + 1), context);
}

function detected(text: string, { ofValue, own }: Reading): string {
  const masked = maskText(rawText(text));
  return withoutControls(
    ofValue ? masked.replace(PLAIN_NUMBER, (number) => (isOwn(number, own) ? number : HIDDEN)) : masked,
  );
}

/** The first part that may not be shown: where its content begins and what closes it. */
function firstSuspect(
  text: string,
  context: NoticeContext,
): { readonly start: number; readonly close: string } | undefined {
  for (let at = 0; at < text.length; at++) {
    const close = closingOf(text, at);
    if (close === undefined) continue;
    const end = text.indexOf(close, at + 1);
    if (end < 0 || !isAllowed(text.slice(at + 1, end), context)) return { start: at + 1, close };
    at = end;
  }
  return undefined;
}

/** The mark that closes what opens here; an apostrophe inside a word opens nothing. */
function closingOf(text: string, at: number): string | undefined {
  const mark = text[at];
  if (mark === '(') return ')';
  if (mark === "'" && /\w/.test(text[at - 1] ?? '')) return undefined;
  return QUOTES.find(([open]) => open === mark)?.[1];
}

function isAllowed(content: string, context: NoticeContext): boolean {
  if (isOwn(content, context.own)) return true;
  return content.split(/\s{0,4}[,.]\s{0,4}/).every((part) => isAllowedPart(part.trim(), context));
}

function isAllowedPart(part: string, context: NoticeContext): boolean {
  const plain = part.replaceAll('"', '');
  return plain === '' || HARMLESS.test(plain) || SHORT_NUMBER.test(plain) || context.isIdentifier(plain);
}

/** Whole words of the statement only: a single letter is part of every text. */
function isOwn(content: string, own: RawText): boolean {
  if (content.trim() === '') return content === '';
  for (let at = own.indexOf(content); at >= 0; at = own.indexOf(content, at + 1)) {
    if (!isWordInside(own, at, content.length)) return true;
  }
  return false;
}

function isWordInside(text: string, at: number, length: number): boolean {
  const joined = (index: number): boolean => /\w{2}/.test(text.slice(Math.max(0, index - 1), index + 1));
  return joined(at) || joined(at + length);
}
