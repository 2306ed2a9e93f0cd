import { dea, luhn } from '../checksum.ts';
import { type Detector, digitsOf } from '../detector.ts';

/** National provider identifier (45 CFR 162.406): Luhn over 80840 and ten digits; ten digits alone are too often an epoch. */
const NPI = /(\bNPI\b[^\d\n]{0,16})([12]\d{9})(?!\w)/gi;
const NPI_PREFIX = '80840';
const DEA = /(\bDEA\b[^\n]{0,20}?[^A-Za-z0-9\n])([A-Z][A-Z9]\d{7})(?!\w)/gi;
const DEA_BARE = /(?<![\w-])[ABFGMPRX][A-Z9]\d{7}(?![\w-])/g;
/** Driver licences and passports differ by state: only after a word that says so. */
const AFTER_WORD =
  /(\b(?:driver'?s?[ _-]?licen[cs]e|licen[cs]e[ _-]?(?:number|no\.?|#)|dl[ _-]?(?:number|no\.?|#)|passport(?:[ _-]?(?:number|no\.?|#))?|reisepass)["']?\s{0,2}(?:number|no\.?|[:=#]|is)?\s{0,2}[:#]?\s{0,2}["']?)([A-Z0-9](?:[A-Z0-9-]{4,16})[A-Z0-9])(?![\w-])/gi;
const MIN_DIGITS = 4;

export const license: Detector = {
  id: 'license',
  class: 'pii.license',
  shapes: [
    { regex: NPI, afterContext: true, accept: (value) => luhn(NPI_PREFIX + value), trigger: /npi/i },
    { regex: DEA, afterContext: true, accept: dea, trigger: /dea/i },
    { regex: DEA_BARE, accept: (value, match) => match.input.length < MAX_BARE && dea(value), minRun: 7 },
    {
      regex: AFTER_WORD,
      afterContext: true,
      accept: (value) => digitsOf(value).length >= MIN_DIGITS && !/^\d{4}-\d{2}-\d{2}/.test(value),
      trigger: /licen|passport|reisepass|dl/i,
    },
  ],
  style: 'keep',
  hits: ['NPI 1234567893', 'DEA number AB1234563', 'passport X1234567', "driver's license: D1234-5678"],
  misses: ['1234567893', 'NPI 1234567890', 'passport expired 2024', 'license MIT-2024', 'DEA AB1234567'],
};

/** A whole cell or form field: only there a bare registration number is more likely than a hash. */
const MAX_BARE = 24;
