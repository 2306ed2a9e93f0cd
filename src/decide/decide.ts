import type { ActorKind } from '../model/actor.ts';
import type { Decision } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import type { Finding, Message } from '../model/finding.ts';
import { NO_OBLIGATIONS, type Obligations } from '../model/obligation.ts';
import type { Parsed } from '../model/parsed.ts';
import { severity, strictest, VERDICTS, type Verdict } from '../model/verdict.ts';
import { holdsAll, NO, UNSURE, YES } from './condition.ts';
import { sumObligations } from './obligations.ts';
import type { PreparedPolicy, PreparedRule } from './prepare.ts';
import { NOTHING_FOUND, UNREADABLE } from './unread.ts';

export interface DecideInput {
  readonly findings: readonly Finding[];
  readonly facts: Facts;
  /** How much of the text the parser could read. */
  readonly parsed: Parsed<unknown>;
}

/** Named in `Decision.rule` when no granting rule of the policy speaks of a finding. */
export const NO_MATCH_RULE = 'no-match';
/** Named in `Decision.rule` when the text holds no statement at all. */
export const NOTHING_RULE = 'nothing-to-run';

const FALLBACK: Readonly<Record<ActorKind, Verdict>> = { human: 'prompt', agent: 'block', ci: 'block' };

const NO_MATCH_REASON = 'No rule of the policy speaks of this.';

const PURPOSE_WHY = 'The policy asks for a stated purpose.';
const PURPOSE_INSTEAD =
  "Say why first, then run it again: SET guard.ticket = 'TICKET' in psql, or start guard with --ticket TICKET.";

/** What the policy says to one finding. */
interface Ruling {
  readonly finding: Finding;
  readonly verdict: Verdict;
  readonly rule: string;
  readonly reason: string | undefined;
  readonly fix: string | undefined;
  readonly matched: readonly PreparedRule[];
  /** Of every rule that applies, be it only with its duties. */
  readonly duties: readonly Obligations[];
}

type Match = 'none' | 'duties' | 'full';

/**
 * Whether a rule applies. What is not known counts against the command: a restrictive rule then applies
 * fully, a permissive one only with its obligations, and an exemption the other way round.
 */
function applies(rule: PreparedRule, finding: Finding, facts: Facts): Match {
  const match = holdsAll(rule.match, finding, facts);
  if (match === NO) return 'none';
  const exempt = rule.unless.length === 0 ? NO : holdsAll(rule.unless, finding, facts);
  if (exempt === YES) return 'none';
  const certain = match === YES && exempt === NO;
  return certain || rule.decision !== 'allow' ? 'full' : 'duties';
}

function noMatchVerdict(policy: PreparedPolicy, finding: Finding, facts: Facts): Verdict {
  const { kind } = facts.actor;
  const holding = policy.noMatch.filter((entry) => holdsAll(entry.when, finding, facts) >= UNSURE);
  const said = (grants: boolean) =>
    holding.flatMap((entry) => (entry.grants === grants ? (entry.verdicts[kind] ?? []) : []));
  const [first = FALLBACK[kind], ...others] = said(true);
  return [...others, ...said(false)].reduce(strictest, first);
}

/** The first of the strictest. */
function decidingRule(matched: readonly PreparedRule[]): PreparedRule | undefined {
  let deciding = matched[0];
  for (const rule of matched) {
    if (deciding !== undefined && rule.severity > deciding.severity) deciding = rule;
  }
  return deciding;
}

