import type { Command } from 'commander';
import { GuardError } from '../../model/errors.ts';
import { completionScript, SHELLS } from '../completion-script.ts';
import { EXIT } from '../exit-status.ts';

export function printCompletion(program: Command, name: string): number {
  const shell = SHELLS.find((each) => each === name);
  if (shell === undefined)
    throw new GuardError('USAGE', `no completion for ${name}; there is one for ${SHELLS.join(', ')}`);
  process.stdout.write(completionScript(program, shell));
  return EXIT.ok;
}
