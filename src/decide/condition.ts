import type { DataFacts, Facts } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import { compileGlobs } from '../model/glob.ts';
import { type Intent, intentMatches } from '../model/intent.ts';
import type { Condition, FlagKey, NumberKey, SetKey, WordKey } from '../model/policy.ts';
import { unreachable } from '../model/unreachable.ts';
import { type BareDots, coversNames, type NameTest, touchesNames } from './names.ts';

export const NO = 0;
/** The fact is not known: a restrictive rule takes it for a yes, a permissive one for a no. */
export const UNSURE = 1;
export const YES = 2;
export type Holds = typeof NO | typeof UNSURE | typeof YES;

/** A condition as a closure over one finding and the facts. */
export type Test = (finding: Finding, facts: Facts) => Holds;

const BELOW = '.*';

/** Intents for which a missing `data.scale` means that nobody could tell, not that nothing is written. */
const WRITES: ReadonlySet<Intent> = new Set<Intent>([
  'data.insert',
  'data.update',
  'data.update.bulk',
  'data.delete',
  'data.delete.bulk',
  'data.truncate',
]);

const yesOrNo = (condition: boolean): Holds => (condition ? YES : NO);

/** True when the dotted name is the pattern's, or stands at or below its `prefix.*`. */
export function intentPatternMatches(pattern: string, finding: Finding): boolean {
  if (pattern === '*') return true;
  if (!pattern.endsWith(BELOW)) return finding.intent === pattern;
  return intentMatches(finding.intent, pattern.slice(0, -BELOW.length));
}

type Word = (finding: Finding, facts: Facts) => string | undefined;

const WORDS: Readonly<Record<WordKey, Word>> = {
  'actor.kind': (_, facts) => facts.actor.kind,
  'actor.id': (_, facts) => facts.actor.id,
  intent: (finding) => finding.intent,
  rule: (finding) => finding.rule,
  'environment.class': (_, facts) => facts.environment.class,
  'environment.name': (_, facts) => facts.environment.name,
  'data.scale': (_, facts) => facts.data.scale,
  'purpose.ticket': (_, facts) => facts.purpose.ticket,
  'session.transaction': (_, facts) => facts.session.transaction,
  'target.kind': (_, facts) => facts.target?.kind,
};

/** A word that is missing is a no, unless its absence means that nobody could tell. */
function missing(key: WordKey, finding: Finding): Holds {
  if (key === 'target.kind') return UNSURE;
  return key === 'data.scale' && WRITES.has(finding.intent) ? UNSURE : NO;
}

function testWords(condition: Condition & { readonly kind: 'words' }): Test {
  const { key, oneOf } = condition;
  if (key === 'intent') {
    return (finding) => yesOrNo(oneOf.some((pattern) => intentPatternMatches(pattern, finding)));
  }
  const read = WORDS[key];
  const matches = compileGlobs(oneOf);
  return (finding, facts) => {
    const word = read(finding, facts);
    return word === undefined ? missing(key, finding) : yesOrNo(matches(word));
  };
}

type Values = (finding: Finding, facts: Facts) => readonly string[];

const SETS: Readonly<Record<Exclude<SetKey, 'data.writes'>, Values>> = {
  'actor.groups': (_, facts) => facts.actor.groups,
  tags: (finding) => finding.tags,
  'data.tables': (_, facts) => facts.data.tables,
  'data.columns': (_, facts) => facts.data.columns,
  'data.classes': (_, facts) => facts.data.classes,
  'session.tainted': (_, facts) => facts.session.tainted,
};

const DOTS: Readonly<Partial<Record<SetKey, BareDots>>> = { 'data.tables': 0, 'data.columns': 1 };

/** How one kind of value is compared with patterns: whether all of it is covered, whether any of it is touched. */
interface Comparison {
  covers(patterns: readonly string[]): NameTest;
  touches(patterns: readonly string[]): NameTest;
}

const PLAIN: Comparison = {
  covers(patterns) {
    const matches = compileGlobs(patterns);
    return (values) => values.length > 0 && values.every(matches);
  },
  touches(patterns) {
    const matches = compileGlobs(patterns);
    return (values) => values.some(matches);
  },
};

function comparison(key: SetKey): Comparison {
  const dots = DOTS[key];
  if (dots === undefined) return PLAIN;
  return {
    covers: (patterns) => coversNames(patterns, dots),
    touches: (patterns) => touchesNames(patterns, dots),
  };
}

/**
 * Written columns have several names each (`open_claims.state` is `claims.status`): a pattern that covers one of them covers the
 * column, a pattern that touches any of them touches it.
 */
