import { LocalJudge } from '../judge/local-judge.ts';
import { ACTOR_KINDS, type Actor } from '../model/actor.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import { ENVIRONMENT_CLASSES, type Environment } from '../model/environment.ts';
import { GuardError } from '../model/errors.ts';
import type { PurposeFacts } from '../model/facts.ts';
import type { Finding, Message } from '../model/finding.ts';
import type { Intent } from '../model/intent.ts';
import type { Estimate, Judgement, JudgeRequest, Language, Situation } from '../model/judge.ts';
import type { Obligations } from '../model/obligation.ts';
import type { ParsedKind } from '../model/parsed.ts';
import type { CompiledPolicy } from '../model/policy.ts';
import { present } from '../model/present.ts';
import type { Span } from '../model/span.ts';
import type { SqlStatement } from '../model/sql.ts';
import type { Target } from '../model/target.ts';
import { rawText } from '../model/text.ts';
import type { Verdict } from '../model/verdict.ts';
import { readScript } from '../parse/psql/script.ts';
import { parseSql } from '../parse/sql/parse-sql.ts';
import { catalogFinder, classifyCatalog } from './check-catalog.ts';
import { withImpact } from './postgres/impact-message.ts';

/** What would be run, by whom and where. Nothing is run, so any environment and any actor may be asked about. */
export interface CheckRequest {
  readonly text: string;
  /** Without it: SQL where the text is SQL from end to end, else a shell command. */
  readonly lang?: Language;
  /** Without it, and for a class that guard does not know: prod. */
  readonly env?: string;
  /** Without it: a person. A kind that guard does not know may be any of them. */
  readonly actor?: string;
  readonly cwd?: string;
}

/** A finding without what only policies use. */
export type CheckFinding = Pick<Finding, 'rule' | 'intent' | 'effect' | 'why' | 'instead' | 'span'>;

/** The verdict as `guard check --json` prints it. Spans count Unicode code points of the text. */
export interface CheckAnswer {
  readonly verdict: Verdict;
  readonly intents: readonly Intent[];
  readonly obligations: Obligations;
  readonly rule: string;
  readonly parsed: ParsedKind;
  readonly findings: readonly CheckFinding[];
}

export interface CheckSetting {
  readonly policy: CompiledPolicy;
  /** From DDL, not classified yet. */
  readonly schema?: CatalogSnapshot;
  readonly purpose?: PurposeFacts;
}

export type Checker = (request: CheckRequest) => Promise<CheckAnswer>;

const SESSION = 'check';
const NO_DATABASE = 'no database was asked';

const TARGET_KINDS: Readonly<Record<Language, Target['kind']>> = {
  shell: 'shell',
  sql: 'postgres',
  psql: 'postgres',
  kubectl: 'kubernetes',
};

function claimedActor(claim: string | undefined): Actor {
  const kind = ACTOR_KINDS.find((each) => each === (claim ?? 'human'));
  // A stranger may be any of them: the policy then takes the strictest.
  const kinds = kind === undefined ? ACTOR_KINDS : [kind];
  return {
    kind: kind ?? 'agent',
    id: 'guard check',
    uid: 0,
    groups: [],
    mfa: false,
    evidence: kinds.map((value) => ({ value, source: 'guard check', strength: 'claimed' })),
  };
}

function claimedEnvironment(claim: string | undefined): Environment {
  const level = ENVIRONMENT_CLASSES.find((each) => each === claim) ?? 'prod';
  return { class: level, name: level, because: 'guard check', synthetic: false, throwaway: false };
}

/** What somebody says of who would act, and where; nothing of it is proven. */
export function claimedSituation(
  request: Pick<CheckRequest, 'actor' | 'env'>,
  purpose: PurposeFacts,
): Situation {
  const actor = claimedActor(request.actor);
  return {
    actor,
    purpose,
    environment: claimedEnvironment(request.env),
    session: {
      id: SESSION,
      tainted: [],
      transaction: 'idle',
      wrote: false,
      attended: actor.kind === 'human',
    },
    time: new Date().toISOString(),
  };
}

/** The grammar is asked once to tell the language and to find the tables. */
function readText(request: CheckRequest): {
  readonly language: Language;
  readonly statements: readonly SqlStatement[];
} {
  if (request.lang === 'shell' || request.lang === 'kubectl')
    return { language: request.lang, statements: [] };
  if (request.lang === 'psql') return { language: 'psql', statements: sentStatements(request.text) };
  const parsed = parseSql(rawText(request.text));
  // Beyond the limits: no shell reads that either, and the reason is worth telling.
  const isSql = parsed.kind === 'complete' ? parsed.items.length > 0 : parsed.kind === 'beyond-limits';
  return { language: request.lang ?? (isSql ? 'sql' : 'shell'), statements: parsed.items };
}

