import type { HoldListener, TerminalHold, TerminalSize } from '../model/terminal-hold.ts';

/** What a hold may do with the bridge it belongs to. */
export interface HoldPort {
  size(): TerminalSize;
  write(text: string): void;
  midPaste(): boolean;
  typeAhead(bytes: Uint8Array): void;
  released(redraw: boolean): void;
}

/** One question's turn at the terminal; dead after `release`. */
export class Hold implements TerminalHold {
  readonly screen: 'main' | 'alternate';
  readonly #port: HoldPort;
  #listener: HoldListener | undefined;
  #redraw = false;
  #released = false;
  #settle: () => void = () => {};
  /** Resolves at `release`. */
  readonly over = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  constructor(state: { readonly screen: 'main' | 'alternate' }, port: HoldPort) {
    this.screen = state.screen;
    this.#port = port;
  }

  size(): TerminalSize {
    return this.#port.size();
  }

  get midPaste(): boolean {
    return this.#port.midPaste();
  }

  write(text: string): void {
    if (!this.#released) this.#port.write(text);
  }

  listen(listener: HoldListener): void {
    this.#listener = listener;
  }

  typeAhead(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#port.typeAhead(bytes);
  }

  redrawAfterwards(): void {
    this.#redraw = true;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#port.released(this.#redraw);
    this.#settle();
  }

  /** Nobody listens yet: the bytes were typed for the program. */
  typed(bytes: Uint8Array): void {
    if (this.#listener === undefined) this.typeAhead(bytes);
    else this.#listener.input(bytes);
  }

  resized(): void {
    this.#listener?.resized();
  }

  lost(): void {
    this.#listener?.lost();
  }
}
