import { intentMatches } from '../model/intent.ts';
import type { EnforceLimits } from './limits.ts';
import type { EnforceRequest, Judged } from './request.ts';

interface Allowance {
  readonly rows: number | undefined;
  readonly until: number;
  uses: number;
}

interface Repetition {
  readonly rows: number | undefined;
  readonly until: number;
  /** When the last run ended; undefined while it runs. */
  ended: number | undefined;
}

/** More than anybody grants in one session; the oldest is forgotten. */
const MAX_REMEMBERED = 256;

/**
 * What a person has already said yes to in this session. Only ever consulted for plain prompts: a typed confirmation,
 * an approval and a block are asked or refused every time.
 */
export class Allowances {
  readonly #limits: EnforceLimits;
  readonly #shapes = new Map<string, Allowance>();
  readonly #repetitions = new Map<string, Repetition>();
  /** Decision ids of runs that are going on, to their repetition. */
  readonly #running = new Map<string, string>();

  constructor(limits: EnforceLimits) {
    this.#limits = limits;
  }

  /** The person chose "allow this shape". */
  allowShape(request: EnforceRequest, now: number): void {
    if (!canRemember(request.judgement)) return;
    remember(this.#shapes, shapeKey(request), {
      rows: knownRows(request.judgement),
      until: now + this.#limits.shapeMs,
      uses: this.#limits.shapeUses,
    });
  }

  /** Uses one allowance up when there is one that covers the request. */
  spendShape(request: EnforceRequest, now: number): boolean {
    const key = shapeKey(request);
    const allowance = this.#shapes.get(key);
    if (allowance === undefined || !canRemember(request.judgement)) return false;
    if (now >= allowance.until || allowance.uses <= 0) {
      this.#shapes.delete(key);
      return false;
    }
    if (!covers(allowance.rows, request.judgement)) return false;
    allowance.uses -= 1;
    return true;
  }

  /** The person said yes: the same text again, at once, is the same intention. */
  beginRepetition(request: EnforceRequest, now: number): void {
    const { judgement } = request;
    if (!canRepeat(judgement)) return;
    const key = repetitionKey(request);
    remember(this.#repetitions, key, {
      rows: knownRows(judgement),
      until: now + this.#limits.repeatMs,
      ended: undefined,
    });
    remember(this.#running, judgement.id, key);
  }

  /** True when the same text was answered yes and has gone on ever since without a pause. */
  continueRepetition(request: EnforceRequest, now: number): boolean {
    const { judgement } = request;
    const key = repetitionKey(request);
    const repetition = this.#repetitions.get(key);
    if (repetition?.ended === undefined || !canRepeat(judgement)) return false;
    const late = now - repetition.ended >= this.#limits.repeatGapMs || now >= repetition.until;
    if (late || !covers(repetition.rows, judgement)) {
      this.#repetitions.delete(key);
      return false;
    }
    repetition.ended = undefined;
    remember(this.#running, judgement.id, key);
    return true;
  }

  /** A run that was passed is over. */
  ended(decision: string, now: number): void {
    const key = this.#running.get(decision);
    this.#running.delete(decision);
    const repetition = key === undefined ? undefined : this.#repetitions.get(key);
    if (repetition !== undefined) repetition.ended = now;
  }

  /** A no takes back what the same text was allowed. */
  forget(request: EnforceRequest): void {
    this.#shapes.delete(shapeKey(request));
    this.#repetitions.delete(repetitionKey(request));
  }
}

/** True when "allow this shape" may be offered. */
export function canRemember(judgement: Judged): boolean {
  const { verdict, obligations, fingerprint, data } = judgement;
  if (verdict !== 'prompt' || obligations.typedConfirmation === true || fingerprint === '') return false;
  // Each COMMIT makes other work final.
  if (judgement.findings.some((finding) => finding.rule === 'sql.commit')) return false;
  // A write whose size nobody knows has no "no more rows than this".
  return knownRows(judgement) !== undefined || data.scale === undefined;
}

function canRepeat(judgement: Judged): boolean {
  const harmless = judgement.intents.every(
    (intent) => intentMatches(intent, 'data.read') || intentMatches(intent, 'data.update'),
  );
  return harmless && judgement.intents.length > 0 && canRemember(judgement);
}

function knownRows({ data }: Judged): number | undefined {
  const { exact, estimate, atLeast } = data.rows;
  return exact ?? (atLeast === true ? undefined : estimate);
}

function covers(allowed: number | undefined, judgement: Judged): boolean {
  const rows = knownRows(judgement);
  if (allowed === undefined) return rows === undefined && judgement.data.scale === undefined;
  return rows !== undefined && rows <= allowed;
}

/**
 * The shape with everything else that made the question what it was: literals are not part of a fingerprint, so a
 * literal that changes what the rules find must lead to a new question.
 */
function shapeKey({ judgement, target, environment, actor }: EnforceRequest): string {
  const { fingerprint, rule, matched, intents, obligations, findings } = judgement;
  return JSON.stringify([
    fingerprint,
    [target.kind, target.name, target.identity, target.host, target.port, target.database, target.user],
    environment.class,
    [actor.kind, actor.id],
    [rule, matched, intents, obligations],
    findings.map((finding) => [finding.rule, finding.intent, finding.objects, finding.tags]),
  ]);
}

function repetitionKey(request: EnforceRequest): string {
  return JSON.stringify([request.judgement.statementHash, shapeKey(request)]);
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > MAX_REMEMBERED && oldest.done !== true) map.delete(oldest.value);
}
