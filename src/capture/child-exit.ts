import { constants } from 'node:os';

/** How a program ended: with a status, or by a signal. */
export type ChildExit =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals };

/** As child_process tells it: exactly one of the two is set. */
export function childExit(status: number | null, signal: NodeJS.Signals | null): ChildExit {
  if (signal !== null) return { kind: 'signal', signal };
  return { kind: 'status', status: status ?? 1 };
}

/** What a shell would put into `$?`: the status, or 128 + the signal's number. */
export function exitStatus(exit: ChildExit): number {
  return exit.kind === 'status' ? exit.status : 128 + constants.signals[exit.signal];
}
