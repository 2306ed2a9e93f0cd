import { KeyReader, type NamedKey, type TerminalInput } from '../terminal/keys.ts';

/** Keys that come sooner after the panel appeared were meant for something else. */
const SETTLE_MS = 300;
/** A lone ESC is the key when nothing follows it for so long; a terminal sends a sequence in one piece. */
const ESCAPE_WAIT_MS = 50;

export interface KeyFilterOptions {
  /** True when a whole word is typed: then several letters may come at once. */
  readonly word: boolean;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** A key that may count, as bytes. */
  readonly key: (bytes: string) => void;
  /** Something was ignored. */
  readonly ignored: () => void;
  /** A terminal's answer to a query of the program's. */
  readonly report: (raw: string) => void;
}

/**
 * Lets through only what a person pressed on purpose, looking at the panel: nothing from the first moments, nothing
 * pasted, and no answer out of a burst of several keys.
 */
export class KeyFilter implements Disposable {
  readonly #options: KeyFilterOptions;
  readonly #reader = new KeyReader();
  readonly #openFrom: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeyFilterOptions) {
    this.#options = options;
    this.#openFrom = options.now() + SETTLE_MS;
  }

  push(bytes: Uint8Array): void {
    clearTimeout(this.#timer);
    this.#take(this.#reader.push(bytes));
    if (this.#reader.waiting) {
      this.#timer = setTimeout(() => this.#take(this.#reader.flush()), ESCAPE_WAIT_MS);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #take(inputs: readonly TerminalInput[]): void {
    const keys: TerminalInput[] = [];
    for (const input of inputs) {
      if (input.kind === 'report' || input.kind === 'position') this.#options.report(input.raw);
      else keys.push(input);
    }
    if (keys.length > 0) this.#burst(keys);
  }

  /** Keys that came in one piece. Ctrl-C counts always: it can only be a no. */
  #burst(keys: readonly TerminalInput[]): void {
    if (keys.some((input) => input.kind === 'key' && input.key === 'interrupt')) {
      this.#options.key(BYTES.interrupt);
      return;
    }
    const early = this.#options.now() < this.#openFrom;
    const bytes = early ? undefined : this.#meaning(keys);
    if (bytes === undefined) this.#options.ignored();
    else this.#options.key(bytes);
  }

  #meaning(keys: readonly TerminalInput[]): string | undefined {
    const [first, second] = keys;
    if (first?.kind === 'key' && keys.length === 1) return BYTES[first.key];
    if (first?.kind !== 'text') return undefined;
    const letters = [...first.text].length;
    if (this.#options.word) return keys.length === 1 || letters > 1 ? first.text : undefined;
    // A letter with Enter behind it, in one piece: some people and programs send answers so.
    const entered = keys.length === 2 && second?.kind === 'key' && second.key === 'enter';
    return letters === 1 && (keys.length === 1 || entered) ? first.text : undefined;
  }
}

/** The bytes by which ink knows a key; '' for keys that mean nothing here. */
const BYTES: Readonly<Record<NamedKey, string>> = {
  enter: '\r',
  escape: '\x1b',
  tab: '\t',
  backspace: '\x7f',
  interrupt: '\x03',
  'erase-line': '\x15',
  trial: '\x14',
  'end-of-input': '\x04',
  up: '\x1b[A',
  down: '\x1b[B',
  'page-up': '\x1b[5~',
  'page-down': '\x1b[6~',
  other: '',
};
