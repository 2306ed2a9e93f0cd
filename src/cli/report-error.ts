import { GuardError } from '../model/errors.ts';

/** One line for what went wrong, one for what to do. Goes to stderr: stdout belongs to the child alone. */
export function reportError(error: unknown, write: (text: string) => void): void {
  if (error instanceof GuardError) {
    write(`guard: ${error.message}\n`);
    if (error.hint !== undefined) write(`       ${error.hint}\n`);
    return;
  }
  // A bug of guard's own: the message may hold anything, so only its kind is shown; --debug keeps the rest, masked.
  const kind = error instanceof Error ? error.name : typeof error;
  write(`guard: something in guard itself failed (${kind}); nothing was let through\n`);
  write('       run it again with --debug and look into the file it names\n');
}
