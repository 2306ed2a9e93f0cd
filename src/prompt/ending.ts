import type { Answer } from '../model/prompter.ts';

/** Everything that ends a question from outside. */
export interface Ending extends Disposable {
  /** Resolves with the no that time or `cancel` made of the question. */
  readonly over: Promise<Answer>;
  isOver(): boolean;
  /** The terminal is gone. */
  lost(): void;
}

/** The wire says in `signal.reason` why it cancels. */
const SERVER_LOST = 'server-lost';

/** Watches the time and `cancel` of one question, from now on. */
export function watchEnding(timeoutMs: number, cancel: AbortSignal): Ending {
  let isOver = false;
  let resolveOver: (answer: Answer) => void = () => {};
  const over = new Promise<Answer>((resolve) => {
    resolveOver = resolve;
  });
  const settle = (answer: Answer): void => {
    isOver = true;
    resolveOver(answer);
  };
  const cancelled = (): void => {
    const reason: unknown = cancel.reason;
    settle({ kind: 'no', because: reason === SERVER_LOST ? 'server-lost' : 'cancelled' });
  };
  const timer = setTimeout(() => settle({ kind: 'no', because: 'timeout' }), Math.max(0, timeoutMs));
  cancel.addEventListener('abort', cancelled, { once: true });
  if (cancel.aborted) cancelled();
  return {
    over,
    isOver: () => isOver,
    lost: () => settle({ kind: 'no', because: 'no-terminal' }),
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      cancel.removeEventListener('abort', cancelled);
    },
  };
}
