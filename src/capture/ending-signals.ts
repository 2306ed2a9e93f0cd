/** What asks a terminal program to end. Keys never make these: in raw mode Ctrl-C is a byte. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const satisfies readonly NodeJS.Signals[];

/** Listens for the signals that end guard, so that the terminal is put right before it goes. */
export class EndingSignals implements Disposable {
  readonly #end: (again: boolean) => void;
  #received: NodeJS.Signals | undefined;

  /** `end` is told whether a signal came before: then nobody wants to wait. */
  constructor(end: (again: boolean) => void) {
    this.#end = end;
    for (const signal of SIGNALS) process.on(signal, this.#listener);
  }

  /** The first one that came. */
  get received(): NodeJS.Signals | undefined {
    return this.#received;
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.off(signal, this.#listener);
  }

  readonly #listener = (signal: NodeJS.Signals): void => {
    const again = this.#received !== undefined;
    this.#received ??= signal;
    this.#end(again);
  };
}
