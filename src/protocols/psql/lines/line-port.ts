import type { WireRefusal } from '../../../wire/postgres/gate.ts';

/** How the terminal of psql gives out what is typed. */
export interface TerminalReading {
  /** Line by line, by the kernel; false while readline or a pager reads key by key. */
  readonly byLine: boolean;
  readonly echo: boolean;
}

/** What surrounds a line on its way over the wire, so that guard knows it for what it is. */
export interface ReadMark {
  readonly number: number;
  readonly before: string;
  readonly behind: string;
}

/** A refusal in the words psql shows errors in. */
export type LineRefusal = Pick<WireRefusal, 'message' | 'detail' | 'hint'>;

/** What becomes of a line that guard has read. `text`: what psql is given, in one piece. */
export type LineRuling =
  | { readonly kind: 'run'; readonly text: string }
  | { readonly kind: 'refuse'; readonly text: string; readonly refusal: LineRefusal };

/** How well guard can hold psql's own commands in this session. */
export interface LineFacts {
  /** Readline edits the lines, so that guard can read them. */
  readonly readline: boolean;
  /** psql refuses its own commands whenever guard did not open it for one line. */
  readonly restricted: boolean;
}

/** The world around the line layer. */
export interface LinePort {
  program(bytes: Buffer): void;
  screen(bytes: Buffer): void;
  /** Undefined where the system does not tell. */
  reading(): TerminalReading | undefined;
  /** Calls back later, or never when the returned function is called before. */
  after(milliseconds: number, done: () => void): () => void;
  /** Fresh hexadecimal digits that nobody can guess. */
  secret(): string;
  readMark(): ReadMark;
  /** The line with this number has run. */
  ran(number: number): void;
  /** Known at the first prompt. */
  ready(facts: LineFacts): void;
  /** psql may be open and guard can't close it: the session must end. */
  broken(): void;
}
