import type { Decision } from '../../model/decision.ts';
import { NO_DATA } from '../../model/facts.ts';
import type { Finding } from '../../model/finding.ts';
import type { JudgeRequest } from '../../model/judge.ts';
import type { Parsed } from '../../model/parsed.ts';
import { present } from '../../model/present.ts';
import type { Script, ScriptPart } from '../../model/psql.ts';
import type { RawText } from '../../model/text.ts';
import { decideForSuspects } from '../decide-suspects.ts';
import type { JudgeWorld } from '../evaluated.ts';
import type { Evaluation } from '../evaluation.ts';
import { mergeData, strictestDecision } from '../merge-evaluations.ts';
import { situationFacts } from '../situation-facts.ts';
import { distinctJudged, type Judged, judgeCommands } from './command-findings.ts';
import { PointSpans } from './point-spans.ts';
import { readingsOf } from './reading.ts';
import { maskScript } from './shown-text.ts';
import { evaluateMessages, type SqlMessage, type SqlMessages } from './sql-messages.ts';

/** Findings that an answer holds; what is the same as one before it is left out. */
const MOST_FINDINGS = 500;
const SENDS_ROWS_AWAY = new Set(['g', 'gx', 'copy']);

/** All that is known of one way to read the text. */
interface Judging {
  readonly script: Script;
  readonly sql: SqlMessages;
  readonly judged: readonly Judged[];
}

/** The parts whose SQL counts: all of it, or by `line` only what decides where rows go. */
function countedParts(script: Script, typed: boolean): readonly ScriptPart[] {
  if (!typed) return script.parts;
  return script.parts.filter((part, at) => {
    const command = part.kind === 'sql' ? script.parts[at + 1] : part;
    return command?.kind === 'command' && SENDS_ROWS_AWAY.has(command.command.name ?? '');
  });
}

function judgeScript(script: Script, request: JudgeRequest, world: JudgeWorld): Judging {
  const typed = request.channel.via === 'line';
  const sql = evaluateMessages(countedParts(script, typed), request, world);
  const judged = judgeCommands(script, {
    typed,
    reads: request.psql?.reads === true,
    messages: sql.messages,
    catalog: world.catalog,
    spans: new PointSpans(request.text),
  });
  return { script, sql, judged };
}

/** Findings of a message, placed in the text where its SQL stands there as it is sent. */
function placed({ part, evaluation }: SqlMessage, text: string, spans: PointSpans): readonly Finding[] {
  const start = part.kind === 'sql' ? part.start : part.kind === 'command' ? part.command.start : 0;
  const sent = part.kind === 'sql' ? part.text : '';
  const end = part.kind === 'command' ? part.command.end : Math.min(start + sent.length, text.length);
  const whole = spans.span(start, end);
  const verbatim = sent !== '' && text.startsWith(sent, start);
  return evaluation.findings.map((finding) => ({
    ...finding,
    span: verbatim ? { start: whole.start + finding.span.start, end: whole.start + finding.span.end } : whole,
  }));
}

/** In the order of the text. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const keys = new Set<string>();
  return [...findings]
    .sort((a, b) => a.span.start - b.span.start)
    .filter(({ rule, intent, effect, tags }) => {
      const key = JSON.stringify([rule, intent, effect, tags]);
      if (keys.has(key)) return false;
      keys.add(key);
      return true;
    })
    .slice(0, MOST_FINDINGS);
}

function parsedOf(judging: readonly Judging[], typed: boolean): Evaluation['parsed'] {
  if (judging.some(({ script }) => script.problem !== undefined)) return 'partial';
  const kinds = typed
    ? []
    : judging.flatMap(({ sql }) => sql.messages.map(({ evaluation }) => evaluation.parsed));
  if (kinds.includes('beyond-limits')) return 'beyond-limits';
  return kinds.includes('partial') ? 'partial' : 'complete';
}

function decideFindings({ findings, data }: Judged, request: JudgeRequest, world: JudgeWorld): Decision {
  const parsed: Parsed<Finding> = { kind: 'complete', items: findings };
  return decideForSuspects({ findings, facts: situationFacts(request, data), parsed }, world.policy);
}

/**
 * A text for psql as one decision: its own commands by their rules, its SQL message by message, and the strictest of all
 * counts. A submitted line is judged for its commands only; its SQL is then read for where their rows come from.
 */
export function evaluatePsql(request: JudgeRequest, world: JudgeWorld): Evaluation {
  const typed = request.channel.via === 'line';
  const [first, ...others] = readingsOf(request);
  const all = [first, ...others].map((script) => judgeScript(script, request, world));
  const judged = all.flatMap((each) => each.judged);
  const messages = typed ? [] : all.flatMap(({ sql }) => sql.messages);
  const spans = new PointSpans(request.text);
  return {
    parsed: parsedOf(all, typed),
    findings: inOrder([
      ...judged.flatMap(({ findings }) => findings),
      ...messages.flatMap((message) => placed(message, request.text, spans)),
    ]),
    data: mergeData([...judged, ...messages.map(({ evaluation }) => evaluation)].map(({ data }) => data)),
    decision: combined(
      distinctJudged(judged).map((each) => decideFindings(each, request, world)),
      messages,
      decideFindings(NOTHING, request, world),
    ),
    plans: [],
    wants: request.estimates === undefined && !typed ? all.flatMap(({ sql }) => sql.wants) : [],
    asksServer: false,
    ...present({ psqlState: others.length === 0 ? first.end : undefined }),
    copies: others.length === 0 ? copiesOf(first) : [],
    text: {
      get masked() {
        return maskScript(request.text, first, beginsPlain(request));
      },
      fingerprint: '',
    },
  };
}

function copiesOf({ parts }: Script): readonly RawText[] {
  return parts.flatMap((part) => (part.kind === 'command' ? (part.command.copy?.sql ?? []) : []));
}

const NOTHING: Judged = { findings: [], data: NO_DATA };

/** True where the text begins outside quotations and comments. */
function beginsPlain({ psql }: JudgeRequest): boolean {
  if (psql?.state !== undefined) return psql.state.lexer.mode === 'plain';
  return psql?.prompt === undefined || /^[=(-]$/.test(psql.prompt);
}

function combined(
  commands: readonly Decision[],
  messages: readonly SqlMessage[],
  nothing: Decision,
): Decision {
  const [decision = nothing, ...others] = [
    ...commands,
    ...messages.map(({ evaluation }) => evaluation.decision),
  ];
  return strictestDecision(decision, ...others);
}
