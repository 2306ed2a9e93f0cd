import { copyOutMasker } from '../../mask/copy-cells.ts';
import type { MaskingRules } from '../../mask/fate.ts';
import type { Message } from '../../model/finding.ts';
import type { StatementPlan } from '../../model/judge.ts';
import type { Outputs } from '../../model/lineage.ts';
import type { CopyMasker } from '../../model/row-masking.ts';

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

/** Why a COPY that can't be masked is refused. */
export const UNMASKABLE: Message = {
  effect: 'COPY would send out classed columns in a form that can not be masked.',
  why: 'Binary format and other encodings can not be read field by field.',
  instead: 'Use text or csv format in UTF-8, or leave the classed columns out.',
};

/** What becomes of the data of one COPY … TO STDOUT: masked by column, passed on, or refused where it can't be masked. */
export function copyTreatment(
  plan: StatementPlan['copyOut'],
  announced: CopyAnnounced,
  rules: MaskingRules,
): CopyMasker | 'unmaskable' | undefined {
  const outputs = plan?.outputs ?? UNPLANNED;
  const { columns } = announced;
  const masker = copyOutMasker(outputs, { columns, layout: plan?.layout ?? ANY_LAYOUT }, rules);
  if (masker === undefined) return undefined;
  return announced.format === 'binary' || plan?.layout === undefined ? 'unmaskable' : masker;
}
