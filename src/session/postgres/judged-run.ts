import type { MaskingRules } from '../../mask/fate.ts';
import { rowMasker } from '../../mask/rows.ts';
import type { DataClass } from '../../model/data-class.ts';
import type { Judgement, StatementPlan } from '../../model/judge.ts';
import type { Outputs } from '../../model/lineage.ts';
import { present } from '../../model/present.ts';
import type { CopyMasker, FieldDescription } from '../../model/row-masking.ts';
import type { RawText } from '../../model/text.ts';
import type { NoticeFields, RowTreatment, StatementRun, WireRefusal } from '../../wire/postgres/gate.ts';
import { copyTreatment, UNMASKABLE } from './copy-treatment.ts';
import type { GateSetting } from './gate-setting.ts';
import { failure, refusalOf } from './refusal.ts';
import { reportFailure } from './report-failure.ts';
import { scrubRun } from './scrub.ts';

const UNPLANNED: Outputs = { kind: 'opaque', because: 'a result that no statement of the message explains' };

interface Counted {
  counts(): ReadonlyMap<DataClass | 'opaque', number>;
}

export interface RunWorld {
  readonly setting: GateSetting;
  readonly judgement: Judgement;
  readonly text: RawText;
  readonly rules: MaskingRules;
  /** A statement of the message succeeded. */
  readonly completed: (plan: StatementPlan) => void;
}

/** Follows one allowed message: masks what it returns and records what came of it. */
export class JudgedRun implements StatementRun {
  readonly #world: RunWorld;
  readonly #maskers: Counted[] = [];
  #tag: string | undefined;

  constructor(world: RunWorld) {
    this.#world = world;
  }

  rows(index: number, fields: readonly FieldDescription[]): RowTreatment {
    const { judgement, rules } = this.#world;
    const { maxRows } = judgement.obligations;
    const masker = rowMasker(fields, this.#plan(index)?.outputs ?? UNPLANNED, rules);
    if (!masker.cells.some((cell) => cell !== undefined)) return present({ maxRows });
    this.#maskers.push(masker);
    return { masker, ...present({ maxRows }) };
  }

  copyOut(
    index: number,
    copy: { readonly columns: number; readonly format: 'text' | 'binary' },
  ): CopyMasker | undefined | WireRefusal {
    const treated = copyTreatment(this.#plan(index)?.copyOut, copy, this.#world.rules);
    if (treated === undefined) return undefined;
    if (treated === 'unmaskable') return this.#refuseCopy();
    this.#maskers.push(treated);
    return treated;
  }

  /** Only the server's answer showed that it can't be masked: a refusal like any other, only later. */
  #refuseCopy(): WireRefusal {
    const { setting } = this.#world;
    setting.run.refused(UNMASKABLE);
    setting.post({ kind: 'refused', message: UNMASKABLE, rule: 'mask.copy' });
    return refusalOf(UNMASKABLE);
  }

  scrub(fields: NoticeFields): NoticeFields {
    return scrubRun(fields, this.#world);
  }

  completed(index: number, tag: string): void {
    this.#tag = tag;
    const plan = this.#plan(index);
    if (plan !== undefined) this.#world.completed(plan);
  }

  finished(outcome: { readonly error?: string; readonly rows: number; readonly durationMs: number }): void {
    const { setting, judgement } = this.#world;
    const { rows, durationMs, error } = outcome;
    if (judgement.verdict === 'prompt') setting.enforcer.ended(judgement.id);
    setting.judge
      .record({
        kind: 'result',
        decision: judgement.id,
        rows,
        masked: this.#masked(),
        durationMs: Math.round(durationMs),
        ...present({ tag: this.#tag, error }),
      })
      .catch((problem: unknown) => reportFailure(problem, setting.post));
  }

  #plan(index: number): StatementPlan | undefined {
    return this.#world.judgement.plans[index];
  }

  #masked(): Readonly<Record<string, number>> {
    const sums = new Map<string, number>();
    for (const masker of this.#maskers) {
      for (const [name, count] of masker.counts()) sums.set(name, (sums.get(name) ?? 0) + count);
    }
    return Object.fromEntries(sums);
  }
}

/** A result where nothing was to run: nobody planned how it is masked. */
const UNEXPECTED: WireRefusal = failure('a result came back for a statement that was only prepared.');

/** Follows a message that runs nothing (Parse alone): nothing comes back that could be masked. */
export const PASSING_RUN: StatementRun = {
  rows: () => UNEXPECTED,
  copyOut: () => UNEXPECTED,
  scrub: (fields) => fields,
  completed: () => undefined,
  finished: () => undefined,
};