function ruleOn(finding: Finding, facts: Facts, policy: PreparedPolicy): Ruling {
  const matched: PreparedRule[] = [];
  const duties: Obligations[] = [];
  for (const rule of policy.rulesFor(finding, facts)) {
    const match = applies(rule, finding, facts);
    if (match === 'none') continue;
    if (rule.obligations !== undefined) duties.push(rule.obligations);
    if (match === 'full') matched.push(rule);
  }
  const deciding = decidingRule(matched);
  const granted = matched.some((rule) => rule.grants);
  const floor = granted ? 'allow' : noMatchVerdict(policy, finding, facts);
  if (deciding === undefined || severity(floor) > deciding.severity) {
    const reason = NO_MATCH_REASON;
    return { finding, verdict: floor, rule: NO_MATCH_RULE, reason, fix: undefined, matched, duties };
  }
  const { id, reason, fix } = deciding;
  return { finding, verdict: deciding.decision, rule: id, reason, fix, matched, duties };
}

/** What several rulings share is named once; a decision has one ruling most of the time. */
function distinct<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const [only, ...others] = lists;
  return others.length === 0 ? (only ?? []) : [...new Set(lists.flat())];
}

/** Strictest first, in the order of the policy where they are equally strict. */
function matchedIds(rules: readonly PreparedRule[]): readonly string[] {
  const bySeverity: string[][] = VERDICTS.map(() => []);
  for (const rule of rules) bySeverity[rule.severity]?.push(rule.id);
  return bySeverity.reverse().flat();
}

function messageOf({ finding, reason, fix }: Ruling): Message {
  return {
    effect: finding.effect,
    why: reason === undefined ? finding.why : `${finding.why} ${reason}`.trim(),
    instead: fix ?? finding.instead,
  };
}

/** A CI job can't be asked; an agent only where a person attends and its host proves it. They need somebody else's approval instead. */
function forActor(verdict: Verdict, facts: Facts): Verdict {
  if (verdict !== 'prompt' || facts.actor.kind === 'human') return verdict;
  return facts.actor.kind === 'agent' && facts.session.attended ? 'prompt' : 'approve';
}

function purposeGiven(facts: Facts): boolean {
  return (facts.purpose.ticket ?? '').trim() !== '' || (facts.purpose.text ?? '').trim() !== '';
}

/** The findings that count, with what the parser could not read as one more. */
function weighed(input: DecideInput): readonly Finding[] {
  if (input.parsed.kind !== 'complete') return [...input.findings, UNREADABLE];
  if (input.findings.length === 0 && input.parsed.items.length > 0) return [NOTHING_FOUND];
  return input.findings;
}

const NOTHING: Decision = {
  verdict: 'allow',
  obligations: NO_OBLIGATIONS,
  rule: NOTHING_RULE,
  matched: [],
  message: { effect: 'Nothing would run.', why: '', instead: '' },
};

/**
 * The verdict of a policy on what was found in one text. Pure. Each finding is decided on its own; the
 * strictest verdict wins and the obligations of all add up, so that one more finding never makes it milder.
 */
export function decide(input: DecideInput, policy: PreparedPolicy): Decision {
  const { facts } = input;
  const rulings = weighed(input).map((finding) => ruleOn(finding, facts, policy));
  const [first, ...others] = rulings;
  if (first === undefined) return NOTHING;
  let deciding = first;
  for (const other of others) {
    if (severity(other.verdict) > severity(deciding.verdict)) deciding = other;
  }
  const obligations = sumObligations(distinct(rulings.map(({ duties }) => duties)));
  const message = messageOf(deciding);
  const decision = {
    rule: deciding.rule,
    matched: matchedIds(distinct(rulings.map(({ matched }) => matched))),
  };
  if (obligations.requirePurpose === true && !purposeGiven(facts) && deciding.verdict !== 'block') {
    const why = `${message.why} ${PURPOSE_WHY}`.trim();
    return {
      ...decision,
      verdict: 'block',
      obligations,
      message: { ...message, why, instead: PURPOSE_INSTEAD },
    };
  }
  const verdict = forActor(deciding.verdict, facts);
  const quorum = verdict === 'approve' && obligations.quorum === undefined ? { quorum: 1 } : {};
  return { ...decision, verdict, obligations: { ...obligations, ...quorum }, message };
}
