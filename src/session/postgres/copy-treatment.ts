import { copyOutMasker } from '../../mask/copy-cells.ts';
import type { MaskingRules } from '../../mask/fate.ts';
import type { StatementPlan } from '../../model/judge.ts';
import type { Outputs } from '../../model/lineage.ts';
import type { CopyMasker } from '../../model/row-masking.ts';
import type { WireRefusal } from '../../wire/postgres/gate.ts';
import { REFUSED } from './refusal.ts';

export interface CopyAnnounced {
  readonly columns: number;
  readonly format: 'text' | 'binary';
}

const UNPLANNED: Outputs = { kind: 'opaque', because: 'a COPY that no statement of the message explains' };
/** Any layout does to find out whether something would be masked at all. */
const ANY_LAYOUT = {
  format: 'text',
  delimiter: '\t',
  quote: '"',
  escape: '"',
  null: '\\N',
  header: false,
} as const;

const UNREADABLE: WireRefusal = {
  code: REFUSED,
  message: 'guard refused this: COPY would send out classed columns in a form that can not be masked.',
  detail: 'Binary format and other encodings can not be read field by field.',
  hint: 'Use text or csv format in UTF-8, or leave the classed columns out.',
};

/** What becomes of the data of one COPY … TO STDOUT: masked by column, passed on, or refused where it can't be masked. */
export function copyTreatment(
  plan: StatementPlan['copyOut'],
  announced: CopyAnnounced,
  rules: MaskingRules,
): CopyMasker | undefined | WireRefusal {
  const outputs = plan?.outputs ?? UNPLANNED;
  const { columns } = announced;
  const masker = copyOutMasker(outputs, { columns, layout: plan?.layout ?? ANY_LAYOUT }, rules);
  if (masker === undefined) return undefined;
  return announced.format === 'binary' || plan?.layout === undefined ? UNREADABLE : masker;
}
