import type { Detector } from '../detector.ts';

const MONTH =
  '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|ene|abr|ago|dic)[a-zä]{0,7}\\.?';
/** A calendar date in any order, as ISO 8601, US and European forms write it. */
const DATE = `(?:\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}|\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{2,4}|\\d{1,2}\\.? ${MONTH},? \\d{4}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}|\\d{8})`;
const WORDS =
  'dob|d\\.o\\.b\\.?|date[ _-]?of[ _-]?birth|birth[ _-]?date|birthday|born(?: on)?|geboren(?: am)?|geburtsdatum|geb\\.|fecha de nacimiento|nacid[oa](?: el)?|née? le|date de naissance|date of death|died(?: on)?|deceased|dod';
const AFTER_WORD = new RegExp(
  `((?<![\\w-])(?:${WORDS})(?!\\w)["']?\\s{0,2}(?:[:=]|is|was|on)?\\s{0,2}["'(]?)(${DATE})(?!\\d)`,
  'gi',
);

export const birthDate: Detector = {
  id: 'birth-date',
  class: 'pii.date',
  shapes: [
    {
      regex: AFTER_WORD,
      afterContext: true,
      trigger: /birth|born|d\.?o\.?[bd]|geb|nac|naiss|n[ée]e? le|die|dece|death/i,
    },
  ],
  style: 'keep',
  hits: ['DOB: 04/12/1980', 'born on March 3, 1961', '"birthDate":"1980-04-12"', 'geb. 12.04.1980'],
  misses: ['2024-01-15', 'born in 1980', 'dob unknown', 'built on 2024-01-15', 'created 04/12/2020'],
};
