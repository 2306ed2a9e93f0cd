import type { Obligations } from '../model/obligation.ts';
import type { CompiledRule, Condition, PolicyLayer } from '../model/policy.ts';
import { compileConditions, type Reading } from './conditions.ts';
import type { ObligationMap, RuleMap } from './schema.ts';
import { classProblem, maskPatterns } from './vocabulary.ts';
import type { Path } from './yaml-source.ts';

function compileObligations(map: ObligationMap, path: Path, reading: Reading): Obligations {
  const { mask = [], maxRows, record, notify, requirePurpose, typedConfirmation, quorum } = map;
  mask.forEach((word, index) => {
    const problem = classProblem(word, reading.groups);
    if (problem !== undefined) reading.report([...path, 'mask', index], problem);
  });
  return {
    mask: maskPatterns(mask, reading.groups),
    ...(maxRows === undefined ? {} : { maxRows }),
    ...(record === undefined ? {} : { record }),
    ...(notify === undefined ? {} : { notify }),
    ...(requirePurpose === undefined ? {} : { requirePurpose }),
    ...(typedConfirmation === undefined ? {} : { typedConfirmation }),
    ...(quorum === undefined ? {} : { quorum }),
  };
}

/** What every rule of a file has in common. */
export interface RuleSetting {
  readonly layer: PolicyLayer;
  /** The file's selector; it is one more condition of each rule. */
  readonly selector: readonly Condition[];
  readonly reading: Reading;
}

/** Compiles the rule at `rules[index]`. */
export function compileRule(map: RuleMap, index: number, setting: RuleSetting): CompiledRule {
  const path = ['rules', index];
  const { reading } = setting;
  const { id, description, decision, reason, fix, controls = [] } = map;
  const match = compileConditions(map.match, [...path, 'match'], reading);
  const unless = compileConditions(map.unless ?? {}, [...path, 'unless'], reading);
  if (decision === 'allow' && match.length === 0) {
    reading.report([...path, 'match'], 'a rule that allows must say what: match is empty');
  }
  if (map.unless !== undefined && unless.length === 0) {
    reading.report([...path, 'unless'], 'unless is empty: leave it out, or say what is exempt');
  }
  return {
    id,
    layer: setting.layer,
    // Decided when all layers are known.
    grants: false,
    ...(description === undefined ? {} : { description }),
    match: [...match, ...setting.selector],
    unless,
    decision,
    obligations: compileObligations(map.obligations ?? {}, [...path, 'obligations'], reading),
    ...(reason === undefined ? {} : { reason }),
    ...(fix === undefined ? {} : { fix }),
    controls,
  };
}
