import { quoteArgument } from '../quote-argument.ts';

/** What a prompt says of psql, invisibly (https://www.postgresql.org/docs/18/app-psql.html#APP-PSQL-PROMPTING). */
export interface PromptState {
  /** `%R`: `=` a new statement, `-` `(` `'` `"` `$` `*` in the middle of one, `@` a skipped `\if` branch, `!` no server. */
  readonly lexer: string;
  /** psql's HISTCONTROL: without `ignorespace` guard's own lines would be remembered. */
  readonly history: string;
  /** What guard's last own line left behind: proof that psql has run it. */
  readonly turn: string;
  /** PROMPT3: psql reads rows for COPY, not commands. */
  readonly copy: boolean;
}

/** The variable of psql that carries the proof. */
const TURN_VARIABLE = 'GUARD';
const TURN = /^[0-9a-f]{1,32}$/;

/** An OSC with a number nobody uses: a terminal that sees it by accident shows nothing. */
const OPENER = '\x1b]5578;';
const BEL = '\x07';
const ESC = 0x1b;
const MAX_BODY = 96;

export const PROMPT_VARIABLES = ['PROMPT1', 'PROMPT2', 'PROMPT3'] as const;
type PromptVariable = (typeof PROMPT_VARIABLES)[number];

function invisible(text: string): string {
  return `%[%033]5578;${text}%007%]`;
}

/** What goes before and behind the user's own prompt. */
export function promptFrame(
  variable: PromptVariable,
  secret: string,
): { readonly before: string; readonly behind: string } {
  const kind = variable === 'PROMPT3' ? 'C' : 'B';
  return {
    before: invisible(`${secret};A`),
    behind: invisible(`${secret};${kind};%R;%:HISTCONTROL:;%:${TURN_VARIABLE}:`),
  };
}

/** The command that puts the marks around a prompt, whatever it is. */
export function promptLine(variable: PromptVariable, secret: string): string {
  const { before, behind } = promptFrame(variable, secret);
  // One that is not set would stand for its own name.
  const known = `\\if :{?${variable}} \\else \\set ${variable} '' \\endif`;
  return `${known} \\set ${variable} ${quoteArgument(before)} :${variable} ${quoteArgument(behind)}`;
}

/** Lines for the end of a psqlrc: the user's prompts stay as they are. */
export function promptLines(secret: string): readonly string[] {
  return PROMPT_VARIABLES.map((variable) => promptLine(variable, secret));
}

/** Lexer states (`%R`) in which a backslash is text. */
export const QUOTE_STATES: ReadonlySet<string> = new Set(["'", '"', '$', '*']);
/** A branch of `\\if` that is not taken. */
export const SKIPPED_BRANCH = '@';

/** The command that leaves a proof. `turn`: hexadecimal digits. */
export function turnCommand(turn: string): string {
  if (!TURN.test(turn)) throw new TypeError('a turn is hexadecimal');
  return `\\set ${TURN_VARIABLE} ${turn}`;
}

/** Readline, when it begins and ends a line (xterm ctlseqs, "Bracketed Paste Mode"). */
export const EDITING = '\x1b[?2004h';
export const ACCEPTED = '\x1b[?2004l';

/** One piece of psql's output. */
export type OutputPiece =
  | { readonly kind: 'text'; readonly bytes: Buffer }
  /** Readline begins, or is done with, a line. */
  | { readonly kind: 'editing' | 'accepted' }
  | { readonly kind: 'prompt-begins' }
  | { readonly kind: 'prompt'; readonly prompt: PromptState };

function parseMark(body: string): OutputPiece | undefined {
  if (body === 'A') return { kind: 'prompt-begins' };
  const [kind, lexer, history, turn, ...rest] = body.split(';');
  if ((kind !== 'B' && kind !== 'C') || lexer === undefined || history === undefined || turn === undefined)
    return undefined;
  if (rest.length > 0) return undefined;
  return { kind: 'prompt', prompt: { lexer, history, turn, copy: kind === 'C' } };
}

type Found = { readonly piece: OutputPiece; readonly length: number } | 'unfinished' | undefined;

/** Finds guard's marks and readline's in psql's output. Where the output is cut does not matter. */
export class MarkScanner {
  readonly #opener: Buffer;
  #held: Buffer = Buffer.alloc(0);

  constructor(secret: string) {
    this.#opener = Buffer.from(`${OPENER}${secret};`, 'latin1');
  }

  push(chunk: Buffer): readonly OutputPiece[] {
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const pieces: OutputPiece[] = [];
    let from = 0;
    for (;;) {
      const { at, found } = this.#nextMark(all, from);
      if (at > from) pieces.push({ kind: 'text', bytes: all.subarray(from, at) });
      if (found === undefined) {
        this.#held = Buffer.from(all.subarray(at));
        return pieces;
      }
      pieces.push(found.piece);
      from = at + found.length;
    }
  }

  /** The next mark, or where an unfinished one begins, or the end. */
  #nextMark(
    all: Buffer,
    from: number,
  ): { readonly at: number; readonly found?: Exclude<Found, string | undefined> } {
    for (let at = all.indexOf(ESC, from); at !== -1; at = all.indexOf(ESC, at + 1)) {
      const found = this.#mark(all, at);
      if (found === 'unfinished') return { at };
      if (found !== undefined) return { at, found };
    }
    return { at: all.length };
  }

  /** A beginning of a mark that nothing followed: output after all. */
  give(): Buffer {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }

  #mark(all: Buffer, at: number): Found {
    const rest = all.subarray(at, at + this.#opener.length + MAX_BODY);
    for (const [text, kind] of READLINE) {
      const found = startsWith(rest, text);
      if (found === 'yes') return { piece: { kind }, length: text.length };
      if (found === 'perhaps') return 'unfinished';
    }
    const opened = startsWith(rest, this.#opener);
    if (opened !== 'yes') return opened === 'perhaps' ? 'unfinished' : undefined;
    const end = rest.indexOf(BEL);
    if (end === -1) return rest.length < this.#opener.length + MAX_BODY ? 'unfinished' : undefined;
    const piece = parseMark(rest.toString('latin1', this.#opener.length, end));
    return piece === undefined ? undefined : { piece, length: end + 1 };
  }
}

const READLINE = [
  [Buffer.from(EDITING, 'latin1'), 'editing'],
  [Buffer.from(ACCEPTED, 'latin1'), 'accepted'],
] as const;

function startsWith(bytes: Buffer, what: Buffer): 'yes' | 'perhaps' | 'no' {
  const length = Math.min(bytes.length, what.length);
  if (!bytes.subarray(0, length).equals(what.subarray(0, length))) return 'no';
  return bytes.length >= what.length ? 'yes' : 'perhaps';
}
