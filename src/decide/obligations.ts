import { NO_OBLIGATIONS, type Obligations } from '../model/obligation.ts';

function union<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (b.length === 0) return a;
  return a.length === 0 ? b : [...new Set([...a, ...b])];
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

function most(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}

function either(a: boolean | undefined, b: boolean | undefined): true | undefined {
  return a === true || b === true ? true : undefined;
}

function record(a: Obligations, b: Obligations): Obligations['record'] {
  // A masked recording is the stricter one: it leaves a trace, and none of the values.
  if (a.record === 'masked' || b.record === 'masked') return 'masked';
  return a.record ?? b.record;
}

/** Everything that either side asks for. Commutative, associative, and never drops a duty. */
export function addObligations(a: Obligations, b: Obligations): Obligations {
  if (a === NO_OBLIGATIONS) return b;
  if (b === NO_OBLIGATIONS) return a;
  const maxRows = least(a.maxRows, b.maxRows);
  const recorded = record(a, b);
  const notify = union(a.notify ?? [], b.notify ?? []);
  const requirePurpose = either(a.requirePurpose, b.requirePurpose);
  const typedConfirmation = either(a.typedConfirmation, b.typedConfirmation);
  const quorum = most(a.quorum, b.quorum);
  return {
    mask: union(a.mask, b.mask),
    ...(maxRows === undefined ? {} : { maxRows }),
    ...(recorded === undefined ? {} : { record: recorded }),
    ...(notify.length === 0 ? {} : { notify }),
    ...(requirePurpose === undefined ? {} : { requirePurpose }),
    ...(typedConfirmation === undefined ? {} : { typedConfirmation }),
    ...(quorum === undefined ? {} : { quorum }),
  };
}
