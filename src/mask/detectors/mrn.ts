import { type Detector, digitsOf } from '../detector.ts';

/** Record numbers have no public format: only after a word that says so. */
const AFTER_WORD =
  /(\b(?:mrn|medical[ _-]?rec(?:ord)?(?:[ _-]?(?:number|num|no\.?|#))?|chart[ _-]?(?:number|num|no\.?|#)|patient[ _-]?(?:id|number|num|no\.?|#)|hospital[ _-]?(?:number|no\.?|#)|nhs[ _-]?(?:number|no\.?))["']?\s{0,2}(?:[:=#]|is)?\s{0,2}["']?)([A-Z]{0,4}[-#]?\d(?:[A-Z0-9-]|(?<=\d) (?=\d)){3,15})(?!\w)/gi;
const MIN_DIGITS = 4;

export const mrn: Detector = {
  id: 'mrn',
  class: 'phi.mrn',
  shapes: [
    {
      regex: AFTER_WORD,
      afterContext: true,
      accept: (value) => digitsOf(value).length >= MIN_DIGITS && !/^\d{4}-\d{2}-\d{2}/.test(value),
      trigger: /mrn|rec|chart|patient|hospital|nhs/i,
    },
  ],
  style: 'keep',
  hits: ['MRN: 0012345', 'medical record number A-123456', 'patient_id=998877', 'chart no. 55512'],
  misses: ['mrn: none', 'patient id 12', 'medical record 2024-01-15', 'chart 12345'],
};
