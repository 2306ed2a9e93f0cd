import { type Detector, digitsOf } from '../detector.ts';

/** Medicare beneficiary identifier (CMS, "Understanding the MBI format"): no S, L, O, I, B, Z. */
const MBI =
  /(?<![\w-])[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d(-?)[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d\1[AC-HJKMNP-RT-Y]{2}\d{2}(?![\w-])/g;
const AFTER_WORD =
  /(\b(?:member|subscriber|policy|insured|beneficiary|medicare|medicaid|hicn|mbi|group|plan)[ _-]?(?:id|no\.?|number|num|#)["']?\s{0,2}[:=#]?\s{0,2}["']?)([A-Z0-9](?:[A-Z0-9-]{4,18})[A-Z0-9])(?![\w-])/gi;
const MIN_DIGITS = 5;

export const plan: Detector = {
  id: 'plan',
  class: 'phi.plan',
  shapes: [
    { regex: MBI, trigger: /\d[A-Y][A-Y0-9]\d/ },
    {
      regex: AFTER_WORD,
      afterContext: true,
      accept: (value) => digitsOf(value).length >= MIN_DIGITS && !/^\d{4}-\d{2}-\d{2}/.test(value),
      trigger: /member|subscr|policy|insured|benefi|medica|hicn|mbi|group|plan/i,
    },
  ],
  style: 'keep',
  hits: ['1EG4-TE5-MK73', 'MBI 1EG4TE5MK73', 'member id: XK9981273'],
  misses: ['1SG4TE5MK73', 'policy number of attempts', 'group id 100', 'e1eg4te5mk73'],
};
