import type { Enforcer } from '../../enforce/enforcer.ts';
import type { IssuedMasks } from '../../mask/issued-masks.ts';
import type { MaskKeys } from '../../mask/mask-keys.ts';
import type { Actor } from '../../model/actor.ts';
import type { Message } from '../../model/finding.ts';
import type { Judge } from '../../model/judge.ts';
import type { CompiledPolicy } from '../../model/policy.ts';
import type { ConnectionTarget } from '../../wire/postgres/target.ts';
import type { Catalogs } from './catalogs.ts';
import type { Inflow } from './inflow.ts';
import type { MaskTotals } from './mask-totals.ts';
import type { FromWorker } from './messages.ts';
import type { Outflow } from './outflow.ts';
import type { Purpose } from './purpose.ts';
import type { ScriptRun } from './script-run.ts';
import type { Surroundings } from './surroundings.ts';

/** What all connections of one session share. */
export interface GateSetting {
  readonly session: string;
  readonly target: ConnectionTarget;
  readonly actor: Actor;
  readonly attempts: readonly string[];
  readonly purpose: Purpose;
  readonly judge: Judge;
  readonly enforcer: Enforcer;
  readonly policy: CompiledPolicy;
  readonly surroundings: Surroundings;
  readonly catalogs: Catalogs;
  /** Make and recognise the pseudonyms of this session. */
  readonly keys: MaskKeys;
  /** What was shown in place of values. */
  readonly issued: IssuedMasks;
  /** Adds up what was masked. */
  readonly masked: MaskTotals;
  /** A result that would have to be masked is refused instead. */
  readonly maskFails: boolean;
  /** Whether what the client is given to read are rows of a higher environment. */
  readonly inflow: Inflow;
  /** Remembers where classed rows go. */
  readonly outflow: Outflow;
  readonly attended: boolean;
  /** Whoever connects chooses the database; else the first connection must be the one guard resolved. */
  readonly anyDatabase: boolean;
  readonly run: RunState;
  /** What psql runs besides nothing else, where guard has read it before. */
  readonly script?: ScriptRun;
  /** Marks lines of psql on the wire. */
  readonly lineSecret?: string;
  readonly post: (message: FromWorker) => void;
}

/** How the whole run stands. In a script the first refusal is final. */
export class RunState {
  readonly scripted: boolean;
  #final: Message | undefined;
  #probes = 0;

  constructor(scripted: boolean) {
    this.scripted = scripted;
  }

  /** Why everything is refused from now on; undefined while nothing was. */
  get final(): Message | undefined {
    return this.#final;
  }

  /** Statements so far, on all connections, that told masked values apart by what they looked for. */
  get probes(): number {
    return this.#probes;
  }

  probed(statements: number): void {
    this.#probes += statements;
  }

  refused(message: Message): void {
    if (!this.scripted || this.#final !== undefined) return;
    this.#final = {
      effect: 'Not run: an earlier statement of this run was refused.',
      why: message.effect,
      instead: message.instead,
    };
  }
}
