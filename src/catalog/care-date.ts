import type { RelationView } from './subject.ts';
import type { TypeFamily } from './type-family.ts';

/** Words of columns that tell when the row, not the care, happened: guard leaves those readable. */
const UPKEEP = [
  'created',
  'updated',
  'deleted',
  'system',
  'reset',
  'year',
  'age',
  'count',
  'hash',
  'password',
  'token',
];
const NOT_A_DATE =
  'type flag status unit code reason relationship method id format middleware organization file'.split(' ');
const DATE_WORDS = ['date', 'time', 'ts'];
/** `last_occurrence` reads as a date, `service_start_reason_text` does not. */
const MAX_SPAN_WORDS = 2;
const SPAN_WORDS = ['start', 'end', 'occurrence', 'admission', 'discharge'];

interface DateQuestion {
  readonly concepts: ReadonlySet<string>;
  readonly family: TypeFamily;
  readonly view: RelationView;
  readonly health: boolean;
}

/** A date of somebody's care: in health data, any date beside a person that is not upkeep of the row. */
export function careDate(
  question: DateQuestion,
): { readonly confidence: number; readonly why: string } | undefined {
  const { concepts, view, health } = question;
  if (!health || !isAboutSomeone(view)) return undefined;
  if ([...UPKEEP, ...NOT_A_DATE].some((word) => concepts.has(word))) return undefined;
  if (!readsAsDate(question)) return undefined;
  return {
    confidence: 0.75,
    why: `date in a relation that is about a ${view.linked ? 'patient' : view.subject}`,
  };
}

function isAboutSomeone(view: RelationView): boolean {
  return view.linked || view.subject === 'patient' || view.subject === 'event';
}

function readsAsDate({ concepts, family }: DateQuestion): boolean {
  if (family === 'date') return true;
  const dated = DATE_WORDS.some((word) => concepts.has(word));
  if (family === 'text') return concepts.has('date');
  if (family !== 'unknown') return false;
  return dated || (concepts.size <= MAX_SPAN_WORDS && SPAN_WORDS.some((word) => concepts.has(word)));
}
