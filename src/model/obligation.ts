import type { DataClass } from './data-class.ts';

/** What must be done when a command is let through. Obligations of all matching rules add up. */
export interface Obligations {
  /** Classes or prefixes (`phi.*`) whose values are masked. */
  readonly mask: readonly MaskPattern[];
  /** Rows a result may have before it is cut with a note. */
  readonly maxRows?: number;
  readonly record?: 'masked' | 'none';
  readonly notify?: readonly string[];
  readonly requirePurpose?: boolean;
  /** The person types the target's name instead of pressing `y`. */
  readonly typedConfirmation?: boolean;
  /** How many other people must approve. */
  readonly quorum?: number;
}

export type MaskPattern = DataClass | 'phi.*' | 'pii.*' | 'cred.*';

export const NO_OBLIGATIONS: Obligations = { mask: [] };

const EVERYTHING: readonly MaskPattern[] = ['phi.*', 'pii.*', 'cred.*'];
const CREDENTIALS: readonly MaskPattern[] = ['cred.*'];

/** What is masked where no rule says so: made-up people may be seen on a target labelled synthetic, credentials never. */
export function defaultMask(environment: { readonly synthetic: boolean }): readonly MaskPattern[] {
  return environment.synthetic ? CREDENTIALS : EVERYTHING;
}
