import type { MaskingRules } from '../../mask/fate.ts';
import type { ProvedMasks } from '../../mask/proved-masks.ts';
import { rowMasker } from '../../mask/rows.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { DataClass } from '../../model/data-class.ts';
import type { Environment } from '../../model/environment.ts';
import type { Message } from '../../model/finding.ts';
import type { Judgement, Outcome, StatementPlan } from '../../model/judge.ts';
import type { Outputs } from '../../model/lineage.ts';
import type { CopyMasker, FieldDescription, RowMasker } from '../../model/row-masking.ts';
import type { RawText } from '../../model/text.ts';
import type {
  CopyInCheck,
  NoticeFields,
  RowTreatment,
  StatementRun,
  WireRefusal,
} from '../../wire/postgres/gate.ts';
import { copyInCheck } from './copy-in-check.ts';
import { watchSource } from './copy-in-source.ts';
import { copyTreatment, UNMASKABLE } from './copy-treatment.ts';
import type { GateSetting } from './gate-setting.ts';
import { rulesFor } from './masking-rules.ts';
import { failure, refusalOf } from './refusal.ts';
import { reportFailure } from './report-failure.ts';
import { RETURNED_RULE } from './returned-masks.ts';
import { scrubPrepared, scrubRun } from './scrub.ts';

const UNPLANNED: Outputs = { kind: 'opaque', because: 'a result that no statement of the message explains' };

const NOTHING_MASKED = {};
const UNTREATED: RowTreatment = {};

interface Counted {
  counts(): ReadonlyMap<DataClass | 'opaque', number>;
  readonly columns: readonly string[];
}

const MASK_RULE = 'mask.fail';
/** What `--mask=fail` says. */
const WOULD_MASK: Message = {
  effect: 'The result holds values that would have to be masked, and --mask=fail was said.',
  why: 'Whoever reads it would take masks for values.',
  instead: 'Leave the classed columns out, or run it without --mask=fail to get masks.',
};

type Hiding = Pick<RowMasker, 'hidden'>;

function hidesAny({ hidden = [] }: Hiding): boolean {
  return hidden.length > 0;
}

function namesOf(columns: readonly { readonly name: string }[], { hidden = [] }: Hiding): readonly string[] {
  return hidden.map((at) => columns[at]?.name ?? String(at));
}

function columnNames(copy: StatementPlan['copyOut'], hiding: Hiding): readonly string[] {
  return namesOf(copy?.outputs.kind === 'columns' ? copy.outputs.columns : [], hiding);
}

export interface RunWorld {
  readonly setting: GateSetting;
  readonly judgement: Judgement;
  readonly text: RawText;
  readonly catalog: CatalogSnapshot | undefined;
  readonly environment: Environment;
  readonly proved: ProvedMasks;
  /** A statement of the message succeeded. */
  readonly completed: (plan: StatementPlan, tag: string) => void;
  /** The message is over, well or not. */
  readonly ended: () => void;
}

/** Follows one allowed message: masks what it returns and records what came of it. */
export class JudgedRun implements StatementRun {
  readonly #world: RunWorld;
  readonly #maskers: Counted[] = [];
  #tag: string | undefined;
  /** Its refusal is its result. */
  #refused = false;
  #made: MaskingRules | undefined;

  constructor(world: RunWorld) {
    this.#world = world;
  }

  rows(index: number, fields: readonly FieldDescription[]): RowTreatment | WireRefusal {
    const lost = this.#remembered();
    if (lost !== undefined) return lost;
    const { maxRows } = this.#world.judgement.obligations;
    const bound = maxRows === undefined ? undefined : { maxRows };
    const masker = rowMasker(fields, this.#plan(index)?.outputs ?? UNPLANNED, this.#rules);
    if (!masker.cells.some((cell) => cell !== undefined)) return bound ?? UNTREATED;
    if (hidesAny(masker) && this.#world.setting.maskFails) return this.#refuseResult(WOULD_MASK, MASK_RULE);
    this.#maskers.push({ counts: () => masker.counts(), columns: namesOf(fields, masker) });
    return { masker, ...bound };
  }

  /** Where the rows go stands on disk before they go; a refusal when it can't. */
  #remembered(): WireRefusal | undefined {
    const { setting, judgement, environment, catalog } = this.#world;
    try {
      setting.outflow.returned({ judgement, environment, catalog });
      return undefined;
    } catch (error) {
      reportFailure(error, setting.post);
      return failure('where these rows would go could not be remembered, so they were not sent.');
    }
  }

  /** Made when something comes back: most of what is said returns no rows, or none that are masked. */
  get #rules(): MaskingRules {
    this.#made ??= rulesFor(this.#world.setting, this.#world);
    return this.#made;
  }

