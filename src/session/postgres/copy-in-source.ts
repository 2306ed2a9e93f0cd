import { CROSSING_RULE, crossingMessage } from '../../judge/supplied-findings.ts';
import type { Environment } from '../../model/environment.ts';
import type { Message } from '../../model/finding.ts';
import type { Judgement } from '../../model/judge.ts';
import type { CopyInCheck } from '../../wire/postgres/gate.ts';
import type { Inflow } from './inflow.ts';
import { refusalOf } from './refusal.ts';

interface SourceWorld {
  readonly judgement: Pick<Judgement, 'findings' | 'data'>;
  readonly environment: Environment;
  readonly inflow: Inflow;
  readonly refused: (message: Message, rule: string) => void;
}

/** A COPY may begin before its rows are read elsewhere: at its end it is known where they came from. */
export function watchSource(check: CopyInCheck, world: SourceWorld): CopyInCheck {
  const { judgement, environment, inflow, refused } = world;
  // It was decided with that.
  if (judgement.findings.some(({ rule }) => rule === CROSSING_RULE)) return check;
  return {
    push: (payload) => check.push(payload),
    end: () => {
      const supply = inflow.into(environment);
      if (supply === undefined) return check.end();
      const message = crossingMessage(supply, environment, judgement.data.tables);
      refused(message, CROSSING_RULE);
      return refusalOf(message);
    },
  };
}
