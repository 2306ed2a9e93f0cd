import type { Message } from '../model/finding.ts';
import { printable } from '../terminal/printable.ts';
import { EXIT } from './exit-status.ts';

/** Says in three parts on standard error why something was not done; gives the exit status for it. */
export function refuse({ effect, why, instead }: Message): number {
  const lines = [`guard: ${effect}`, `  why: ${why}`, `  instead: ${instead}`];
  process.stderr.write(lines.map((line) => `${printable(line)}\n`).join(''));
  return EXIT.refused;
}
