import type { DataClass } from '../model/data-class.ts';
import type { ColumnOrigin } from '../model/lineage.ts';
import { type MaskStyles, styleOf } from '../model/mask-style.ts';
import { HIDDEN_TEXTS } from './hidden.ts';
import { LARGE_MASK } from './integer-pseudonym.ts';
import type { IssuedMasks } from './issued-masks.ts';
import { type CellKind, cellKind } from './pg-types.ts';

/** A column that something is written into, as the catalog and the policy have it. */
export interface WriteTarget {
  readonly origin: ColumnOrigin;
  readonly typeOid: number;
  /** Its class, where values of it are masked. */
  readonly masked?: DataClass;
}

/** Nothing but asterisks and blanks: no name, number or note. */
const ALL_STARS = /^[*\s]*\*[*\s]*$/;
/** `*****6789` */
const LAST_FOUR = /^\*{5}[^*].{0,7}$/su;
/** What the scan of texts and documents leaves: `call ***-**-****`, `{"ssn": "*****"}`. */
const STARS_INSIDE = /\*{4}|\*{2}[-./ ()]\*{2}/;
/** 1 January, at midnight if a time is said, in whatever zone. */
const FIRST_OF_YEAR = /^(\d{4})-01-01(?:[T ]00:00(?::00(?:\.0{1,6})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/;
const NEGATIVE = /^-\d{1,19}$/;

/** Whether a text could be a mask at all in some column: most are none, and need no further question. */
export function mayBeMask(text: string): boolean {
  return text.includes('*') || HIDDEN_TEXTS.has(text) || NEGATIVE.test(text) || FIRST_OF_YEAR.test(text);
}

const TEXT_KINDS = new Set<CellKind>(['text', 'char', 'json', 'jsonb', 'xml', 'textArray', 'other']);
const DATE_KINDS = new Set<CellKind>(['date', 'timestamp', 'timestamptz']);
const NUMBER_KINDS = new Set<CellKind>(['int2', 'int4', 'int8', 'numeric']);

/**
 * Tells masks that carry no proof from values, by the column they are written into: what the session showed there, and what
 * can't be a value in a column of its class. Years as dates and constants count in the session that showed them only.
 */
export class ColumnMasks {
  readonly #issued: IssuedMasks;
  readonly #styles: MaskStyles;

  constructor(issued: IssuedMasks, styles: MaskStyles) {
    this.#issued = issued;
    this.#styles = styles;
  }

  isMask(text: string, target: WriteTarget): boolean {
    const kind = cellKind(target.typeOid);
    const shown = this.#issued.hasShown(target.origin);
    if (!shown && target.masked === undefined) return false;
    if (TEXT_KINDS.has(kind)) return isStarred(text) || (shown && HIDDEN_TEXTS.has(text));
    if (DATE_KINDS.has(kind)) return this.#isShownYear(text, target.origin);
    if (NUMBER_KINDS.has(kind) && this.#hasPseudonyms(target)) return this.#isNumberMask(text, target.origin);
    return shown && HIDDEN_TEXTS.has(text);
  }

  #hasPseudonyms({ masked }: WriteTarget): boolean {
    return masked !== undefined && styleOf(masked, this.#styles) === 'pseudonym';
  }

  #isShownYear(text: string, origin: ColumnOrigin): boolean {
    if (HIDDEN_TEXTS.has(text)) return this.#issued.hasShown(origin);
    const [, year] = FIRST_OF_YEAR.exec(text) ?? [];
    return year !== undefined && this.#issued.hasYear(origin, Number(year));
  }

  #isNumberMask(text: string, origin: ColumnOrigin): boolean {
    if (!NEGATIVE.test(text)) return false;
    const value = Number(text);
    return value <= LARGE_MASK || this.#issued.hasSmall(origin, value);
  }
}

function isStarred(text: string): boolean {
  return (
    ALL_STARS.test(text) ||
    LAST_FOUR.test(text) ||
    STARS_INSIDE.test(text) ||
    text === '[removed]' ||
    text === '"[removed]"' ||
    text === '<removed/>' ||
    text === '<masked/>'
  );
}