  copyOut(
    index: number,
    copy: { readonly columns: number; readonly format: 'text' | 'binary' },
  ): CopyMasker | undefined | WireRefusal {
    const lost = this.#remembered();
    if (lost !== undefined) return lost;
    const treated = copyTreatment(this.#plan(index)?.copyOut, copy, this.#rules);
    if (treated === undefined) return undefined;
    if (treated === 'unmaskable') return this.#refuseResult(UNMASKABLE, 'mask.copy');
    if (hidesAny(treated) && this.#world.setting.maskFails) return this.#refuseResult(WOULD_MASK, MASK_RULE);
    this.#maskers.push({
      counts: () => treated.counts(),
      columns: columnNames(this.#plan(index)?.copyOut, treated),
    });
    return treated;
  }

  copyIn(index: number, copy: { readonly columns: number; readonly format: 'text' | 'binary' }): CopyInCheck {
    const { setting, judgement, proved, environment } = this.#world;
    const refused = (message: Message, rule: string): void => {
      this.#refused = true;
      this.#record({
        kind: 'refused',
        decision: judgement.id,
        because: rule === RETURNED_RULE ? 'mask' : 'policy',
      });
      setting.run.refused(message);
      setting.post({ kind: 'refused', message, rule });
    };
    const check = copyInCheck(this.#plan(index)?.copyIn, copy, {
      rules: this.#rules,
      proved,
      refused: (message) => refused(message, RETURNED_RULE),
    });
    return watchSource(check, { judgement, environment, inflow: setting.inflow, refused });
  }

  /** Only the server's answer showed that it can't be masked: a refusal like any other, only later. */
  #refuseResult(message: Message, rule: string): WireRefusal {
    const { setting } = this.#world;
    setting.run.refused(message);
    setting.post({ kind: 'refused', message, rule });
    return refusalOf(message);
  }

  scrub(fields: NoticeFields): NoticeFields {
    const { text, judgement } = this.#world;
    return scrubRun(fields, { text, judgement, rules: this.#rules });
  }

  completed(index: number, tag: string): void {
    this.#tag = tag;
    const plan = this.#plan(index);
    if (plan !== undefined) this.#world.completed(plan, tag);
  }

  finished(outcome: { readonly error?: string; readonly rows: number; readonly durationMs: number }): void {
    const { setting, judgement } = this.#world;
    const { rows, durationMs, error } = outcome;
    this.#world.ended();
    if (judgement.verdict === 'prompt') setting.enforcer.ended(judgement.id);
    if (this.#refused) return;
    const masked = this.#masked();
    // What is only found value by value has passed, masked: the run is refused for it all the same.
    if (setting.maskFails && Object.keys(masked).length > 0) this.#refuseResult(WOULD_MASK, MASK_RULE);
    this.#record({
      kind: 'result',
      decision: judgement.id,
      rows,
      masked,
      durationMs: Math.round(durationMs),
      ...(this.#tag === undefined ? undefined : { tag: this.#tag }),
      ...(error === undefined ? undefined : { error }),
    });
  }

  #record(outcome: Outcome): void {
    const { judge, post } = this.#world.setting;
    try {
      const done = judge.record(outcome);
      if (done instanceof Promise) done.catch((problem: unknown) => reportFailure(problem, post));
    } catch (problem) {
      reportFailure(problem, post);
    }
  }

  #plan(index: number): StatementPlan | undefined {
    return this.#world.judgement.plans[index];
  }

  #masked(): Readonly<Record<string, number>> {
    if (this.#maskers.length === 0) return NOTHING_MASKED;
    const sums = new Map<string, number>();
    for (const masker of this.#maskers) {
      this.#world.setting.masked.add(masker.counts(), masker.columns);
      for (const [name, count] of masker.counts()) sums.set(name, (sums.get(name) ?? 0) + count);
    }
    return Object.fromEntries(sums);
  }
}

/** A result where nothing was to run: nobody planned how it is masked. */
const UNEXPECTED: WireRefusal = failure('a result came back for a statement that was only prepared.');

/** Follows a message that runs nothing (Parse alone): nothing but an error comes back, and it is about the text. */
export class PreparingRun implements StatementRun {
  readonly #text: RawText;
  readonly #catalog: () => CatalogSnapshot | undefined;

  constructor(text: RawText, catalog: () => CatalogSnapshot | undefined) {
    this.#text = text;
    this.#catalog = catalog;
  }

  rows(): WireRefusal {
    return UNEXPECTED;
  }

  copyOut(): WireRefusal {
    return UNEXPECTED;
  }

  scrub(fields: NoticeFields): NoticeFields {
    return scrubPrepared(fields, this.#text, this.#catalog());
  }

  completed(): void {}

  finished(): void {}
}
