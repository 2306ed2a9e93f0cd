import { analyzeSql, doubtFinding } from '../analyze/index.ts';
import type { ColumnLabel } from '../catalog/labels.ts';
import type { PreparedPolicy } from '../decide/prepare.ts';
import { maskStatement } from '../mask/statement.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import { NO_DATA } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type {
  EstimateQuery,
  JudgeRequest,
  Situation,
  StatementMemory,
  StatementPlan,
} from '../model/judge.ts';
import type { ParsedSql, SqlStatement } from '../model/sql.ts';
import type { Target } from '../model/target.ts';
import type { MaskedText, RawText } from '../model/text.ts';
import { estimateQueries } from '../parse/sql/estimate.ts';
import { fingerprintSql } from '../parse/sql/fingerprint.ts';
import { sqlLiterals } from '../parse/sql/literals.ts';
import { parseSql } from '../parse/sql/parse-sql.ts';
import { carryFindings } from './carried-values.ts';
import { commitFindings, withPending } from './commit-question.ts';
import { dataFacts, NO_MEMORY } from './data-facts.ts';
import { decideForSuspects } from './decide-suspects.ts';
import type { Evaluation } from './evaluation.ts';
import { EvaluationCache } from './evaluation-cache.ts';
import { maskOpaque } from './mask-opaque.ts';
import { memoriesOf } from './message-memory.ts';
import { readPrepared } from './prepared-statements.ts';
import { sameSituation, situationFacts } from './situation-facts.ts';
import { planStatement } from './statement-plan.ts';
import { userFunctionFindings } from './user-functions.ts';
import { isWrite } from './write-scale.ts';

/**
 * Texts whose analysis is kept, the longest text that is, and the length of all of them (UTF-16 code units). A syntax
 * tree takes some hundred bytes for each character of its text.
 */
const KEPT_TEXTS = 500;
const LONGEST_KEPT_TEXT = 4_096;
const KEPT_LENGTH = 64_000;

/** What can be said of a text alone; what not every caller needs is made when it is asked for. */
class TextAnalysis {
  readonly parsed: ParsedSql;
  readonly findings: readonly Finding[];
  readonly #text: RawText;
  #masked: MaskedText | undefined;
  #fingerprint: string | undefined;
  /** The last whole evaluation of this text: the same program asks the same thing again and again. */
  evaluated: Evaluated | undefined;

  constructor(text: RawText) {
    this.#text = text;
    this.parsed = parseSql(text);
    const doubt = doubtFinding(this.parsed);
    const found = analyzeSql(this.parsed.items);
    this.findings = doubt === undefined ? found : [...found, doubt];
  }

  /** The text with its literals hidden. */
  get masked(): MaskedText {
    const masked = this.#masked ?? maskStatement(this.#text, sqlLiterals(this.#text));
    this.#masked = masked;
    return masked;
  }

  /** PostgreSQL's fingerprint of the text's shape; empty when it can't be read. */
  get fingerprint(): string {
    const fingerprint =
      this.#fingerprint ?? (this.parsed.kind === 'complete' ? fingerprintSql(this.#text) : '');
    this.#fingerprint = fingerprint;
    return fingerprint;
  }
}

/** An evaluation with everything it was made from. A catalog stands as its number, so that old ones can go. */
interface Evaluated {
  readonly situation: Situation;
  readonly target: Target['kind'];
  readonly memory: StatementMemory;
  readonly policy: PreparedPolicy;
  readonly catalog: number;
  readonly evaluation: Evaluation;
}

const texts = new EvaluationCache<TextAnalysis>(KEPT_TEXTS, LONGEST_KEPT_TEXT, KEPT_LENGTH);

function analyzeText(text: RawText): TextAnalysis {
  return texts.get(text, () => new TextAnalysis(text));
}

export interface JudgeWorld {
  readonly policy: PreparedPolicy;
  readonly catalog: CatalogSnapshot | undefined;
  /** What people said about columns, for tables that a script makes. */
  readonly labels?: readonly ColumnLabel[];
}

/** A statement that changes the schema, where names are looked up or what columns hold makes the catalog wrong for those after it. */
function planAll(
  statements: readonly SqlStatement[],
  catalog: CatalogSnapshot | undefined,
  memories: readonly StatementMemory[],
): readonly StatementPlan[] {
  let known = catalog;
  return statements.map((statement, index) => {
    const plan = planStatement(statement, known, memories[index] ?? NO_MEMORY);
    if (plan.changesSchema || plan.fills !== undefined) known = undefined;
    return plan;
  });
}

const NO_CATALOG = 0;
const catalogNumbers = new WeakMap<CatalogSnapshot, number>();
let lastCatalogNumber = NO_CATALOG;

