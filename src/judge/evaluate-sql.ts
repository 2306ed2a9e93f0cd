import { analyzeSql, doubtFinding } from '../analyze/index.ts';
import { maskStatement } from '../mask/statement.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import { NO_DATA } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { EstimateQuery, JudgeRequest, StatementMemory, StatementPlan } from '../model/judge.ts';
import type { ParsedSql, SqlStatement } from '../model/sql.ts';
import type { MaskedText, RawText } from '../model/text.ts';
import { estimateQueries } from '../parse/sql/estimate.ts';
import { fingerprintSql } from '../parse/sql/fingerprint.ts';
import { sqlLiterals } from '../parse/sql/literals.ts';
import { parseSql } from '../parse/sql/parse-sql.ts';
import { carryFindings } from './carried-values.ts';
import { commitFindings, withPending } from './commit-question.ts';
import { dataFacts, NO_MEMORY } from './data-facts.ts';
import { decideForSuspects } from './decide-suspects.ts';
import { type Evaluated, type JudgeWorld, remember, stillHolds } from './evaluated.ts';
import type { Evaluation } from './evaluation.ts';
import { EvaluationCache } from './evaluation-cache.ts';
import { KnownShapes } from './known-shapes.ts';
import { maskOpaque } from './mask-opaque.ts';
import { memoriesOf } from './message-memory.ts';
import { readPrepared } from './prepared-statements.ts';
import { tagProbes } from './probe-facts.ts';
import { reachFindings } from './reach-findings.ts';
import { type Reached, reachedBlindly, reachedBy, withoutFollowed } from './reached.ts';
import { situationFacts } from './situation-facts.ts';
import { planStatement } from './statement-plan.ts';
import { suppliedFindings } from './supplied-findings.ts';
import { withTakenRows } from './taken-rows.ts';
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

const texts = new EvaluationCache<TextAnalysis>(KEPT_TEXTS, LONGEST_KEPT_TEXT, KEPT_LENGTH);

const shapes = new KnownShapes();

function analyzeText(text: RawText): TextAnalysis {
  return texts.get(text, () => new TextAnalysis(text));
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

interface StatementReach {
  readonly all: readonly Reached[];
  /** A statement before it may have changed what functions do. */
  readonly blind: boolean;
}

function reachedByAll(
  statements: readonly SqlStatement[],
  plans: readonly StatementPlan[],
  catalog: CatalogSnapshot | undefined,
): readonly StatementReach[] {
  let blind = false;
  return statements.map((statement, index) => {
    const own = reachedBy(statement, catalog);
    const all = blind ? [...own, ...reachedBlindly(statement, catalog)] : own;
    const reach = { all, blind };
    if (plans[index]?.changesSchema) blind = true;
    return reach;
  });
}

/**
 * The whole way from a text to a decision: parse, analyze, facts, decide. Pure and synchronous; the same
 * request and world give the same answer. `wants` is not empty when row estimates would change the facts.
 */
export function evaluateSql(request: JudgeRequest, world: JudgeWorld): Evaluation {
  const told = request.estimates !== undefined || request.serverRejects !== undefined;
  return told
    ? evaluateTold(request, world)
    : (knownEvaluation(request, world) ?? evaluateAnew(request, world));
}

/** What was found last time, for this text or one of its shape, where nothing that it depends on is different. */
function knownEvaluation(request: JudgeRequest, world: JudgeWorld): Evaluation | undefined {
  const known = texts.find(request.text);
  if (known === undefined) return shapes.find(request, world);
  const { evaluated } = known;
  return evaluated !== undefined && stillHolds(evaluated, request, world) ? evaluated.evaluation : undefined;
}

function evaluateAnew(request: JudgeRequest, world: JudgeWorld): Evaluation {
  const analysis = analyzeText(request.text);
  const evaluation = evaluateText(request, analysis, world);
  analysis.evaluated = remember(evaluation, request, world);
  shapes.keep(analysis.parsed.items, analysis.evaluated, request.text);
  return evaluation;
}

/** The caller brings answers to what an earlier judgement wanted to know. */
function evaluateTold(request: JudgeRequest, world: JudgeWorld): Evaluation {
  const analysis = analyzeText(request.text);
  return request.serverRejects === true && analysis.parsed.kind === 'partial'
    ? rejectedByServer(request, analysis, world)
    : evaluateText(request, analysis, world);
}

function evaluateText(request: JudgeRequest, analysis: TextAnalysis, world: JudgeWorld): Evaluation {
  const { parsed } = analysis;
  const { catalog } = world;
  const memory = request.memory ?? NO_MEMORY;
  const memories = memoriesOf(parsed.items, memory, catalog);
  const items = readPrepared(parsed.items, memories);
  const plans = planAll(items, catalog, memories);
  const reached = reachedByAll(items, plans, catalog);
  const known = items.map((item, index) => (reached[index]?.blind ? item : withoutFollowed(item, catalog)));
  const asParsed = known.every((item, index) => item === parsed.items[index]);
  const fromText = asParsed ? analysis.findings : analyzeSql(known);
  const fromCatalog = [
    ...items.flatMap((item, index) => reachFindings(item, reached[index]?.all ?? [])),
    ...carryFindings(items, { catalog, memories }),
  ];
  const { pending, supplied } = request.situation.session;
  const { environment } = request.situation;
  const crossing = suppliedFindings(items, parsed, {
    supply: supplied,
    into: environment,
    reached: reached.map(({ all }) => all),
  });
  const putOff = commitFindings(items, pending);
  const more = [...fromCatalog, ...putOff, ...crossing];
  const touched = dataFacts(known, {
    catalog,
    memory,
    memories,
    estimates: request.estimates ?? [],
    reached: reached.map(({ all }) => all),
  });
  const findings = tagProbes(more.length === 0 ? fromText : [...fromText, ...more], touched.probes);
  const data = pending === undefined || putOff.length === 0 ? touched : withPending(touched, pending);
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
        ? items.flatMap((item, index) =>
            wantedEstimates(item, index, { isAsNow: memories[index] === memory, catalog }),
          )
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
function wantedEstimates(
  statement: SqlStatement,
  index: number,
  { isAsNow, catalog }: { readonly isAsNow: boolean; readonly catalog: CatalogSnapshot | undefined },
): readonly EstimateQuery[] {
  if (statement.kind !== 'ExecuteStmt')
    return estimateQueries(statement, index).map((query) => withTakenRows(query, statement, catalog));
  return isAsNow && statement.effects.some(isWrite) ? [{ statement: index, explain: statement.text }] : [];
}
