import { NO_TRANSACTION } from '../../enforce/limits.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import { type DumpWish, tableKey } from '../../model/dump.ts';
import type { Environment } from '../../model/environment.ts';
import type { Message } from '../../model/finding.ts';
import type { Judgement, JudgeRequest } from '../../model/judge.ts';
import type { Target } from '../../model/target.ts';
import { rawText } from '../../model/text.ts';
import { selectTables } from '../../protocols/pg-dump/select.ts';
import { answerOf } from './answer-outcome.ts';
import type { GateSetting } from './gate-setting.ts';
import { reportFailure } from './report-failure.ts';

/** Where one connection of the dump leads. */
export interface DumpPlace {
  readonly target: Target;
  readonly environment: Environment;
  readonly catalog: CatalogSnapshot | undefined;
}

/** `passes`: the decision, and the OIDs of the tables it is about. */
export type DumpRuling =
  | { readonly kind: 'passes'; readonly judgement: Judgement; readonly tables: ReadonlySet<number> }
  | { readonly kind: 'refused'; readonly message: Message };

interface Decided {
  readonly ruling: Promise<DumpRuling>;
  rows: number;
  readonly masked: Map<string, number>;
  readonly began: number;
  failed: string | undefined;
}

const RULE = 'postgres.dump';
const NO_CATALOG: Message = {
  effect: 'The dump was not started: guard could not read the whole schema.',
  why: 'Without it nobody knows which tables hold data of persons.',
  instead: 'Start it again; guard doctor tells what is missing.',
};

/** Decides a dump once for each database, however many connections it takes, and keeps account of it. */
export class DumpDesk {
  readonly wish: DumpWish;
  readonly #setting: GateSetting;
  #spoilt: Message | undefined;
  readonly #decided = new Map<string, Decided>();

  constructor(wish: DumpWish, setting: GateSetting) {
    this.wish = wish;
    this.#setting = setting;
  }

  /** The dump would not be what it says: nothing more of it on any connection. */
  spoil(message: Message): void {
    if (this.#spoilt !== undefined) return;
    this.#spoilt = message;
    this.#setting.run.refused(message);
    this.#setting.post({ kind: 'refused', message, rule: RULE });
  }

  rule(place: DumpPlace, cancel: AbortSignal): Promise<DumpRuling> {
    if (this.#spoilt !== undefined) return Promise.resolve({ kind: 'refused', message: this.#spoilt });
    const key = keyOf(place.target);
    const known = this.#decided.get(key);
    if (known !== undefined) return known.ruling;
    const ruling = this.#rule(place, cancel);
    this.#decided.set(key, {
      ruling,
      rows: 0,
      masked: new Map(),
      began: performance.now(),
      failed: undefined,
    });
    return ruling;
  }

  /** One COPY of the dump is through. */
  counted(target: Target, copied: Copied): void {
    const decided = this.#decided.get(keyOf(target));
    if (decided === undefined) return;
    decided.rows += copied.rows;
    decided.failed ??= copied.error;
    for (const [name, count] of Object.entries(copied.masked))
      decided.masked.set(name, (decided.masked.get(name) ?? 0) + count);
  }

  /** The dump is over: one result for each decision. */
  async close(): Promise<void> {
    for (const { ruling, rows, masked, began, failed } of this.#decided.values()) {
      const said = await ruling.catch(() => undefined);
      if (said?.kind !== 'passes') continue;
      const durationMs = Math.round(performance.now() - began);
      try {
        await this.#setting.judge.record({
          kind: 'result',
          decision: said.judgement.id,
          rows,
          masked: Object.fromEntries(masked),
          durationMs,
          ...(failed === undefined ? {} : { error: failed }),
        });
      } catch (error) {
        reportFailure(error, this.#setting.post);
      }
    }
  }

  async #rule(place: DumpPlace, cancel: AbortSignal): Promise<DumpRuling> {
    const { judge, post, run, outflow } = this.#setting;
    const { catalog } = place;
    if (catalog === undefined || !catalog.complete) return this.#refuse(NO_CATALOG);
    const tables = this.wish.schemaOnly ? [] : selectTables(this.wish.selection, catalog);
    const judgement = await judge.judge(this.#request(place, catalog, tables.map(tableKey)));
    if (judgement.verdict !== 'allow') {
      const message = await this.#ask(judgement, place, cancel);
      if (message !== undefined) {
        run.refused(message);
        post({ kind: 'refused', message, rule: judgement.rule });
        return { kind: 'refused', message };
      }
    }
    // Before a word of the dump: it may announce rows before it asks for them.
    if (!this.wish.masked) outflow.returned({ judgement, environment: place.environment, catalog });
    return { kind: 'passes', judgement, tables: new Set(tables.map(({ oid }) => oid)) };
  }

  #refuse(message: Message): DumpRuling {
    this.#setting.run.refused(message);
    this.#setting.post({ kind: 'refused', message, rule: RULE });
    return { kind: 'refused', message };
  }

  /** Why it may not run; undefined when it may. */
  async #ask(judgement: Judgement, place: DumpPlace, cancel: AbortSignal): Promise<Message | undefined> {
    const { enforcer, judge, actor } = this.#setting;
    const { target, environment } = place;
    const enforced = await enforcer.enforce({
      judgement,
      actor,
      environment,
      target,
      transaction: NO_TRANSACTION,
      cancel,
    });
    const answer = answerOf(enforced, judgement.id, actor.id);
    if (answer !== undefined) await judge.record(answer);
    if (enforced.kind === 'pass') return undefined;
    await judge.record({ kind: 'refused', decision: judgement.id, because: enforced.because });
    return enforced.message;
  }

  #request(place: DumpPlace, catalog: CatalogSnapshot, tables: readonly string[]): JudgeRequest {
    const { actor, purpose, session, attended, policy } = this.#setting;
    const { environment, target } = place;
    const { command, program, schemaOnly, masked } = this.wish;
    return {
      channel: { language: 'shell', via: 'argv', certainty: 'exact' },
      text: rawText(command),
      target,
      situation: {
        actor,
        purpose: purpose.facts,
        environment,
        session: { id: session, tainted: [], transaction: 'idle', wrote: false, attended },
        time: new Date().toISOString(),
      },
      catalog: catalog.version,
      bulk: {
        program,
        tables,
        schemaOnly,
        masked,
        unsureCounts: policy.unclassified[actor.kind][environment.class] === 'mask',
      },
      entry: true,
    };
  }
}

/** What one COPY of a dump came to. */
export interface Copied {
  readonly rows: number;
  readonly masked: Readonly<Record<string, number>>;
  readonly error?: string;
}

function keyOf(target: Target): string {
  return target.identity ?? `${target.host}:${target.port}/${target.database}`;
}
