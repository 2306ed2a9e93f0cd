import type { StatementPlan } from '../../model/judge.ts';
import type { CopyMasker } from '../../model/row-masking.ts';
import type { WireRefusal } from '../../wire/postgres/gate.ts';
import type { MaskingRules } from '../../mask/fate.ts';
export function copyTreatment(_plan: StatementPlan['copyOut'], _copy: unknown, _rules: MaskingRules): CopyMasker | undefined | WireRefusal {
  return undefined;
}
