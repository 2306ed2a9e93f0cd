import { type Detector, digitsOf } from '../detector.ts';

/** US social security number (20 CFR 422.103): 3-2-4. Dashed always counts: synthetic and mistyped ones identify too. */
const DASHED = /(?<![\w.-])\d{3}([-\u2010-\u2013])\d{2}\1\d{4}(?![\w-])/g;
/** With dots or blanks only an area, group and serial that the administration issues. */
const SPACED = /(?<![\w.,:-]|\d )\d{3}([ .])\d{2}\1\d{4}(?![\w-]|[ .,:]\d)/g;
const AFTER_WORD =
  /(\b(?:ssn|ss#|social[ _-]?security(?:[ _-]?(?:number|no|num|nr))?|soc\.? ?sec\.?|tax ?payer id|itin)\b[^\d\n]{0,16})(\d{9}|\d{3}[ .]\d{2}[ .]\d{4})(?!\w)/gi;

const DIGITS = 9;

function isIssued(value: string): boolean {
  const digits = digitsOf(value);
  const area = Number(digits.slice(0, 3));
  return area > 0 && area !== 666 && area < 900 && digits.slice(3, 5) !== '00' && digits.slice(5) !== '0000';
}

export const ssn: Detector = {
  id: 'ssn',
  class: 'pii.ssn',
  shapes: [
    { regex: DASHED, minRun: DIGITS },
    { regex: SPACED, accept: isIssued, minRun: DIGITS },
    { regex: AFTER_WORD, afterContext: true, trigger: /s[s]n|soc|ss#|tax|itin/i, minRun: DIGITS },
  ],
  style: 'keep',
  hits: ['his ssn is 212-34-5678', 'social security number: 212345678', '(999-12-3456)', 'ssn 212 34 5678'],
  misses: [
    '2024-01-15 10:00',
    '1234-56-7890',
    'build 212345678',
    '192.168.12.3456',
    'f3a2-123-45-6789-ab12',
    '100 20 3000 40 5000',
  ],
};
