import type { PsqlCommand } from '../../model/psql.ts';
/** x */
export function isCopyFromInput(command: PsqlCommand): boolean {
  return /\bfrom\s+p?stdin\b/i.test(command.args[0]?.value ?? '');
}
