/** Size of a terminal in character cells; never below 1. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What whoever holds the terminal gets told. None of these may throw. */
export interface HoldListener {
  /** Bytes as the terminal sent them, in order. Not for keeping: the buffer is reused. */
  input(bytes: Uint8Array): void;
  /** The window has another size now. */
  resized(): void;
  /** The terminal is gone or the child ended: nobody will answer. */
  lost(): void;
}

/**
 * The user's terminal while a question has it. The child's output waits, its mouse, paste, keypad and
 * cursor modes are off; `release` brings all of that back and is safe to call twice.
 */
export interface TerminalHold {
  size(): TerminalSize;
  /** Which of its two screens the child was drawing on. */
  readonly screen: 'main' | 'alternate';
  /** The input stops, so far, in the middle of a bracketed paste: what follows was not typed for the question. */
  readonly midPaste: boolean;
  /** Written to the terminal as it is: guard's own text only. */
  write(text: string): void;
  listen(listener: HoldListener): void;
  /** Bytes that were typed for the child, not for the question. */
  typeAhead(bytes: Uint8Array): void;
  /** Makes a full-screen child draw itself again after `release`. */
  redrawAfterwards(): void;
  release(): void;
}

/** A terminal that a question can borrow; at most one hold at a time (a second `hold` throws). */
export interface HoldableTerminal {
  hold(): TerminalHold;
}
