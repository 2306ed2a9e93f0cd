import { preparePolicy } from '../../src/decide/prepare.ts';
import { evaluateSql } from '../../src/judge/evaluate-sql.ts';
import type { Evaluation } from '../../src/judge/evaluation.ts';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import type { EnvironmentClass } from '../../src/model/environment.ts';
import type { Estimate, JudgeRequest } from '../../src/model/judge.ts';
import { rawText } from '../../src/model/text.ts';
import { catalogFromDdl } from '../../src/parse/sql/ddl-catalog.ts';
import { loadBuiltIn } from '../../src/policy/built-in.ts';
import { classifyCatalog } from '../../src/session/check-catalog.ts';
import { compilePolicy } from '../policy/compile-policy.ts';

export function catalogOf(ddl: string): CatalogSnapshot {
  const catalog = catalogFromDdl(rawText(ddl));
  if (!catalog.complete) throw new Error('the stage was not read to the end');
  return classifyCatalog(catalog, []);
}

/** A policy of a few rules, alone. */
export function policyOf(rules: string) {
  const text = `apiVersion: guard/v1\nkind: Policy\nmetadata: { name: test, version: "1" }\nrules:\n${rules}`;
  return preparePolicy(compilePolicy([{ file: 'test.yaml', layer: 'org', text }]));
}

export async function builtIn() {
  return preparePolicy(await loadBuiltIn());
}

interface Stage {
  readonly policy: ReturnType<typeof policyOf>;
  readonly catalog: CatalogSnapshot | undefined;
  readonly environment?: EnvironmentClass;
  readonly estimates?: readonly Estimate[];
}

function requestOf(text: string, { catalog, environment = 'dev', estimates }: Stage): JudgeRequest {
  return {
    channel: { language: 'sql', via: 'wire', certainty: 'exact' },
    text: rawText(text),
    target: { kind: 'postgres', name: 'clinic' },
    situation: {
      actor: { kind: 'human', id: 'nina', uid: 1_000, groups: [], mfa: false, evidence: [] },
      purpose: { breakglass: false },
      environment: { class: environment, name: 'c', because: 'test', synthetic: false, throwaway: false },
      session: { id: 's', tainted: [], transaction: 'idle', wrote: false, attended: true },
      time: '2026-11-20T10:00:00Z',
    },
    entry: false,
    ...(catalog === undefined ? {} : { catalog: catalog.version }),
    ...(estimates === undefined ? {} : { estimates }),
  };
}

export function judgeOn(stage: Stage): (text: string) => Evaluation {
  return (text) => evaluateSql(requestOf(text, stage), stage);
}
