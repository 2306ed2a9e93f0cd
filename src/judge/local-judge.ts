import { evaluate } from './evaluate.ts';
import { RecordingJudge, type RecordingJudgeSetting } from './recording-judge.ts';

export type LocalJudgeSetting = Omit<RecordingJudgeSetting, 'evaluate'>;

/** Decides in this thread with the whole engine and writes the log. */
export class LocalJudge extends RecordingJudge {
  constructor(setting: LocalJudgeSetting) {
    super({ ...setting, evaluate });
  }
}