function testWrites({ any, all, none }: Condition & { readonly kind: 'set' }): Test {
  const touchesAny = any === undefined ? undefined : touchesNames(any, 1);
  const coversAll = all === undefined ? undefined : coversNames(all, 1);
  const touchesNone = none === undefined ? undefined : touchesNames(none, 1);
  return (_, { data: { writes } }) => {
    if (touchesAny !== undefined && !writes.some(touchesAny)) return NO;
    if (coversAll !== undefined) {
      const covered = writes.every((names) => names.some((name) => coversAll([name])));
      if (writes.length === 0 || !covered) return NO;
    }
    return yesOrNo(touchesNone === undefined || !writes.some(touchesNone));
  };
}

function testSet(condition: Condition & { readonly kind: 'set' }): Test {
  const { key } = condition;
  if (key === 'data.writes') return testWrites(condition);
  const read = SETS[key];
  const { covers, touches } = comparison(key);
  const any = condition.any === undefined ? undefined : touches(condition.any);
  const all = condition.all === undefined ? undefined : covers(condition.all);
  const none = condition.none === undefined ? undefined : touches(condition.none);
  return (finding, facts) => {
    const values = read(finding, facts);
    if (any !== undefined && !any(values)) return NO;
    if (all !== undefined && !all(values)) return NO;
    return yesOrNo(none === undefined || !none(values));
  };
}

const FLAGS: Readonly<Record<FlagKey, (facts: Facts) => boolean>> = {
  'actor.mfa': (facts) => facts.actor.mfa,
  'environment.synthetic': (facts) => facts.environment.synthetic,
  'environment.throwaway': (facts) => facts.environment.throwaway,
  'data.hasWhere': (facts) => facts.data.hasWhere,
  'data.createdHere': (facts) => facts.data.createdHere,
  'data.classed': (facts) => facts.data.classes.length > 0,
  'workflow.verified': (facts) => facts.workflow.verified,
  'purpose.ticket': (facts) => (facts.purpose.ticket ?? '') !== '',
  'purpose.breakglass': (facts) => facts.purpose.breakglass,
  'session.attended': (facts) => facts.session.attended,
};

function testFlag(condition: Condition & { readonly kind: 'flag' }): Test {
  const { key, is } = condition;
  const read = FLAGS[key];
  return (_, facts) => yesOrNo(read(facts) === is);
}

/** What is known of a number: it lies between `low` and `high`. */
interface Range {
  readonly low: number;
  readonly high: number;
}

function rowRange(data: DataFacts): Range {
  const { exact, estimate, atLeast } = data.rows;
  const known = exact ?? estimate;
  if (known === undefined || !Number.isFinite(known)) return { low: 0, high: Number.POSITIVE_INFINITY };
  return { low: known, high: exact === undefined && atLeast === true ? Number.POSITIVE_INFINITY : known };
}

function probeRange({ session: { probes = 0 } }: Facts): Range {
  return { low: probes, high: probes };
}

const RANGES: Readonly<Record<NumberKey, (facts: Facts) => Range>> = {
  'data.rows': ({ data }) => rowRange(data),
  'session.probes': probeRange,
};

/** Whether a bound holds for all of the range, for none of it, or for some. */
function bounded(low: boolean, high: boolean): Holds {
  if (low && high) return YES;
  return low || high ? UNSURE : NO;
}

function testNumber(condition: Condition & { readonly kind: 'number' }): Test {
  const { key, lt, lte, gt, gte } = condition;
  const range = RANGES[key];
  return (_, facts) => {
    const { low, high } = range(facts);
    let holds: Holds = YES;
    if (lt !== undefined) holds = weakest(holds, bounded(low < lt, high < lt));
    if (lte !== undefined) holds = weakest(holds, bounded(low <= lte, high <= lte));
    if (gt !== undefined) holds = weakest(holds, bounded(low > gt, high > gt));
    if (gte !== undefined) holds = weakest(holds, bounded(low >= gte, high >= gte));
    return holds;
  };
}

function weakest(a: Holds, b: Holds): Holds {
  return a < b ? a : b;
}

/** Makes the closure of one condition; everything that can be looked up is looked up here, once. */
export function compileCondition(condition: Condition): Test {
  switch (condition.kind) {
    case 'words':
      return testWords(condition);
    case 'set':
      return testSet(condition);
    case 'flag':
      return testFlag(condition);
    case 'number':
      return testNumber(condition);
    default:
      return unreachable(condition);
  }
}

/** True for all, false at the first that fails; the doubt of one is the doubt of all. */
export function holdsAll(tests: readonly Test[], finding: Finding, facts: Facts): Holds {
  let holds: Holds = YES;
  for (const test of tests) {
    const one = test(finding, facts);
    if (one === NO) return NO;
    holds = weakest(holds, one);
  }
  return holds;
}
