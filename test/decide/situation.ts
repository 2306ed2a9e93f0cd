import type { ActorKind } from '../../src/model/actor.ts';
import type { EnvironmentClass } from '../../src/model/environment.ts';
import { type DataFacts, type Facts, NO_DATA } from '../../src/model/facts.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Intent } from '../../src/model/intent.ts';
import type { Parsed } from '../../src/model/parsed.ts';

/** What a test changes of an ordinary situation. */
export interface Change {
  readonly kind?: ActorKind;
  readonly id?: string;
  readonly groups?: readonly string[];
  readonly mfa?: boolean;
  readonly environment?: EnvironmentClass;
  readonly synthetic?: boolean;
  readonly throwaway?: boolean;
  readonly data?: Partial<DataFacts>;
  readonly verified?: boolean;
  readonly attended?: boolean;
  readonly ticket?: string;
  readonly purpose?: string;
  readonly breakglass?: boolean;
  readonly session?: Partial<Facts['session']>;
  readonly target?: Facts['target'];
}

export function factsOf(change: Change = {}): Facts {
  const kind = change.kind ?? 'human';
  return {
    actor: {
      kind,
      id: change.id ?? 'sam',
      uid: 1000,
      groups: change.groups ?? [],
      mfa: change.mfa ?? false,
      evidence: [],
    },
    purpose: {
      breakglass: change.breakglass ?? false,
      ...(change.ticket === undefined ? {} : { ticket: change.ticket }),
      ...(change.purpose === undefined ? {} : { text: change.purpose }),
    },
    environment: {
      class: change.environment ?? 'dev',
      name: 'clinic',
      because: 'a test says so',
      synthetic: change.synthetic ?? false,
      throwaway: change.throwaway ?? false,
    },
    data: { ...NO_DATA, ...change.data },
    impact: { objects: [] },
    workflow: { verified: change.verified ?? false },
    session: {
      id: 'session',
      tainted: [],
      transaction: 'idle',
      wrote: false,
      attended: change.attended ?? kind === 'human',
      ...change.session,
    },
    ...(change.target === undefined ? {} : { target: change.target }),
    time: '2026-11-20T10:00:00Z',
  };
}

export function findingOf(intent: Intent, tags: readonly string[] = [], rule = 'sql.test'): Finding {
  return {
    rule,
    intent,
    tags,
    span: { start: 0, end: 1 },
    objects: [],
    effect: `This does ${intent}.`,
    why: 'It matters.',
    instead: 'Do less.',
  };
}

export const COMPLETE: Parsed<unknown> = { kind: 'complete', items: ['a statement'] };
