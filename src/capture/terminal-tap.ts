import type { TerminalInput } from '../host/native.ts';

/** Both ends of a terminal that somebody stands in the middle of. */
export interface TapPort {
  program(bytes: Buffer): void;
  screen(bytes: Buffer): void;
  /** How the program's terminal gives out input; undefined where the system does not tell. */
  reading(): TerminalInput | undefined;
  /** Asks the program to end. */
  end(): void;
}

/** Decides what of the input reaches the program, and what of its output the screen. */
export interface TerminalTap {
  typed(bytes: Buffer): void;
  output(chunk: Buffer): void;
  /** The program has ended. */
  ended(): void;
}
