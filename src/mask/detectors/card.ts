import { luhn } from '../checksum.ts';
import { type Detector, digitsOf } from '../detector.ts';

/** Payment card number (ISO/IEC 7812-1): 12 to 19 digits, in groups of blanks or dashes or none. */
const GROUPED =
  /(?<![\w.@#-]|[\d,:] )\d{4}(?:([ -])\d{4}\1\d{4}(?:\1\d{1,7})?|([ -])\d{6}\2\d{4,5}|\d{8,15})(?![\w-]|[.,:]\d| \d)/g;
/** Issuer ranges: Visa, Mastercard, American Express, Discover, Diners, JCB, Maestro, UnionPay. */
const ISSUERS =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:6011|65\d{2}|64[4-9]\d)\d{12}|(?:35(?:2[89]|[3-8]\d))\d{12}|(?:2131|1800)\d{11}|(?:50[0-9]{2}|5[6-9]\d{2}|6304|67\d{2})\d{8,15}|62\d{14,17})$/;

export const card: Detector = {
  id: 'card',
  class: 'pii.account',
  shapes: [
    {
      regex: GROUPED,
      accept: (value) => {
        const digits = digitsOf(value);
        return ISSUERS.test(digits) && luhn(digits);
      },
      minRun: 12,
    },
  ],
  style: 'keep',
  hits: ['4111 1111 1111 1111', 'card 5555555555554444', '3782-822463-10005'],
  misses: [
    '4111 1111 1111 1112',
    '1700000000000',
    '9e886a7a-8005-4111-1111-111111111111',
    '20240115123456',
    '0000000000000000',
  ],
};
