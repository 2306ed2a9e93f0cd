import type { Answer, Prompter, Question } from '../../model/prompter.ts';

type Post = (
  message:
    | { readonly kind: 'ask'; readonly question: Question }
    | { readonly kind: 'withdraw'; readonly question: string; readonly because: string },
) => void;

/** Asks the person through the thread that holds the terminal. */
export class RemotePrompter implements Prompter {
  readonly #post: Post;
  readonly #waiting = new Map<string, (answer: Answer) => void>();

  constructor(post: Post) {
    this.#post = post;
  }

  ask(question: Question, cancel: AbortSignal): Promise<Answer> {
    if (cancel.aborted) return Promise.resolve({ kind: 'no', because: 'cancelled' });
    return new Promise((resolve) => {
      const withdraw = () => {
        const because = String(cancel.reason ?? 'cancelled');
        this.#post({ kind: 'withdraw', question: question.id, because });
        this.answered(question.id, {
          kind: 'no',
          because: because === 'server-lost' ? 'server-lost' : 'cancelled',
        });
      };
      this.#waiting.set(question.id, (answer) => {
        cancel.removeEventListener('abort', withdraw);
        resolve(answer);
      });
      cancel.addEventListener('abort', withdraw, { once: true });
      this.#post({ kind: 'ask', question });
    });
  }

  answered(id: string, answer: Answer): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(answer);
  }

  /** Everyone who still waits gets a no. */
  close(): void {
    for (const id of [...this.#waiting.keys()]) this.answered(id, { kind: 'no', because: 'cancelled' });
  }
}
