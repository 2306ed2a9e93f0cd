import type { HoldableTerminal, HoldListener, TerminalHold } from '../../src/model/terminal-hold.ts';

export interface FakeTerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** Where the cursor is when asked; undefined: the terminal does not answer. */
  readonly position?: string;
}

/** A terminal that only remembers. */
export class FakeTerminal implements HoldableTerminal {
  readonly options: FakeTerminalOptions;
  written = '';
  typedAhead = '';
  holds = 0;
  held = false;
  redraw = false;
  midPaste = false;
  screen: 'main' | 'alternate' = 'main';
  listener: HoldListener | undefined;

  constructor(options: FakeTerminalOptions = {}) {
    this.options = options;
  }

  hold(): TerminalHold {
    if (this.held) throw new Error('held twice');
    this.held = true;
    this.holds += 1;
    return {
      screen: this.screen,
      midPaste: this.midPaste,
      size: () => ({ columns: this.options.columns ?? 80, rows: this.options.rows ?? 24 }),
      write: (text) => {
        this.written += text;
        if (text.includes('\x1b[6n') && this.options.position !== undefined) {
          const answer = this.options.position;
          setTimeout(() => this.type(answer), 0);
        }
      },
      listen: (listener) => {
        this.listener = listener;
      },
      typeAhead: (bytes) => {
        this.typedAhead += Buffer.from(bytes).toString();
      },
      redrawAfterwards: () => {
        this.redraw = true;
      },
      release: () => {
        this.held = false;
        this.listener = undefined;
      },
    };
  }

  type(text: string): void {
    this.listener?.input(Buffer.from(text));
  }

  async saw(text: string): Promise<void> {
    const limit = Date.now() + 5_000;
    while (!this.written.includes(text)) {
      if (Date.now() > limit) throw new Error(`never written: ${text}\n${this.written}`);
      await pause(5);
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
