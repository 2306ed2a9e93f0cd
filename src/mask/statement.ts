import type { MaskedText, RawText } from '../model/text.ts';
import { withoutControls } from './controls.ts';
import { detect } from './detect.ts';
import { hideAll } from './text.ts';

/** A stretch of a statement that can hold a value, in UTF-16 code units, in order. */
export interface Literal {
  readonly start: number;
  readonly end: number;
  readonly kind: 'string' | 'dollar' | 'bits' | 'number' | 'comment';
}

/** Characters of a statement that an entry or a prompt may hold. */
export const MAX_STATEMENT = 4_000;
/** Years, limits and small counts stay readable; anything longer may be somebody's number. */
const READABLE_DIGITS = 4;
const CUT = '…';

/**
 * A statement as audit entries and prompts may hold it: strings become ‹…›, numbers of more than four digits ‹n›,
 * comments are dropped, recognised values elsewhere (quoted identifiers) hidden, control characters shown as
 * code points, and the end is cut. `literals` come from the parser; a text without any must not hold quotes.
 */
export function maskStatement(text: RawText, literals: readonly Literal[]): MaskedText {
  let shown = '';
  let at = 0;
  for (const { start, end, kind } of literals) {
    if (shown.length > MAX_STATEMENT) break;
    shown += text.slice(at, Math.min(start, at + MAX_STATEMENT)) + replacement(text.slice(start, end), kind);
    at = end;
  }
  if (shown.length <= MAX_STATEMENT) shown += text.slice(at, at + MAX_STATEMENT);
  const known = finished.get(shown);
  if (known !== undefined) return known;
  const masked = finish(shown);
  if (shown.length > LONGEST_KEPT) return masked;
  if (finished.size >= MOST_KEPT) finished.clear();
  finished.set(shown, masked);
  return masked;
}

/** Without their literals the statements of a program are few: what the detectors make of them is kept. */
const finished = new Map<string, MaskedText>();
const MOST_KEPT = 100;
/** UTF-16 code units. */
const LONGEST_KEPT = 1_000;

function finish(shown: string): MaskedText {
  const plain = withoutControls(hideAll(shown, detect(shown)));
  return minted(
    plain.length > MAX_STATEMENT
      ? plain.slice(0, MAX_STATEMENT - 1).replace(/[\ud800-\udbff]$/, '') + CUT
      : plain,
  );
}

function replacement(literal: string, kind: Literal['kind']): string {
  switch (kind) {
    case 'number':
      return literal.replace(/\D/g, '').length > READABLE_DIGITS ? '‹n›' : literal;
    case 'comment':
      return literal.startsWith('--') ? '/*…*/ ' : '/*…*/';
    case 'string':
    case 'dollar':
    case 'bits':
      return '‹…›';
  }
}

function minted(text: string): MaskedText {
  return text as MaskedText;
}
