import type { LinePort, ReadMark } from './line-port.ts';
import { type PrivateKeys, pasteKeys } from './private-keys.ts';
import { turnCommand } from './prompt-marks.ts';
import type { PsqlOutput } from './psql-output.ts';
import type { StepEnd } from './step.ts';

/** A lock that does not close within this did not reach psql, in milliseconds. */
const CLOSING_MS = 5_000;
/** psql's word for a command nobody knows: only a psql without restricted mode repeats it. */
const PROBE = 'guard_probe';
/** Two hidden lines must not be remembered by readline: they begin with a blank, and HISTCONTROL leaves such lines out. */
const BLANK = ' ';

type Then = (end: StepEnd) => void;

/** psql's restricted mode: closed, but for the one line that guard has judged. */
export class LineLock {
  readonly #port: LinePort;
  readonly #keys: PrivateKeys;
  readonly #output: PsqlOutput;
  #key = '';
  #refusal = '';
  #exists = true;
  #plain = false;

  constructor(port: LinePort, keys: PrivateKeys, output: PsqlOutput) {
    this.#port = port;
    this.#keys = keys;
    this.#output = output;
  }

  /** psql has a restricted mode. */
  get exists(): boolean {
    return this.#exists;
  }

  /** psql's own words when it refuses a command; '' when it has no restricted mode. */
  get refusal(): string {
    return this.#refusal;
  }

  withoutReadline(): void {
    this.#plain = true;
  }

  /** A line of guard's own, as keys. */
  line(text: string): string {
    return this.#plain ? `${BLANK}${text}\n` : pasteKeys(this.#keys, BLANK + text) + this.#keys.accept;
  }

  /** Closes psql for the first time, and finds out whether it can be closed. */
  begin(done: Then): void {
    this.close((closed) => {
      this.#hidden(this.line(`\\${PROBE}`), (end) => {
        const answer = end.heard.replaceAll('\r', '').trimEnd();
        const words = answer.slice(answer.lastIndexOf('\n') + 1);
        this.#exists = words !== '' && !words.includes(PROBE);
        this.#refusal = this.#exists ? `${words}\r\n` : '';
        done({ ...end, text: closed.text });
      });
    });
  }

  /** Opens psql. */
  open(done: Then): void {
    this.#hidden(this.#opening(), done);
  }

  /** Opens psql at the end of what the user sees of the line: `keys` are sent before, and readline shows `until`. */
  openBehind(keys: string, until: string, done: Then): void {
    this.#output.run({ keys: keys + this.#opening(), echo: 'moves', until, answer: 'hide', done });
  }

  /** An empty line does where there is nothing to open. */
  #opening(): string {
    return this.line(this.#exists ? `\\unrestrict ${this.#key}` : '');
  }

  /** Closes psql with a new key. Whatever stands in its line is thrown away. */
  close(done: Then): void {
    const key = this.#port.secret();
    const turn = this.#port.secret();
    const late = this.#port.after(CLOSING_MS, () => this.#port.broken());
    const clear = this.#plain ? '' : this.#keys.insertMode + this.#keys.killLine;
    this.#hidden(clear + this.line(`${turnCommand(turn)}\\restrict ${key}`), (end) => {
      late();
      if (end.prompt.turn !== turn) {
        this.#port.broken();
        return;
      }
      this.#key = key;
      done(end);
    });
  }

  /** Sends the line in readline's kill ring over the wire, between the marks. Resolves to false when psql did not. */
  read(mark: ReadMark, done: (end: StepEnd, sent: boolean) => void): void {
    const turn = this.#port.secret();
    const command = `${BLANK}${turnCommand(turn)}\\sf ${mark.before}`;
    const keys = pasteKeys(this.#keys, command) + this.#keys.yank + this.#keys.accept;
    this.#hidden(keys, (end) => done(end, end.prompt.turn === turn));
  }

  #hidden(keys: string, done: Then): void {
    this.#output.run({ keys, echo: 'hide', answer: 'hide', done });
  }
}