function numberOf(catalog: CatalogSnapshot | undefined): number {
  if (catalog === undefined) return NO_CATALOG;
  const known = catalogNumbers.get(catalog);
  if (known !== undefined) return known;
  lastCatalogNumber += 1;
  catalogNumbers.set(catalog, lastCatalogNumber);
  return lastCatalogNumber;
}

/** What was found last time, where nothing that it depends on is different. */
function knownEvaluation(
  last: Evaluated | undefined,
  request: JudgeRequest,
  world: JudgeWorld,
): Evaluation | undefined {
  if (last === undefined) return undefined;
  const same =
    last.policy === world.policy &&
    last.catalog === numberOf(world.catalog) &&
    last.target === request.target.kind &&
    last.memory === (request.memory ?? NO_MEMORY) &&
    sameSituation(last.situation, request.situation);
  return same ? last.evaluation : undefined;
}

/**
 * The whole way from a text to a decision: parse, analyze, facts, decide. Pure and synchronous; the same
 * request and world give the same answer. `wants` is not empty when row estimates would change the facts.
 */
export function evaluateSql(request: JudgeRequest, world: JudgeWorld): Evaluation {
  const analysis = analyzeText(request.text);
  if (request.serverRejects === true && analysis.parsed.kind === 'partial')
    return rejectedByServer(request, analysis, world);
  const told = request.estimates !== undefined || request.serverRejects !== undefined;
  if (told) return evaluateText(request, analysis, world);
  const known = knownEvaluation(analysis.evaluated, request, world);
  if (known !== undefined) return known;
  const evaluation = evaluateText(request, analysis, world);
  const { situation, target, memory = NO_MEMORY } = request;
  const { policy, catalog } = world;
  analysis.evaluated = {
    situation,
    target: target.kind,
    memory,
    policy,
    catalog: numberOf(catalog),
    evaluation,
  };
  return evaluation;
}

function evaluateText(request: JudgeRequest, analysis: TextAnalysis, world: JudgeWorld): Evaluation {
  const { parsed } = analysis;
  const { catalog } = world;
  const memory = request.memory ?? NO_MEMORY;
  const memories = memoriesOf(parsed.items, memory, catalog);
  const items = readPrepared(parsed.items, memories);
  const fromText = items === parsed.items ? analysis.findings : analyzeSql(items);
  const fromCatalog = [
    ...userFunctionFindings(items, catalog),
    ...carryFindings(items, { catalog, memories }),
  ];
  const { pending } = request.situation.session;
  const putOff = commitFindings(items, pending);
  const more = [...fromCatalog, ...putOff];
  const findings = more.length === 0 ? fromText : [...fromText, ...more];
  const touched = dataFacts(items, { catalog, memory, memories, estimates: request.estimates ?? [] });
  const data = pending === undefined || putOff.length === 0 ? touched : withPending(touched, pending);
  const plans = planAll(items, catalog, memories);
  const decision = decideForSuspects(
    { findings, facts: situationFacts(request, data), parsed },
    world.policy,
  );
  return {
    text: analysis,
    parsed: parsed.kind,
    findings,
    data,
    decision: maskOpaque(decision, plans, request.situation.environment),
    plans,
    wants:
      request.estimates === undefined
        ? items.flatMap((item, index) => wantedEstimates(item, index, memories[index] === memory))
        : [],
    asksServer: parsed.kind === 'partial' && request.serverRejects === undefined,
  };
}

/** A slip of the pen: the server's own grammar says so too, and prints its own error. */
function rejectedByServer(request: JudgeRequest, text: TextAnalysis, world: JudgeWorld): Evaluation {
  const findings: readonly Finding[] = [
    {
      rule: 'sql.syntax-error',
      intent: 'session.control',
      span: { start: 0, end: request.text.length },
      objects: [],
      tags: ['syntax-error'],
      effect: 'Nothing: the server refuses it as a syntax error.',
      why: '',
      instead: '',
    },
  ];
  const parsed: ParsedSql = { kind: 'complete', items: [] };
  return {
    text,
    parsed: 'partial',
    findings,
    data: NO_DATA,
    decision: decideForSuspects({ findings, facts: situationFacts(request, NO_DATA), parsed }, world.policy),
    plans: [],
    wants: [],
    asksServer: false,
  };
}

/**
 * `EXPLAIN EXECUTE name(…)` plans a prepared statement with its values: the one of that name now, which a statement
 * before it in the same message may replace (`isAsNow` false).
 */
function wantedEstimates(statement: SqlStatement, index: number, isAsNow: boolean): readonly EstimateQuery[] {
  if (statement.kind !== 'ExecuteStmt') return estimateQueries(statement, index);
  return isAsNow && statement.effects.some(isWrite) ? [{ statement: index, explain: statement.text }] : [];
}
