import { type Detector, digitsOf, findShape } from '../detector.ts';

/** Medicare beneficiary identifier (CMS, "Understanding the MBI format"): no S, L, O, I, B, Z. */
const MBI =
  /(?<![\w-])[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d(-?)[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d\1[AC-HJKMNP-RT-Y]{2}\d{2}(?![\w-])/g;
const AFTER_WORD =
  /(\b(?:member|subscriber|policy|insured|beneficiary|medicare|medicaid|hicn|mbi|group|plan)[ _-]?(?:id|no\.?|number|num|#)["']?\s{0,2}[:=#]?\s{0,2}["']?)([A-Z0-9](?:[A-Z0-9-]{4,18})[A-Z0-9])(?![\w-])/gi;
const MIN_DIGITS = 5;

export const plan: Detector = {
  id: 'plan',
  class: 'phi.plan',
  minDigits: MIN_DIGITS,
  find: (text) => [
    ...findShape(text, { regex: MBI }),
    ...findShape(text, {
      regex: AFTER_WORD,
      afterContext: true,
      accept: (value) => digitsOf(value).length >= MIN_DIGITS && !/^\d{4}-\d{2}-\d{2}/.test(value),
    }),
  ],
  style: 'keep',
  hits: ['1EG4-TE5-MK73', 'MBI 1EG4TE5MK73', 'member id: XK9981273'],
  misses: ['1SG4TE5MK73', 'policy number of attempts', 'group id 100', 'e1eg4te5mk73'],
};
