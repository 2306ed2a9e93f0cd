import { type PreparedPolicy, preparePolicy } from '../../../src/decide/prepare.ts';
import { evaluate } from '../../../src/judge/evaluate.ts';
import type { ActorKind } from '../../../src/model/actor.ts';
import type { CatalogSnapshot } from '../../../src/model/catalog.ts';
import type { EnvironmentClass } from '../../../src/model/environment.ts';
import type { Estimate } from '../../../src/model/judge.ts';
import type { PlanPart } from '../../../src/model/plan.ts';
import { rawText } from '../../../src/model/text.ts';
import { compileBuiltIn } from '../../../src/policy/compile.ts';

export interface Stage {
  readonly kind?: ActorKind;
  readonly environment?: EnvironmentClass;
  readonly catalog?: CatalogSnapshot;
  readonly estimates?: readonly Estimate[];
}

let policy: PreparedPolicy | undefined;

/** One SQL statement a line, in a file of that name. */
export function script(text: string, file = 'a.sql'): readonly PlanPart[] {
  return text
    .split('\n')
    .map((line, index) => ({ line, index }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, index }) => ({
      language: line.startsWith('\\') ? 'psql' : 'sql',
      text: rawText(line.trim()),
      file,
      line: index + 1,
    }));
}

export function judgeScript(parts: readonly PlanPart[], stage: Stage = {}) {
  policy ??= preparePolicy(compileBuiltIn());
  const kind = stage.kind ?? 'human';
  return evaluate(
    {
      channel: { language: 'sql', via: 'file', certainty: 'exact' },
      text: rawText(parts.map(({ text }) => text).join('\n')),
      script: parts,
      target: { kind: 'postgres', name: 'clinic' },
      situation: {
        actor: { kind, id: 'nina', uid: 1000, groups: [], mfa: false, evidence: [] },
        purpose: { breakglass: false },
        environment: {
          class: stage.environment ?? 'prod',
          name: 'clinic',
          because: 'test',
          synthetic: false,
          throwaway: false,
        },
        session: { id: 's', tainted: [], transaction: 'idle', wrote: false, attended: kind === 'human' },
        time: '2026-11-20T10:00:00Z',
      },
      ...(stage.estimates === undefined ? {} : { estimates: stage.estimates }),
      entry: false,
    },
    { policy, catalog: stage.catalog },
  );
}
