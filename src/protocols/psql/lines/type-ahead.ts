import type { LinePort } from './line-port.ts';

/** What is typed ahead beyond this is dropped, as a terminal does. */
const MAX_HELD_BYTES = 65_536;
/** A prompt that is already on its way arrives within this; then the keys were for the next line and not for a pager. */
const PROMPT_IN_FLIGHT_MS = 25;
/** Ctrl-C, Ctrl-Z, Ctrl-\: signals to what runs. */
const SIGNALS: ReadonlySet<number> = new Set([0x03, 0x1a, 0x1c]);
const CTRL_C = 0x03;

interface Busy {
  /** What runs reads the terminal itself, as far as guard knows. */
  readonly readsTerminal: boolean;
  /** guard works on a line: nothing may come in between. */
  readonly hidden: boolean;
  /** Whether it is still the same that is going on. */
  readonly lasts: () => boolean;
}

/** Keys that were typed while psql was busy. */
export class TypeAhead {
  readonly #port: LinePort;
  #held: Buffer[] = [];
  #bytes = 0;
  #cancelPager: () => void = () => undefined;

  constructor(port: LinePort) {
    this.#port = port;
  }

  push(bytes: Buffer, busy: Busy): void {
    if (busy.hidden) this.#hold(bytes);
    else if (busy.readsTerminal || this.#isPassword()) this.#pass(bytes);
    else this.#sort(bytes, busy.lasts);
  }

  /** Everything that was held back, for the prompt that is there now. */
  take(): Buffer {
    this.#cancelPager();
    const all = Buffer.concat(this.#held);
    this.#held = [];
    this.#bytes = 0;
    return all;
  }

  #isPassword(): boolean {
    const reading = this.#port.reading();
    return reading?.byLine === true && !reading.echo;
  }

  #sort(bytes: Buffer, lasts: () => boolean): void {
    const signal = bytes.findLastIndex((byte) => SIGNALS.has(byte));
    if (signal !== -1) {
      // As a terminal does: what was typed before an interrupt is forgotten.
      if (bytes[signal] === CTRL_C) this.take();
      this.#port.program(bytes.subarray(signal, signal + 1));
    }
    const rest = bytes.subarray(signal + 1);
    if (rest.length === 0) return;
    this.#hold(rest);
    if (this.#port.reading()?.byLine === false) this.#offerPager(lasts);
  }

  /** Somebody reads key by key: a pager, unless it is readline whose prompt is not here yet. */
  #offerPager(lasts: () => boolean): void {
    this.#cancelPager();
    this.#cancelPager = this.#port.after(PROMPT_IN_FLIGHT_MS, () => {
      if (lasts()) this.#pass(this.take());
    });
  }

  #pass(bytes: Buffer): void {
    if (bytes.length > 0) this.#port.program(bytes);
  }

  #hold(bytes: Buffer): void {
    if (this.#bytes + bytes.length > MAX_HELD_BYTES) return;
    this.#held.push(Buffer.from(bytes));
    this.#bytes += bytes.length;
  }
}
