/**
 * What is known of a condition over every row of the target.
 * - `always`: true for every row (a column that may be NULL counts as not NULL: that errs on the strict side).
 * - `never`: true for no row.
 * - `uniform`: the same for every row, true or false: it can't pick rows.
 * - `open`: it may pick rows.
 */
export type Truth =
  | { readonly kind: 'always'; readonly because: string }
  | { readonly kind: 'uniform'; readonly because: string }
  | { readonly kind: 'never' }
  | { readonly kind: 'open' };

export const OPEN: Truth = { kind: 'open' };
export const NEVER: Truth = { kind: 'never' };

export function always(because: string): Truth {
  return { kind: 'always', because };
}

export function not(truth: Truth): Truth {
  if (truth.kind === 'always') return NEVER;
  if (truth.kind === 'never') return always('it negates a condition that no row meets');
  return truth;
}

/** AND: one open part is enough to pick rows, one that is never true picks none. */
export function all(parts: readonly Truth[]): Truth {
  const never = parts.find((part) => part.kind === 'never');
  if (never !== undefined) return never;
  const open = parts.find((part) => part.kind === 'open');
  if (open !== undefined) return open;
  return parts.find((part) => part.kind === 'uniform') ?? parts[0] ?? OPEN;
}

/** OR: one part that does not depend on the row is enough to let every row through. */
export function any(parts: readonly Truth[]): Truth {
  return (
    parts.find((part) => part.kind === 'always') ??
    parts.find((part) => part.kind === 'uniform') ??
    parts.find((part) => part.kind === 'open') ??
    NEVER
  );
}
