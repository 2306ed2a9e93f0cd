import type { DataClass } from '../model/data-class.ts';
import { type Detector, findBy, traitsOf } from './detector.ts';
import { DETECTORS } from './detectors/index.ts';

/** A value found in a text; offsets in UTF-16 code units. */
export interface Detection {
  readonly start: number;
  readonly end: number;
  readonly class: DataClass;
  readonly detector: string;
  readonly style: Detector['style'];
}

const TRIGGERS: readonly RegExp[] = DETECTORS.flatMap(({ shapes }) =>
  shapes.flatMap(({ trigger }) => trigger ?? []),
);
/** All triggers at once, by case: one look that most texts do not pass. */
const ANY_TRIGGER: readonly RegExp[] = [
  anyOf(TRIGGERS.filter(({ flags }) => !flags.includes('i'))),
  anyOf(
    TRIGGERS.filter(({ flags }) => flags.includes('i')),
    'i',
  ),
];
/** Shapes without a trigger are numbers; fewer digits in a row hold none of them. */
const MIN_RUN = Math.min(
  ...DETECTORS.flatMap(({ shapes }) =>
    shapes.flatMap(({ trigger, minRun }) => (trigger === undefined ? (minRun ?? 0) : [])),
  ),
);

function anyOf(triggers: readonly RegExp[], flags = ''): RegExp {
  return new RegExp([...new Set(triggers.map(({ source }) => source))].join('|'), flags);
}

/**
 * Values with a recognisable shape, by position, without overlaps (the earlier start wins, then the longer).
 * What has no shape (names, cities, record numbers without a word before them) is not found.
 */
export function detect(text: string): readonly Detection[] {
  const traits = traitsOf(text);
  if (traits.run < MIN_RUN && !ANY_TRIGGER.some((trigger) => trigger.test(text))) return NOTHING;
  const found: Detection[] = [];
  for (const detector of DETECTORS) {
    for (const { start, end } of findBy(detector, text, traits)) {
      found.push({ start, end, class: detector.class, detector: detector.id, style: detector.style });
    }
  }
  return found.length < 2 ? found : withoutOverlaps(found);
}

const NOTHING: readonly Detection[] = [];

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
