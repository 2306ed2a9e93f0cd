import { type Detector, digitsOf } from '../detector.ts';

const EXTENSION = '(?: {0,2}(?:x|ext\\.?|#) ?\\d{1,6})?';
/** North American Numbering Plan (NANPA): area and exchange begin with 2-9; only with separators. */
const NANP = new RegExp(
  `(?<![\\w.+:/=-]|\\d )(?:(?:\\+|00)?1[-. ]?)?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}([-.]))[2-9]\\d{2}[-. ]\\d{4}${EXTENSION}(?![\\w-]|[.,:]\\d)`,
  'g',
);
/** ITU-T E.164 with the plus: country code, then 7 to 14 digits, single separators. */
const E164 = new RegExp(
  `(?<![\\w.+@-]|[-,.\\d] )\\+[1-9]\\d{0,2}(?:[ .()/-]{0,2}\\d){7,13}${EXTENSION}(?![\\w-]|[.,:]\\d)`,
  'g',
);
const AFTER_WORD = new RegExp(
  `(\\b(?:(?:tele)?phone|tel|mobile|cell|fax|pager|handy|telefon[oe]?|m[oó]vil|call(?: me)?(?: (?:at|on))?|reach(?: \\w{1,8})? (?:at|on)|contact(?: \\w{1,8})? (?:at|on)|phone number|number is)\\b(?:[ _-]?(?:number|no\\.?|nr\\.?|num))?["']?\\s{0,2}[:=#]?\\s{0,2}["'(]?)(\\+?\\(?\\d(?:[ .()/-]{0,2}\\d){6,14}${EXTENSION})(?![\\w-]|[.:]\\d)`,
  'gi',
);
const MIN_DIGITS = 7;
const NATIONAL = 10;
/** An international number this short is more often a diff line (`+12345678`) or an offset. */
const MIN_INTERNATIONAL = 9;

export const phone: Detector = {
  id: 'phone',
  class: 'pii.phone',
  shapes: [
    { regex: NANP, minRun: NATIONAL },
    {
      regex: E164,
      accept: (value) => digitsOf(value).length >= MIN_INTERNATIONAL,
      trigger: /\+/,
      minRun: MIN_INTERNATIONAL,
    },
    {
      regex: AFTER_WORD,
      afterContext: true,
      accept: (value) => !isDate(value),
      trigger: /phone|tel|mobile|cell|fax|pager|handy|vil|call|reach|contact|number is/i,
      minRun: MIN_DIGITS,
    },
  ],
  style: 'keep',
  hits: [
    'call (555) 234-5678 x12',
    '212-555-0123',
    '+44 20 7946 0958',
    'Tel: 0171 2345678',
    'mobile 5552345678',
    '+1 415.555.0100',
  ],
  misses: [
    '2024-01-15 12:30:45.123456',
    '10.0.0.12:5432',
    'pid 2125550123',
    '192.168.100.2000',
    '1700000000',
    '@@ -12,7 +1234567 @@',
    '212 555 0123 900',
  ],
};

/** ISO 8601 date right after a word such as `call`. */
function isDate(value: string): boolean {
  return /^(?:19|20)\d{2}-\d{2}-\d{2}/.test(value);
}
