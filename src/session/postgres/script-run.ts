import { createHash } from 'node:crypto';
import type { Enforcer } from '../../enforce/enforcer.ts';
import { NO_TRANSACTION } from '../../enforce/limits.ts';
import type { Actor } from '../../model/actor.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { Environment } from '../../model/environment.ts';
import type { PurposeFacts, WriteScale } from '../../model/facts.ts';
import type { Message } from '../../model/finding.ts';
import type { Estimate, Judge, Judgement, JudgeRequest } from '../../model/judge.ts';
import type { PlanPart, PlanStep } from '../../model/plan.ts';
import { present } from '../../model/present.ts';
import type { Target } from '../../model/target.ts';
import { type RawText, rawText } from '../../model/text.ts';
import { severity } from '../../model/verdict.ts';
import { parseSql } from '../../parse/sql/parse-sql.ts';
import { statementShape } from '../../parse/sql/statement-shape.ts';
import type { Probe } from '../../wire/postgres/gate.ts';
import { answerOf } from './answer-outcome.ts';
import type { Inflow } from './inflow.ts';
import type { FromWorker } from './messages.ts';
import { estimateRows, noEstimates } from './row-estimate.ts';

/** All estimates of one plan together may hold the connection for this long, in milliseconds. */
const ESTIMATES_LIMIT_MS = 10_000;
const SCALES: readonly (WriteScale | undefined)[] = [undefined, 'small', 'medium', 'bulk'];

/** Where the script would run. */
export interface ScriptPlace {
  readonly target: Target;
  readonly environment: Environment;
  readonly catalog: CatalogSnapshot | undefined;
  readonly probe: Probe;
}

/** What it takes of the setting that all connections share. */
interface Setting {
  readonly session: string;
  readonly actor: Actor;
  readonly purpose: { readonly facts: PurposeFacts };
  readonly judge: Judge;
  readonly enforcer: Enforcer;
  readonly inflow: Inflow;
  readonly attended: boolean;
  readonly run: { refused(message: Message): void };
  readonly post: (message: FromWorker) => void;
}

/** The same for texts that say the same; text that can't be read stands for itself. */
function keyOf(text: RawText): string {
  const { kind, items } = parseSql(text);
  const said = kind === 'complete' ? items.map(statementShape).join('\0') : text.trim();
  return createHash('sha256').update(said).digest('base64');
}

function placeKey({ identity, name, database, user }: Target): string {
  return JSON.stringify([identity ?? name, database, user]);
}

/** What the run of a script was decided by. */
interface Decided {
  readonly judgement: Judgement;
  readonly place: string;
  /** Steps that were decided and did not come yet, by what they say. */
  readonly open: Map<string, PlanStep[]>;
}

/**
 * A script that was read before psql started: decided once, when it is known where it would run, and from then on
 * every statement of it passes as often as it stands in the script. Anything else is judged on its own.
 */
export class ScriptRun {
  readonly #parts: readonly PlanPart[];
  readonly #setting: Setting;
  #decided: Decided | undefined;
  #began = false;

  constructor(parts: readonly PlanPart[], setting: Setting) {
    this.#parts = parts;
    this.#setting = setting;
  }

  /** The refusal of all of it, before anything runs; undefined when it may begin. Later connections ask nothing anew. */
  async decide(place: ScriptPlace): Promise<Message | undefined> {
    if (this.#began) return undefined;
    this.#began = true;
    const judgement = await this.#judge(place);
    const refused = judgement.verdict === 'allow' ? undefined : await this.#enforce(judgement, place);
    if (refused !== undefined) return refused;
    await this.#setting.judge.record({
      kind: 'result',
      decision: judgement.id,
      rows: 0,
      masked: {},
      durationMs: 0,
    });
    this.#decided = { judgement, place: placeKey(place.target), open: stepsByKey(this.#parts, judgement) };
    return undefined;
  }

  /**
   * The id of the decision that this statement is part of; undefined when it has to be decided on its own: it stands in
   * no script, it came before, it goes elsewhere, or it is graver now than it was when the script was decided.
   */
  covers(text: RawText, judgement: Judgement, target: Target): string | undefined {
    const decided = this.#decided;
    if (decided === undefined || decided.place !== placeKey(target)) return undefined;
    const open = decided.open.get(keyOf(text)) ?? [];
    const at = open.findIndex((step) => isNoGraver(judgement, step, decided.judgement));
    if (at < 0) return undefined;
    open.splice(at, 1);
    return decided.judgement.id;
  }

  async #judge({ target, environment, catalog, probe }: ScriptPlace): Promise<Judgement> {
    const { actor, purpose, session: id, attended, judge, inflow } = this.#setting;
    const asked: JudgeRequest = {
      channel: { language: 'psql', via: 'file', certainty: 'exact' },
      text: rawText(this.#parts.map((part) => part.text).join('\n')),
      script: this.#parts,
      target,
      situation: {
        actor,
        purpose: purpose.facts,
        environment,
        session: {
          id,
          tainted: [],
          transaction: 'idle',
          wrote: false,
          attended,
          ...present({ supplied: inflow.into(environment) }),
        },
        time: new Date().toISOString(),
      },
      ...(catalog === undefined ? {} : { catalog: catalog.version }),
      entry: true,
    };
    const first = await judge.judge(asked);
    if (first.wants.length === 0) return first;
    return judge.judge({ ...asked, estimates: await estimates(first, probe) });
  }

  async #enforce(judgement: Judgement, place: ScriptPlace): Promise<Message | undefined> {
    const { enforcer, actor, judge, run, post } = this.#setting;
    const { target, environment } = place;
    const enforced = await enforcer.enforce({
      judgement,
      actor,
      environment,
      target,
      transaction: NO_TRANSACTION,
      cancel: new AbortController().signal,
    });
    const answer = answerOf(enforced, judgement.id, actor.id);
    if (answer !== undefined) await judge.record(answer);
    if (enforced.kind === 'pass') return undefined;
    await judge.record({ kind: 'refused', decision: judgement.id, because: enforced.because });
    run.refused(enforced.message);
    post({
      kind: 'refused',
      message: enforced.message,
      rule: judgement.rule,
      ...(enforced.because === 'approval' ? { waiting: true } : {}),
    });
    return enforced.message;
  }
}

async function estimates({ wants }: Judgement, probe: Probe): Promise<readonly Estimate[]> {
  const found: Estimate[] = [];
  const until = performance.now() + ESTIMATES_LIMIT_MS;
  for (const want of wants) {
    const late = performance.now() > until;
    found.push(
      ...(late
        ? noEstimates([want], 'the script has too many statements to count them all')
        : await estimateRows([want], { probe, inTransaction: false })),
    );
  }
  return found;
}

function stepsByKey(parts: readonly PlanPart[], { script }: Judgement): Map<string, PlanStep[]> {
  const open = new Map<string, PlanStep[]>();
  for (const [index, part] of parts.entries()) {
    const step = script?.steps[index];
    if (step === undefined || part.language !== 'sql') continue;
    const key = keyOf(part.text);
    const same = open.get(key);
    if (same === undefined) open.set(key, [step]);
    else same.push(step);
  }
  return open;
}

function isNoGraver(now: Judgement, step: PlanStep, whole: Judgement): boolean {
  return (
    severity(now.verdict) <= severity(step.verdict) &&
    severity(now.verdict) <= severity(whole.verdict) &&
    SCALES.indexOf(now.data.scale) <= SCALES.indexOf(step.scale) &&
    (now.obligations.typedConfirmation !== true || whole.obligations.typedConfirmation === true)
  );
}
