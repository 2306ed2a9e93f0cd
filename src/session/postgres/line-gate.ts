import type { Channel, Judgement } from '../../model/judge.ts';
import { type RawText, rawText } from '../../model/text.ts';
import { limitLine } from '../../protocols/psql/lines/line-limits.ts';
import type { Ruling, StatementRequest, WireRefusal } from '../../wire/postgres/gate.ts';
import { answerOf } from './answer-outcome.ts';
import type { GateSetting } from './gate-setting.ts';
import type { LineCopies } from './line-copies.ts';
import { readSentLine, type SentLine } from './line-mark.ts';
import type { RuledLine } from './messages.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { cancelled, failure, REFUSED, refusalOf } from './refusal.ts';
import { reportFailure } from './report-failure.ts';
import type { StatementJudge, StatementPlace } from './statement-judge.ts';

/** The connection that a line came over. */
export interface LineWorld {
  readonly request: StatementRequest;
  readonly place: StatementPlace;
  readonly statements: StatementJudge;
  readonly transaction: OpenTransaction;
  readonly copies: LineCopies;
  readonly judged: (judgement: Judgement) => void;
}

type Said = Pick<RuledLine, 'decision' | 'refusal'>;

const LINE: Channel = { language: 'psql', via: 'line', certainty: 'exact' };
/** psql prints something about it, which nobody sees. */
const SWALLOWED: Ruling = { kind: 'answer', tag: 'SHOW' };

/** The line of psql that a statement carries, if this session reads lines. */
export function sentLine(request: StatementRequest, setting: GateSetting): SentLine | undefined {
  if (setting.lineSecret === undefined || request.protocol !== 'simple') return undefined;
  return readSentLine(request.text, setting.lineSecret);
}

/** Undefined when it may run. */
async function enforce(
  judgement: Judgement,
  setting: GateSetting,
  { request, place, transaction, copies }: LineWorld,
): Promise<WireRefusal | undefined> {
  const { enforcer, judge, actor, run, post } = setting;
  const enforced = await enforcer.enforce({
    judgement,
    actor,
    environment: place.environment,
    target: place.target,
    transaction: await transaction.context(request),
    cancel: request.cancel,
  });
  const answer = answerOf(enforced, judgement.id, actor.id);
  if (answer !== undefined) await judge.record(answer);
  if (enforced.kind === 'pass' && !request.cancel.aborted) {
    copies.grant(judgement);
    return undefined;
  }
  const because = enforced.kind === 'pass' ? 'cancelled' : enforced.because;
  await judge.record({ kind: 'refused', decision: judgement.id, because });
  if (enforced.kind === 'pass' || request.cancel.aborted) return cancelled();
  run.refused(enforced.message);
  post({ kind: 'refused', message: enforced.message, rule: judgement.rule });
  return refusalOf(enforced.message);
}

async function rule(line: RawText, setting: GateSetting, world: LineWorld): Promise<Said> {
  world.copies.begin();
  // SQL is judged when it comes over the wire.
  if (!line.includes('\\')) return {};
  const { final } = setting.run;
  if (final !== undefined) return { refusal: refusalOf(final) };
  const judgement = await world.statements.judge({ ...world.request, text: line }, world.place, LINE);
  world.judged(judgement);
  // What guard can't carry out is nothing to ask about.
  const limited = judgement.verdict === 'block' ? undefined : limitLine(line);
  if (limited !== undefined) {
    await setting.judge.record({ kind: 'refused', decision: judgement.id, because: 'not carried out' });
    return { refusal: { code: REFUSED, ...limited } };
  }
  const refusal = judgement.verdict === 'allow' ? undefined : await enforce(judgement, setting, world);
  return refusal === undefined ? { decision: judgement.id } : { refusal };
}

/** Judges a line of psql and tells the thread that holds the terminal; the statement itself is answered with nothing. */
export async function ruleLine(sent: SentLine, setting: GateSetting, world: LineWorld): Promise<Ruling> {
  const line = rawText(sent.line);
  const said = await rule(line, setting, world).catch((error: unknown): Said => {
    reportFailure(error, setting.post);
    return { refusal: failure('this line could not be judged or recorded, so it was not run.') };
  });
  setting.post({ kind: 'line', number: sent.number, line, ...said });
  return SWALLOWED;
}