/** The statements that psql would send for a text. */
function sentStatements(text: string): readonly SqlStatement[] {
  return readScript(text, { source: 'file' }).parts.flatMap((part) => {
    if (part.kind === 'sql') return parseSql(part.text).items;
    const copied = part.kind === 'command' ? part.command.copy?.sql : undefined;
    return copied === undefined ? [] : parseSql(copied).items;
  });
}

function noEstimates(statements: readonly SqlStatement[]): readonly Estimate[] {
  return statements.map((_, statement) => ({ statement, unavailable: NO_DATABASE }));
}

/** The finding that decided is told as the policy sees it: with its reason, its way out, and the blast radius. */
function told(finding: Finding, { message, findings, data }: Judgement): Message {
  const decisive = findings.find(({ effect }) => effect === message.effect);
  return finding === decisive ? withImpact(message, data) : finding;
}

/** A parser may point behind the end of a text. */
function within({ start, end }: Span, points: number): Span {
  return { start: Math.min(start, points), end: Math.min(end, points) };
}

function answerOf(text: string, judgement: Judgement): CheckAnswer {
  // No more code points than that; counted only where a span may be wrong.
  const points = judgement.parsed === 'complete' ? text.length : [...text].length;
  const { verdict, intents, obligations, rule, parsed, findings } = judgement;
  return {
    verdict,
    intents,
    obligations,
    rule,
    parsed,
    findings: findings.map((finding) => {
      const { effect, why, instead } = told(finding, judgement);
      const { rule: id, intent, span } = finding;
      return { rule: id, intent, effect, why, instead, span: within(span, points) };
    }),
  };
}

/** The answer to what could not be judged at all: never a silent pass. */
export function refusedCheck(because: {
  readonly rule: string;
  readonly parsed: Exclude<ParsedKind, 'complete'>;
  readonly why: string;
  readonly instead: string;
}): CheckAnswer {
  const { rule, parsed, why, instead } = because;
  const finding: CheckFinding = {
    rule,
    intent: 'unknown',
    effect: 'This was not judged.',
    why,
    instead,
    span: { start: 0, end: 0 },
  };
  return {
    verdict: 'block',
    intents: ['unknown'],
    obligations: { mask: [] },
    rule,
    parsed,
    findings: [finding],
  };
}

/** One text must not end the answers to all others; what went wrong may quote it and stays untold. */
function failedCheck(error: unknown): CheckAnswer {
  const tooDeep =
    error instanceof RangeError || (error instanceof GuardError && error.code === 'PARSER_FAILED');
  return tooDeep
    ? refusedCheck({
        rule: 'check.parser-broke',
        parsed: 'beyond-limits',
        why: 'The parser broke on it: it is nested too deeply.',
        instead: 'Write it as plain statements, one at a time.',
      })
    : refusedCheck({
        rule: 'check.failed',
        parsed: 'beyond-limits',
        why: 'Something in guard itself failed on it.',
        instead: 'Please report it, with a text that shows it.',
      });
}

/** A judge that keeps no log, because nothing is run. `loadSqlParser()` must have resolved. The answer never rejects. */
export function createChecker(setting: CheckSetting): Checker {
  const { policy, purpose = { breakglass: false } } = setting;
  const judge = new LocalJudge({ policy });
  const schema = setting.schema === undefined ? undefined : classifyCatalog(setting.schema, policy.labels);
  const findCatalog = catalogFinder(schema, policy.labels);

  const judged = async (request: CheckRequest): Promise<Judgement> => {
    const { language, statements } = readText(request);
    const catalog = findCatalog(statements);
    const asked: JudgeRequest = {
      channel: { language, via: 'check', certainty: 'claimed' },
      text: rawText(request.text),
      target: { kind: TARGET_KINDS[language], name: 'guard check' },
      situation: claimedSituation(request, purpose),
      estimates: noEstimates(statements),
      entry: false,
      ...present({ cwd: request.cwd, catalog: catalog?.version }),
    };
    // In one go: the judge forgets the oldest catalogs, and other checks may run meanwhile.
    const learnt = catalog === undefined ? undefined : judge.learn(catalog);
    const [judgement] = await Promise.all([judge.judge(asked), learnt]);
    return judgement;
  };

  return async (request) => {
    try {
      return answerOf(request.text, await judged(request));
    } catch (error) {
      return failedCheck(error);
    }
  };
}
