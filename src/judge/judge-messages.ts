import type { CatalogSnapshot } from '../model/catalog.ts';
import type { GuardErrorCode } from '../model/errors.ts';
import type { Judge, Judgement, JudgeRequest, Outcome, SessionNote } from '../model/judge.ts';

/** The Judge port as JSON: one call, one answer with the same number. */
export type JudgeCall = { readonly number: number } & (
  | { readonly method: 'learn'; readonly catalog: CatalogSnapshot }
  | { readonly method: 'judge'; readonly request: JudgeRequest }
  | { readonly method: 'record'; readonly outcome: Outcome }
  | { readonly method: 'note'; readonly note: SessionNote }
  | { readonly method: 'close' }
);

export type JudgeAnswer =
  | { readonly number: number; readonly judgement?: Judgement }
  | { readonly number: number; readonly code: GuardErrorCode; readonly message: string };

/** Carries one call out against a judge. */
export async function carryOut(judge: Judge, call: JudgeCall): Promise<Judgement | undefined> {
  switch (call.method) {
    case 'learn':
      await judge.learn(call.catalog);
      return undefined;
    case 'judge':
      return judge.judge(call.request);
    case 'record':
      await judge.record(call.outcome);
      return undefined;
    case 'note':
      await judge.note(call.note);
      return undefined;
    case 'close':
      await judge.close();
      return undefined;
  }
}
