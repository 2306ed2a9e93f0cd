import type { Message } from '../model/finding.ts';
import { printable } from '../terminal/printable.ts';

/** A refusal for standard error: three parts, and the rule that decided. */
export function refusalLines({ effect, why, instead }: Message, rule: string): string {
  const lines = [
    `guard refused this: ${effect}`,
    `  why: ${why}`,
    `  instead: ${instead}`,
    `  rule: ${rule}`,
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}
