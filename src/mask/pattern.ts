import type { DataClass } from '../model/data-class.ts';
import type { MaskPattern } from '../model/obligation.ts';

/** Whether a class falls under one of the patterns. */
export function matchesPattern(dataClass: DataClass, patterns: readonly MaskPattern[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? dataClass.startsWith(pattern.slice(0, -1)) : pattern === dataClass,
  );
}

/** A value found by its shape is inside or outside health data as little as anyone can tell: both patterns count. */
export function matchesEither(dataClass: DataClass, patterns: readonly MaskPattern[]): boolean {
  const leaf = dataClass.slice(dataClass.indexOf('.'));
  return patterns.some((pattern) => {
    const domain = pattern.slice(0, pattern.indexOf('.'));
    if ((domain === 'cred') !== dataClass.startsWith('cred.')) return false;
    return pattern.endsWith('*') || pattern.endsWith(leaf);
  });
}
