import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { withoutControls } from '../../src/mask/controls.ts';
import { detect } from '../../src/mask/detect.ts';
import { DETECTORS } from '../../src/mask/detectors/index.ts';
import { isSuspicious } from '../../src/mask/scan.ts';
import { maskText } from '../../src/mask/text.ts';
import { rawText } from '../../src/model/text.ts';

/** Texts that are rich in values and in pieces of them. */
const pieces = fc.oneof(
  fc.constantFrom(...DETECTORS.flatMap((detector) => [...detector.hits, ...detector.misses])),
  fc.constantFrom('password=', 'ssn ', '://', '@', '-', ' ', '\n', ',', '"', "'", '患者', 'é', '*', '**'),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.stringMatching(/^[0-9 .()+-]{1,16}$/),
);
const texts = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));

const mask = (text: string): string => maskText(rawText(text));

test('masking a masked text changes nothing', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const once = mask(text);
      expect(mask(once)).toBe(once);
    }),
    { numRuns: 2000 },
  );
});

test('the width of every line stays', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(
        mask(text)
          .split('\n')
          .map((line) => stringWidth(line)),
      ).toEqual(text.split('\n').map((line) => stringWidth(line)));
    }),
    { numRuns: 1000 },
  );
});

test('what a detector finds the byte scan suspects', () => {
  fc.assert(
    fc.property(texts, (text) => {
      if (detect(text).length > 0) expect(isSuspicious(new TextEncoder().encode(text))).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test('nothing that could move a cursor is left', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      expect(withoutControls(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});
