import { analyzeSql, doubtFinding } from '../analyze/index.ts';
import { decide, type PreparedPolicy } from '../decide/decide.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import type { Decision } from '../model/decision.ts';
import type { DataFacts, Facts } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { EstimateQuery, JudgeRequest, StatementPlan } from '../model/judge.ts';
import type { ParsedSql } from '../model/sql.ts';
import type { RawText } from '../model/text.ts';
import { estimateQueries } from '../parse/sql/estimate.ts';
import { parseSql } from '../parse/sql/parse-sql.ts';
import { dataFacts, NO_MEMORY } from './data-facts.ts';
import { EvaluationCache } from './evaluation-cache.ts';
import { planStatement } from './statement-plan.ts';
import { userFunctionFindings } from './user-functions.ts';

/** Texts whose analysis is kept, and the longest text that is (UTF-16 code units). */
const KEPT_TEXTS = 2_000;
const LONGEST_KEPT_TEXT = 4_096;

/** What can be said of a text alone. */
interface TextAnalysis {
  readonly parsed: ParsedSql;
  readonly findings: readonly Finding[];
}

export interface SqlEvaluation {
  readonly parsed: ParsedSql;
  readonly findings: readonly Finding[];
  readonly data: DataFacts;
  readonly decision: Decision;
  readonly plans: readonly StatementPlan[];
  readonly wants: readonly EstimateQuery[];
}

const texts = new EvaluationCache<TextAnalysis>(KEPT_TEXTS, LONGEST_KEPT_TEXT);

function analyzeText(text: RawText): TextAnalysis {
  return texts.get(text, () => {
    const parsed = parseSql(text);
    const doubt = doubtFinding(parsed, text);
    return {
      parsed,
      findings: doubt === undefined ? analyzeSql(parsed.items) : [...analyzeSql(parsed.items), doubt],
    };
  });
}

export interface JudgeWorld {
  readonly policy: PreparedPolicy;
  readonly catalog: CatalogSnapshot | undefined;
}

function factsOf(request: JudgeRequest, data: DataFacts): Facts {
  const { actor, purpose, environment, session, time } = request.situation;
  return {
    actor,
    purpose,
    environment,
    session,
    time,
    data,
    impact: { objects: data.tables },
    workflow: { verified: false },
  };
}

/**
 * The whole way from a text to a decision: parse, analyze, facts, decide. Pure and synchronous; the same
 * request and world give the same answer. `wants` is not empty when row estimates would change the facts.
 */
export function evaluateSql(request: JudgeRequest, world: JudgeWorld): SqlEvaluation {
  const { parsed, findings: fromText } = analyzeText(request.text);
  const { catalog } = world;
  const memory = request.memory ?? NO_MEMORY;
  const fromCatalog = userFunctionFindings(parsed.items, catalog);
  const findings = fromCatalog.length === 0 ? fromText : [...fromText, ...fromCatalog];
  const data = dataFacts(parsed.items, { catalog, memory, estimates: request.estimates ?? [] });
  return {
    parsed,
    findings,
    data,
    decision: decide({ findings, facts: factsOf(request, data), parsed: parsed.kind }, world.policy),
    plans: parsed.items.map((statement) => planStatement(statement, catalog, memory)),
    wants:
      request.estimates === undefined
        ? parsed.items.flatMap((statement, index) => estimateQueries(statement, index))
        : [],
  };
}
