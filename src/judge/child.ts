import { openJournal } from '../audit/journal.ts';
import { GuardError } from '../model/errors.ts';
import type { CompiledPolicy } from '../model/policy.ts';
import { loadSqlParser } from '../parse/sql/parse-sql.ts';
import { carryOut, type JudgeAnswer, type JudgeCall } from './judge-messages.ts';
import { LocalJudge } from './local-judge.ts';

/** A judge in a process of its own: the policy comes first, then calls. Ends with its parent. */
interface Start {
  readonly policy: CompiledPolicy;
  readonly auditFolder: string;
}

let judge: Promise<LocalJudge> | undefined;

async function start({ policy, auditFolder }: Start): Promise<LocalJudge> {
  await loadSqlParser();
  return new LocalJudge({ policy, journal: openJournal({ folder: auditFolder }) });
}

async function answer(call: JudgeCall): Promise<JudgeAnswer> {
  try {
    if (judge === undefined) throw new GuardError('INTERNAL', 'a call before the policy');
    const judgement = await carryOut(await judge, call);
    return judgement === undefined ? { number: call.number } : { number: call.number, judgement };
  } catch (error) {
    const code = error instanceof GuardError ? error.code : 'INTERNAL';
    return {
      number: call.number,
      code,
      message: error instanceof GuardError ? error.message : 'the judge failed',
    };
  }
}

process.on('message', (message: Start | JudgeCall) => {
  if ('policy' in message) judge = start(message);
  else void answer(message).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit(0));
