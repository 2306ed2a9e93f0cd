import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type PreparedPolicy, preparePolicy } from '../../src/decide/prepare.ts';
import { NO_MEMORY } from '../../src/judge/data-facts.ts';
import { evaluateSql } from '../../src/judge/evaluate-sql.ts';
import type { Evaluation } from '../../src/judge/evaluation.ts';
import { afterChange } from '../../src/judge/message-memory.ts';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import type { Situation, StatementMemory } from '../../src/model/judge.ts';
import { rawText } from '../../src/model/text.ts';
import { catalogFromDdl } from '../../src/parse/sql/ddl-catalog.ts';
import { loadSqlParser, parseSql } from '../../src/parse/sql/parse-sql.ts';
import { loadBuiltIn } from '../../src/policy/built-in.ts';
import { classifyCatalog } from '../../src/session/check-catalog.ts';

/** Where the statements of PostgreSQL's regression tests are kept, one JSON string a line (see NOTICE.md beside it); tests and benches run in the project's folder. */
export const REGRESSION_FILE = resolve('test/corpus/postgres-regression.jsonl.gz');

export function keptRegression(): readonly string[] {
  const lines = gunzipSync(readFileSync(REGRESSION_FILE)).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): string => JSON.parse(line));
}

const DEFINES =
  /^\s*create\s+(?:or\s+replace\s+)?(?:global\s+|local\s+)?(?:temp\w*\s+|unlogged\s+|foreign\s+|materialized\s+|recursive\s+)?(?:table|view|function|procedure|sequence)\b/i;

/** The tables, views and functions that the texts make, all at once: what each of them acts on is mostly there. */
export function regressionCatalog(texts: readonly string[]): CatalogSnapshot {
  const definitions = texts.filter(
    (text) => DEFINES.test(text) && parseSql(rawText(text)).kind === 'complete',
  );
  const catalog = classifyCatalog(catalogFromDdl(rawText(definitions.join(';\n'))), []);
  // Types and casts are left out, so it says itself that it is not whole; the functions are.
  return { ...catalog, complete: true };
}

const SITUATION: Situation = {
  actor: { kind: 'human', id: 'bench', uid: 1, groups: [], mfa: false, evidence: [] },
  purpose: { breakglass: false },
  environment: { class: 'prod', name: 'prod', because: 'bench', synthetic: false, throwaway: false },
  session: { id: 'bench', tainted: [], transaction: 'idle', wrote: false, attended: true },
  time: '2026-01-01T00:00:00Z',
};

export interface Classified {
  readonly text: string;
  /** PostgreSQL's node tag of the first statement; empty when there is none. */
  readonly kind: string;
  /** Why what it does is not all known; empty when it is. */
  readonly reasons: readonly string[];
  /** Result columns that can't be followed make it false. */
  readonly traced: boolean;
  readonly evaluation: Evaluation;
  /** Of processor time, garbage collection and other threads of the process included. */
  readonly microseconds: number;
}

function reasonsOf(evaluation: Evaluation): readonly string[] {
  const reasons = evaluation.findings.flatMap(({ rule, intent, objects, why }) => {
    if (intent === 'unknown') return [`${rule}: ${why}`];
    return intent === 'exec.dynamic' ? [`${rule}: ${objects.join(', ').replace(/^CALL .*/, 'CALL')}`] : [];
  });
  return [...new Set(reasons)];
}

/** The engine as a session uses it, one statement after the other. */
export class RegressionRun {
  readonly #policy: PreparedPolicy;
  readonly #catalog: CatalogSnapshot;
  #memory: StatementMemory = NO_MEMORY;

  private constructor(policy: PreparedPolicy, catalog: CatalogSnapshot) {
    this.#policy = policy;
    this.#catalog = catalog;
  }

  static async over(texts: readonly string[]): Promise<RegressionRun> {
    await loadSqlParser();
    return new RegressionRun(preparePolicy(await loadBuiltIn()), regressionCatalog(texts));
  }

  classify(text: string): Classified {
    const began = process.cpuUsage();
    const evaluation = evaluateSql(
      {
        channel: { language: 'sql', via: 'wire', certainty: 'exact' },
        text: rawText(text),
        target: { kind: 'postgres', name: 'regression' },
        situation: SITUATION,
        catalog: this.#catalog.version,
        memory: this.#memory,
        entry: false,
      },
      { policy: this.#policy, catalog: this.#catalog },
    );
    const { user, system } = process.cpuUsage(began);
    const microseconds = user + system;
    for (const { remember } of evaluation.plans)
      if (remember !== undefined && remember.kind !== 'created') this.#memory = afterChange(this.#memory, remember);
    return {
      text,
      kind: evaluation.plans[0]?.kind ?? '',
      reasons: reasonsOf(evaluation),
      traced: evaluation.plans.every(({ outputs }) => outputs.kind !== 'opaque'),
      evaluation,
      microseconds,
    };
  }
}
