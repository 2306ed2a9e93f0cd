import { GuardError } from '../../model/errors.ts';
import type { FromWorker } from './messages.ts';

/** The error and what caused it, for the debug file. */
export function trace(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by ${trace(error.cause)}`}`;
}

/** Tells the main thread why guard's own part failed: its code becomes the exit status. */
export function reportFailure(error: unknown, post: (message: FromWorker) => void): void {
  post({ kind: 'trouble', text: trace(error) });
  const known = error instanceof GuardError ? error : undefined;
  post({
    kind: 'failed',
    code: known?.code ?? 'INTERNAL',
    message: known?.message ?? "guard's worker failed; the connection is closed",
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
  });
  // The grammar's memory can't be trusted after a crash: this thread ends, and every connection with it.
  if (known?.code === 'PARSER_FAILED') setImmediate(() => process.exit(1));
}
