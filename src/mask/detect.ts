import type { DataClass } from '../model/data-class.ts';
import type { Detector } from './detector.ts';
import { DETECTORS } from './detectors/index.ts';

/** A value found in a text; offsets in UTF-16 code units. */
export interface Detection {
  readonly start: number;
  readonly end: number;
  readonly class: DataClass;
  readonly detector: string;
  readonly style: Detector['style'];
}

const ZERO = 48;
const NINE = 57;

/**
 * Values with a recognisable shape, by position, without overlaps (the earlier start wins, then the longer).
 * What has no shape (names, cities, record numbers without a word before them) is not found.
 */
export function detect(text: string): readonly Detection[] {
  const digits = countDigits(text);
  const found: Detection[] = [];
  for (const detector of DETECTORS) {
    if (digits < detector.minDigits || detector.trigger?.test(text) === false) continue;
    for (const { start, end } of detector.find(text)) {
      found.push({ start, end, class: detector.class, detector: detector.id, style: detector.style });
    }
  }
  return found.length < 2 ? found : withoutOverlaps(found);
}

function countDigits(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) count++;
  }
  return count;
}

/** Where two findings overlap both are hidden: the first keeps its class, the second what sticks out of it. */
function withoutOverlaps(found: readonly Detection[]): readonly Detection[] {
  const kept: Detection[] = [];
  let covered = 0;
  for (const one of [...found].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (one.end <= covered) continue;
    kept.push(one.start < covered ? { ...one, start: covered } : one);
    covered = one.end;
  }
  return kept;
}
