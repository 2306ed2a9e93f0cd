import type { VerificationKey } from '../sign/verification-key.ts';
import { MAX_LINE_BYTES, NO_HASH, openLine, sha256 } from './entry-line.ts';
import { isObject } from './entry-shape.ts';
import type { LineSink } from './line-reader.ts';
import type { ProblemKind, Remarks } from './problem.ts';
import { type KeyTrack, trackKeys } from './verify-keys.ts';

/** Every line begins with `{"prev":"`, 64 hex digits and `"`. */
const PREV_HEAD = '{"prev":"';
const PREV_END = PREV_HEAD.length + NO_HASH.length;
/** What a line that names a key holds; quotes inside of JSON texts are escaped, so no text can look like it. */
const NAMES_KEY = ['"type":"segment"', '"type":"key"'];
/** `type` stands within so many bytes from the beginning: all before it has a bounded length. */
const HEAD_BYTES = 320;

export const BROKEN_CHAIN =
  'the entry does not continue the one before it: something was changed, removed or inserted';

/** True when the line names `previous` as the hash of the one before it. */
export function continues(line: Buffer, previous: string): boolean {
  return line.toString('latin1', 0, PREV_END + 1) === `${PREV_HEAD}${previous}"`;
}

/**
 * Only the chain, and the signatures of the entries that vouch for all before them: the last one of every unbroken
 * stretch, and those that name a key. Finds every change to what was signed. Does not find an entry with a false
 * signature that guard itself continued: reading every signature does.
 */
export class ChainVerifier {
  readonly keys: KeyTrack;
  readonly #problems: Remarks<ProblemKind>;
  #place = { file: '', line: 0 };
  #previous: string | undefined = NO_HASH;
  /** The line before, while nothing has vouched for it yet. One buffer for all of them. */
  readonly #kept = Buffer.allocUnsafe(MAX_LINE_BYTES);
  #last: Buffer = Buffer.alloc(0);
  #first: Buffer = Buffer.alloc(0);
  entries = 0;

  constructor(pinned: readonly VerificationKey[], problems: Remarks<ProblemKind>) {
    this.keys = trackKeys(pinned);
    this.#problems = problems;
  }

  get firstTime(): string {
    return text(this.#first, 'ts');
  }

  get lastTime(): string {
    return text(this.#last, 'ts');
  }

  get nextSequence(): number {
    const seq = Number(text(this.#last, 'seq'));
    return this.entries === 0 || !Number.isSafeInteger(seq) ? 0 : seq + 1;
  }

  fileSink(file: string): LineSink {
    return {
      line: (line, number) => {
        const isNext = this.#previous !== undefined && continues(line, this.#previous);
        if (this.entries > 0 && !isNext) this.#vouch();
        this.#place = { file, line: number };
        if (this.#previous !== undefined && !isNext) this.#problem('chain', BROKEN_CHAIN);
        this.#keep(line);
      },
      tooLong: (number) => {
        this.#place = { file, line: number };
        this.#problem('too-long', 'the line is longer than any entry');
        this.#previous = undefined;
      },
      torn: (number) => {
        this.#place = { file, line: number };
        this.#problem('torn', 'the last line is unfinished: guard was killed, or somebody cut the file');
      },
    };
  }

  /** To be called after the last file. */
  end(): void {
    if (this.entries > 0) this.#vouch();
  }

  #problem(kind: ProblemKind, words: string): void {
    this.#problems.add({ kind, text: words, ...this.#place });
  }

  #keep(line: Buffer): void {
    this.entries += 1;
    if (this.entries === 1) this.#first = Buffer.from(line);
    const head = line.toString('latin1', 0, HEAD_BYTES);
    if (NAMES_KEY.some((mark) => head.includes(mark))) this.#announce(line);
    line.copy(this.#kept);
    this.#last = this.#kept.subarray(0, line.length);
    this.#previous = sha256(line);
  }

  #announce(line: Buffer): void {
    const type = text(line, 'type');
    const sealed = openLine(line);
    if (sealed === undefined || (type !== 'segment' && type !== 'key')) return;
    const found = [...this.keys.announce(type, text(line, 'key'), sealed), ...this.keys.check(sealed)];
    for (const { kind, text: words } of found) this.#problem(kind, words);
  }

  #vouch(): void {
    const sealed = openLine(this.#last);
    if (sealed === undefined) this.#problem('signature', 'the line does not end in a signature');
    const found = sealed === undefined ? [] : this.keys.check(sealed);
    for (const { kind, text: words } of found) this.#problem(kind, words);
  }
}

function text(line: Buffer, name: string): string {
  try {
    const entry: unknown = JSON.parse(line.toString('utf8'));
    const value = isObject(entry) ? entry[name] : undefined;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  } catch {
    return '';
  }
}
