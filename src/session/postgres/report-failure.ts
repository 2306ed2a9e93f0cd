import { GuardError } from '../../model/errors.ts';
import type { FromWorker } from './messages.ts';

/** Causes of causes that are followed. */
const DEEPEST_CAUSE = 8;
/** A line of a stack that says where, not what (V8's stack trace API); a message may have lines that begin like one. */
const FRAME = /^ {4}at [^\n]{0,400}:\d{1,9}:\d{1,9}\)?$/;

/**
 * The error and what caused it, for the debug file. A message is only kept where no statement, value or password can
 * stand in it: guard's own errors, and the code of system errors. Of others their name and place must do.
 */
export function trace(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return typeof error;
  const { stack = '', message } = error;
  const place = stack.slice(stack.indexOf(message) + message.length);
  const frames = place.split('\n').filter((line) => FRAME.test(line));
  const cause =
    error.cause === undefined || depth === DEEPEST_CAUSE
      ? []
      : [`caused by ${trace(error.cause, depth + 1)}`];
  return [headline(error), ...frames, ...cause].join('\n');
}

function headline(error: Error): string {
  if (error instanceof GuardError) return `${error.code}: ${error.message}`;
  return 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name;
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
