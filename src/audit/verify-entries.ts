import { ENTRY_TYPES, type EntryType } from '../model/audit-entry.ts';
import type { VerificationKey } from '../sign/verification-key.ts';
import { NO_HASH, openLine, sha256 } from './entry-line.ts';
import { shapeProblem } from './entry-shape.ts';
import type { LineSink } from './line-reader.ts';
import type { NoteKind, ProblemKind, Remarks } from './problem.ts';
import { BROKEN_CHAIN, continues } from './verify-chain.ts';
import { type KeyTrack, trackKeys } from './verify-keys.ts';
import { fieldsOf, type PairTrack, type Place, trackPairs } from './verify-pairs.ts';

/** Clocks are set back by so much without anybody meaning harm (ms). */
const CLOCK_TOLERANCE_MS = 2000;

type Fields = Readonly<Record<string, unknown>>;

export interface Verdicts {
  readonly problems: Remarks<ProblemKind>;
  readonly notes: Remarks<NoteKind>;
}

/** Checks one entry after the other; what it learns carries over from file to file. */
export class EntryVerifier {
  readonly keys: KeyTrack;
  readonly pairs: PairTrack = trackPairs();
  readonly #verdicts: Verdicts;
  #place: Place = { file: '', line: 0 };
  #segment = 0;
  #previous: string | undefined = NO_HASH;
  #sequence = 0;
  #time = '';
  entries = 0;
  firstTime = '';

  constructor(pinned: readonly VerificationKey[], verdicts: Verdicts) {
    this.keys = trackKeys(pinned);
    this.#verdicts = verdicts;
  }

  get lastTime(): string {
    return this.#time;
  }

  /** Number that the next entry must have. */
  get nextSequence(): number {
    return this.#sequence;
  }

  /** To be called after the last file. */
  end(): void {
    const text = 'the decision has no result: guard or the session was killed, or it still runs';
    for (const place of this.pairs.open())
      this.#verdicts.notes.add({ kind: 'decision-without-result', text, ...place });
    const { forgotten } = this.pairs;
    if (forgotten === 0) return;
    this.#place = { file: '', line: 0 };
    this.#note('decision-without-result', `${forgotten} more decisions were without a result for very long`);
  }

  /** What to do with the lines of one file. */
  fileSink(file: string, segment: number): LineSink {
    this.#segment = segment;
    const at = (line: number): void => {
      this.#place = { file, line };
    };
    return {
      line: (line, number) => {
        at(number);
        this.#checkLine(line);
      },
      tooLong: (number) => {
        at(number);
        this.#problem('too-long', 'the line is longer than any entry');
        this.#previous = undefined;
        this.#sequence += 1;
      },
      torn: (number) => {
        at(number);
        this.#problem('torn', 'the last line is unfinished: guard was killed, or somebody cut the file');
      },
    };
  }

  #problem(kind: ProblemKind, text: string): void {
    this.#verdicts.problems.add({ kind, text, ...this.#place });
  }

  #note(kind: NoteKind, text: string): void {
    this.#verdicts.notes.add({ kind, text, ...this.#place });
  }

  #checkLine(line: Buffer): void {
    this.entries += 1;
    this.#checkChain(line);
    const entry = this.#parse(line);
    this.#checkSignature(line, entry);
    if (entry === undefined) this.#sequence += 1;
    else this.#checkEntry(entry);
    this.#previous = sha256(line);
  }

  #checkChain(line: Buffer): void {
    if (this.#previous === undefined || continues(line, this.#previous)) return;
    this.#problem('chain', BROKEN_CHAIN);
  }

  #parse(line: Buffer): Fields | undefined {
    let value: unknown;
    try {
      value = JSON.parse(line.toString('utf8'));
    } catch {
      this.#problem('not-an-entry', 'the line is no JSON');
      return undefined;
    }
    const problem = shapeProblem(value);
    if (problem === undefined) return fieldsOf(value);
    this.#problem('not-an-entry', `the line is no entry: ${problem}`);
    return undefined;
  }

  #checkSignature(line: Buffer, entry: Fields | undefined): void {
    const sealed = openLine(line);
    if (sealed === undefined) {
      this.#problem('signature', 'the line does not end in a signature');
      return;
    }
    const type = entry?.['type'];
    const announced =
      type === 'segment' || type === 'key' ? this.keys.announce(type, String(entry?.['key']), sealed) : [];
    for (const { kind, text } of [...announced, ...this.keys.check(sealed)]) this.#problem(kind, text);
  }

  #checkEntry(entry: Fields): void {
    this.#checkPosition(entry);
    this.#checkTime(String(entry['ts']));
    const type = ENTRY_TYPES.find((one) => one === entry['type']);
    if (type !== undefined) this.#checkMeaning(type, entry);
  }

  #checkPosition(entry: Fields): void {
    const seq = Number(entry['seq']);
    const isFirstOfFile = this.#place.line === 1;
    if (isFirstOfFile !== (entry['type'] === 'segment'))
      this.#problem('beginning', 'a file begins with a segment entry, and has no other one');
    else if (isFirstOfFile && entry['segment'] !== this.#segment)
      this.#problem('beginning', 'the file says that it is another one');
    if (seq !== this.#sequence)
      this.#problem('sequence', `entry ${this.#sequence} is expected here, but this is entry ${seq}`);
    this.#sequence = seq + 1;
  }

  #checkTime(time: string): void {
    const back = Date.parse(this.#time) - Date.parse(time);
    const text = `the clock went back by ${Math.round(back)} ms`;
    if (back > CLOCK_TOLERANCE_MS) this.#problem('time', text);
    else if (back > 0) this.#note('clock', text);
    if (Number.isNaN(Date.parse(time))) this.#problem('time', 'the time is no time');
    this.firstTime ||= time;
    this.#time = time;
  }

  #checkMeaning(type: EntryType, entry: Fields): void {
    if (this.pairs.isStray(type, entry, this.#place))
      this.#problem('result-without-decision', 'it belongs to no decision of its session');
    if (type === 'gap') this.#checkGap(String(entry['reason']));
  }

  #checkGap(reason: string): void {
    if (reason === 'lost') this.pairs.expectMissing();
    if (reason === 'torn')
      this.#note('torn-repaired', 'an unfinished line of a killed guard was moved aside');
    else if (reason === 'lost') this.#note('entries-lost', 'guard could not write entries here and says so');
    else if (reason === 'unsealed')
      this.#note('entries-lost', 'reads of a killed guard could not be recovered');
    else this.#problem('gap', 'guard found here that earlier entries had been removed');
  }
}
