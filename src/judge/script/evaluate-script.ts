import { maskText } from '../../mask/text.ts';
import type { Decision } from '../../model/decision.ts';
import type { Finding } from '../../model/finding.ts';
import type { Estimate, EstimateQuery, JudgeRequest } from '../../model/judge.ts';
import type { Parsed } from '../../model/parsed.ts';
import type { PlanNature, PlanPart, PlanStep, ScriptPlan } from '../../model/plan.ts';
import { present } from '../../model/present.ts';
import type { SqlStatement } from '../../model/sql.ts';
import { rawText } from '../../model/text.ts';
import { parseSql } from '../../parse/sql/parse-sql.ts';
import { NO_MEMORY } from '../data-facts.ts';
import { decideForSuspects } from '../decide-suspects.ts';
import type { JudgeWorld } from '../evaluated.ts';
import type { Evaluation } from '../evaluation.ts';
import { mergeData, strictestDecision } from '../merge-evaluations.ts';
import { situationFacts } from '../situation-facts.ts';
import { evaluateUnread } from './evaluate-unread.ts';
import { placeOf, planFindings } from './plan-findings.ts';
import { type EvaluatedPart, naturesOf, planStep } from './plan-step.ts';
import { planLines, summary } from './plan-text.ts';
import { ScriptSchema } from './script-schema.ts';

/** Row estimates one plan asks for: each is a query to the server. */
const MOST_ESTIMATES = 500;
/** Findings an explanation shows. */
const MOST_FINDINGS = 100;
/** Rows that the updates and deletes of a script may change together before it counts as bulk. */
const BULK_ROWS = 1_000;

/** How one message is evaluated; the engine itself, given from outside because it also leads here. */
type EvaluatePart = (request: JudgeRequest, world: JudgeWorld) => Evaluation;

interface Read {
  readonly parts: readonly EvaluatedPart[];
  readonly wants: readonly EstimateQuery[];
}

function estimatesFor(
  estimates: readonly Estimate[] | undefined,
  first: number,
  count: number,
): readonly Estimate[] | undefined {
  return estimates
    ?.filter(({ statement }) => statement >= first && statement < first + count)
    .map((estimate) => ({ ...estimate, statement: estimate.statement - first }));
}

function readParts(request: JudgeRequest, world: JudgeWorld, evaluate: EvaluatePart): Read {
  const { script = [], memory = NO_MEMORY, estimates, ...asked } = request;
  const schema = new ScriptSchema({ catalog: world.catalog, memory, labels: world.labels ?? [] });
  const parts: EvaluatedPart[] = [];
  const wants: EstimateQuery[] = [];
  let first = 0;
  for (const part of script) {
    const { catalog, memory: known } = schema;
    const statements = statementsOf(part);
    const asking: JudgeRequest = {
      ...asked,
      channel: { ...request.channel, language: part.language },
      text: part.text,
      memory: known,
      ...present({ estimates: estimatesFor(estimates, first, statements.length) }),
    };
    const evaluation =
      part.problem === undefined
        ? evaluate(asking, { ...world, catalog })
        : evaluateUnread(asking, part.problem, world);
    parts.push({ part, statements, evaluation, catalog, memory: known });
    if (!evaluation.data.createdHere)
      wants.push(...evaluation.wants.map((want) => ({ ...want, statement: want.statement + first })));
    first += statements.length;
    schema.ran(statements);
  }
  return { parts, wants: wants.slice(0, MOST_ESTIMATES) };
}

function statementsOf(part: PlanPart): readonly SqlStatement[] {
  return part.language === 'sql' ? parseSql(part.text).items : [];
}

function changedRows(steps: readonly PlanStep[]): number {
  return steps
    .filter(({ deeds }) => deeds.some(({ kind }) => kind === 'update' || kind === 'delete'))
    .reduce((sum, { rows }) => sum + (rows?.exact ?? rows?.estimate ?? 0), 0);
}

function planOf(parts: readonly EvaluatedPart[]): ScriptPlan {
  const steps = parts.map(planStep);
  const natures = new Set<PlanNature>(
    parts.flatMap((part, at) => {
      const step = steps[at];
      return step === undefined ? [] : naturesOf(part, step);
    }),
  );
  // Many small changes are one large one.
  if (changedRows(steps) > BULK_ROWS) natures.add('heavy');
  if (natures.has('heavy') || natures.has('opaque')) natures.delete('additive');
  if (natures.size > 1) natures.delete('reads');
  return { natures: [...natures], steps };
}

/** Reading on where one statement can't be read is the server's business: it is asked again when the statement comes. */
function decidesItself({ evaluation, part }: EvaluatedPart): boolean {
  return part.language === 'psql' || evaluation.parsed !== 'partial';
}

function placed(evaluated: EvaluatedPart): Decision {
  const { decision } = evaluated.evaluation;
  const { effect } = decision.message;
  return { ...decision, message: { ...decision.message, effect: `${placeOf(evaluated.part)}: ${effect}` } };
}

/** The strictest of what the policy says to the script as a whole and to each of its messages. */
function combined(whole: Decision, parts: readonly EvaluatedPart[]): Decision {
  return strictestDecision(whole, ...parts.filter(decidesItself).map(placed));
}

function told(parts: readonly EvaluatedPart[], own: readonly Finding[]): readonly Finding[] {
  const keys = new Set<string>();
  const found: Finding[] = [...own];
  for (const { part, evaluation } of parts) {
    for (const finding of evaluation.findings) {
      const key = `${finding.rule} ${finding.intent} ${found.length < MOST_FINDINGS ? finding.effect : ''}`;
      if (keys.has(key)) continue;
      keys.add(key);
      found.push({ ...finding, effect: `${placeOf(part)}: ${finding.effect}` });
    }
  }
  return found;
}

/**
 * A script as one decision: each message is evaluated with the schema as it is by then, and the whole by the policy's
 * rows for scripts; the strictest counts. Pure, as the evaluation of a single statement is.
 */
export function evaluateScript(request: JudgeRequest, world: JudgeWorld, evaluate: EvaluatePart): Evaluation {
  const { parts, wants } = readParts(request, world, evaluate);
  const plan = planOf(parts);
  const own = planFindings(plan, request.text.length);
  const data = mergeData(parts.map(({ evaluation }) => evaluation.data));
  const items = parts.map(({ part }) => part);
  const parsed: Parsed<PlanPart> = { kind: 'complete', items: own.length === 0 ? [] : items };
  const facts = situationFacts(request, data);
  const decision = combined(decideForSuspects({ findings: own, facts, parsed }, world.policy), parts);
  const lines = planLines(plan);
  return {
    parsed: parts.some(({ evaluation }) => evaluation.parsed !== 'complete') ? 'partial' : 'complete',
    findings: told(parts, own),
    data,
    decision,
    plans: [],
    wants: request.estimates === undefined ? wants : [],
    asksServer: false,
    script: plan,
    text: {
      masked: maskText(rawText(summary(plan))),
      shown: maskText(rawText(lines.join('\n'))),
      fingerprint: '',
    },
  };
}
