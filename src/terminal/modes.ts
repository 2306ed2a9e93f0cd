import { type Sequence, SequenceScanner } from './sequence-scanner.ts';

/** Private modes that change what the terminal sends while a person answers, off by default (xterm ctlseqs, DECSET). */
const INPUT_MODES = [
  '1', // application cursor keys
  '9', // X10 mouse
  '1000',
  '1001',
  '1002',
  '1003', // mouse tracking
  '1004', // focus events
  '1005',
  '1006',
  '1015',
  '1016', // mouse coordinates
  '2004', // bracketed paste
] as const;

/** Modes that change where guard's own drawing lands, off by default: reverse video is left alone. */
const DRAWING_MODES = ['6' /* origin */, '2026' /* synchronized output */] as const;

const SCREEN_MODES = ['47', '1047', '1049'] as const;

const TRACKED: ReadonlySet<string> = new Set<string>([...INPUT_MODES, ...DRAWING_MODES, ...SCREEN_MODES]);

/** The modes a program has set on its terminal, read off its output as it passes. */
export class ModeTracker {
  readonly #scanner = new SequenceScanner((sequence) => this.#apply(sequence));
  #set = new Set<string>();
  #cursorHidden = false;
  #wrapOff = false;
  #insert = false;
  #keypad = false;
  #kitty = false;
  #modifyKeys = '';

  /** Where the sequence begins that `bytes` leave unfinished: see `SequenceScanner.push`. */
  push(bytes: Uint8Array): number {
    return this.#scanner.push(bytes);
  }

  get screen(): 'main' | 'alternate' {
    return SCREEN_MODES.some((mode) => this.#set.has(mode)) ? 'alternate' : 'main';
  }

  /** What to write so that keys arrive plainly and drawing lands where it is put. */
  suspend(): string {
    const off = [...INPUT_MODES, ...DRAWING_MODES].filter((mode) => this.#set.has(mode));
    return [
      off.length === 0 ? '' : `\x1b[?${off.join(';')}l`,
      this.#keypad ? '\x1b>' : '',
      this.#insert ? '\x1b[4l' : '',
      this.#wrapOff ? '\x1b[?7h' : '',
      this.#kitty ? '\x1b[>0u' : '',
      this.#modifyKeys === '' ? '' : '\x1b[>4;0m',
    ].join('');
  }

  /** Exactly undoes `suspend`, and hides a cursor that the program had hidden: a question leaves it shown. */
  resume(): string {
    const on = [...DRAWING_MODES, ...INPUT_MODES].filter((mode) => this.#set.has(mode));
    return [
      this.#modifyKeys === '' ? '' : `\x1b[>${this.#modifyKeys}m`,
      this.#kitty ? '\x1b[<u' : '',
      this.#wrapOff ? '\x1b[?7l' : '',
      this.#insert ? '\x1b[4h' : '',
      this.#keypad ? '\x1b=' : '',
      ...on.map((mode) => `\x1b[?${mode}h`),
      this.#cursorHidden ? '\x1b[?25l' : '',
    ].join('');
  }

  /** Brings the terminal to its defaults when the program can't do that any more. Empty when it left nothing on. */
  reset(): string {
    const screen = SCREEN_MODES.find((mode) => this.#set.has(mode));
    return [
      this.suspend(),
      screen === undefined ? '' : `\x1b[?${screen}l`,
      this.#cursorHidden ? '\x1b[?25h' : '',
    ].join('');
  }

  #apply(sequence: Sequence): void {
    if (sequence.kind === 'escape') this.#escape(sequence);
    else if (sequence.final === 'h' || sequence.final === 'l') this.#modes(sequence);
    else if (sequence.final === 'u') this.#kittyKeys(sequence.body);
    else if (sequence.final === 'm' && sequence.body.startsWith('>4')) this.#modifiers(sequence.body);
    else if (sequence.final === 'p' && sequence.body === '!') this.#softReset();
  }

  #escape({ body, final }: Sequence): void {
    if (body !== '') return;
    if (final === '=') this.#keypad = true;
    else if (final === '>') this.#keypad = false;
    else if (final === 'c') this.#hardReset();
  }

  #modes({ body, final }: Sequence): void {
    const on = final === 'h';
    if (body.startsWith('?')) {
      for (const mode of body.slice(1).split(';')) this.#privateMode(mode, on);
    } else if (body.split(';').includes('4')) {
      this.#insert = on;
    }
  }

  #privateMode(mode: string, on: boolean): void {
    if (mode === '25') this.#cursorHidden = !on;
    else if (mode === '7') this.#wrapOff = !on;
    else if (mode === '66') this.#keypad = on;
    else if (!TRACKED.has(mode)) return;
    else if (on) this.#set.add(mode);
    else this.#leave(mode);
  }

  #leave(mode: string): void {
    if (!SCREEN_MODES.some((known) => known === mode)) this.#set.delete(mode);
    else for (const known of SCREEN_MODES) this.#set.delete(known);
  }

  /** Kitty's keyboard protocol keeps a stack, so that push and pop are exact: once used it is always assumed on. */
  #kittyKeys(body: string): void {
    if (/^[>=]/.test(body)) this.#kitty = true;
  }

  #modifiers(body: string): void {
    this.#modifyKeys = /^>4;[1-9]$/.test(body) ? body.slice(1) : '';
  }

  /** DECSTR: leaves the screen, mouse and paste as they are. */
  #softReset(): void {
    this.#cursorHidden = false;
    this.#insert = false;
    this.#keypad = false;
    for (const mode of ['1', '6']) this.#set.delete(mode);
  }

  #hardReset(): void {
    this.#set = new Set();
    this.#softReset();
    this.#wrapOff = false;
    this.#kitty = false;
    this.#modifyKeys = '';
  }
}
