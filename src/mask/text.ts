import type { MaskedText, RawText } from '../model/text.ts';
import { type Detection, detect } from './detect.ts';
import { stars } from './stars.ts';

/**
 * The text with every recognised value hidden under asterisks of the same width; all else stays as it is, so
 * ordinary output is not damaged. Only for values with a shape: what a column holds is masked by its class.
 */
export function maskText(text: RawText): MaskedText {
  return minted(hideValues(text));
}

/** A hidden value can lay bare the border of the next one; more rounds than this change nothing in practice. */
const MAX_ROUNDS = 6;

/** Hides until nothing more is found, so that masking twice is masking once. */
function hideValues(text: string): string {
  let masked = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = hideAll(masked, detect(masked));
    if (next === masked) break;
    masked = next;
  }
  return masked;
}

/** The text with these stretches (sorted, not overlapping) hidden. */
export function hideAll(text: string, detections: readonly Detection[]): string {
  if (detections.length === 0) return text;
  let out = '';
  let at = 0;
  for (const { start, end, style } of detections) {
    out += text.slice(at, start) + stars(text.slice(start, end), style);
    at = end;
  }
  return out + text.slice(at);
}

function minted(text: string): MaskedText {
  return text as MaskedText;
}
