/** Longest escape sequence a terminal sends on its own account that is kept for the child. */
const MAX_REPORT_BYTES = 8192;

const ESC = 0x1b;
const BEL = 0x07;
const PASTE_BEGIN = '\x1b[200~';
const PASTE_END = '\x1b[201~';

export type NamedKey =
  | 'enter'
  | 'escape'
  | 'tab'
  | 'backspace'
  | 'interrupt'
  | 'erase-line'
  | 'trial'
  | 'end-of-input'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'other';

/**
 * What a terminal sends: a key somebody pressed, the fact that something was pasted, the cursor position
 * it was asked for, or another report (an answer to a query of the child's).
 */
export type TerminalInput =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'key'; readonly key: NamedKey }
  | { readonly kind: 'paste' }
  | { readonly kind: 'position'; readonly row: number; readonly column: number; readonly raw: string }
  | { readonly kind: 'report'; readonly raw: string };

const CONTROL_KEYS: ReadonlyMap<number, NamedKey> = new Map([
  [0x03, 'interrupt'],
  [0x04, 'end-of-input'],
  [0x08, 'backspace'],
  [0x09, 'tab'],
  [0x0a, 'enter'],
  [0x0d, 'enter'],
  [0x14, 'trial'],
  [0x15, 'erase-line'],
  [0x7f, 'backspace'],
]);

const CSI_KEYS: ReadonlyMap<string, NamedKey> = new Map([
  ['A', 'up'],
  ['B', 'down'],
  ['5~', 'page-up'],
  ['6~', 'page-down'],
]);

/** Reads keys and reports out of terminal input. Text is Latin-1 of the bytes until it is given out as UTF-8. */
export class KeyReader {
  #pending = '';
  #pasting = false;
  /** The rest of a string that grew too long is passed over, up to its terminator. */
  #discarding = false;

  /** Where the bytes are cut does not matter, but for a lone ESC: see `flush`. */
  push(bytes: Uint8Array): readonly TerminalInput[] {
    this.#pending += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    return this.#drain();
  }

  /** True when a lone ESC waits for what may follow it. */
  get waiting(): boolean {
    return this.#pending === '\x1b';
  }

  /** Nothing followed: the ESC was the key. The beginning of a longer sequence goes on waiting for its end. */
  flush(): readonly TerminalInput[] {
    if (!this.waiting) return [];
    this.#pending = '';
    return [{ kind: 'key', key: 'escape' }];
  }

  #drain(): readonly TerminalInput[] {
    const out: TerminalInput[] = [];
    while (this.#pending !== '') {
      if (!this.#next(out)) break;
    }
    return out;
  }

  /** Takes one thing from what is pending; false when more bytes are needed. */
  #next(out: TerminalInput[]): boolean {
    if (this.#pasting) return this.#paste(out);
    return this.#discarding ? this.#discard() : this.#one(out);
  }

  #discard(): boolean {
    const end = /[\x07\x1b]/.exec(this.#pending)?.index;
    if (end === undefined) {
      this.#pending = '';
      return false;
    }
    // `ESC \\` reads as Alt-backslash afterwards, which means nothing.
    this.#take(this.#pending[end] === '\x07' ? end + 1 : end);
    this.#discarding = false;
    return true;
  }

  #paste(out: TerminalInput[]): boolean {
    const end = this.#pending.indexOf(PASTE_END);
    if (end === -1) {
      this.#pending = this.#pending.slice(-(PASTE_END.length - 1));
      return false;
    }
    this.#take(end + PASTE_END.length);
    this.#pasting = false;
    out.push({ kind: 'paste' });
    return true;
  }

  #one(out: TerminalInput[]): boolean {
    const code = this.#pending.charCodeAt(0);
    if (code === ESC) return this.#sequence(out);
    if (code < 0x20 || code === 0x7f) {
      this.#take(1);
      out.push({ kind: 'key', key: CONTROL_KEYS.get(code) ?? 'other' });
      return true;
    }
    return this.#text(out);
  }

  #text(out: TerminalInput[]): boolean {
    const run = /^[^\x00-\x1f\x7f]+/.exec(this.#pending)?.[0] ?? '';
    const whole = run.length === this.#pending.length ? run.slice(0, completeUtf8(run)) : run;
    if (whole === '') return false;
    this.#take(whole.length);
    out.push({ kind: 'text', text: Buffer.from(whole, 'latin1').toString('utf8') });
    return true;
  }

  #sequence(out: TerminalInput[]): boolean {
    const length = sequenceLength(this.#pending);
    if (length === undefined) {
      if (this.#pending.length <= MAX_REPORT_BYTES) return false;
      this.#pending = '';
      this.#discarding = true;
      return false;
    }
    const raw = this.#take(length);
    if (raw === PASTE_BEGIN) this.#pasting = true;
    else out.push(meaning(raw));
    return true;
  }

  #take(length: number): string {
    const taken = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length);
    return taken;
  }
}

/** Length of the escape sequence at the start, undefined while more bytes are needed. */
function sequenceLength(text: string): number | undefined {
  const second = text.charCodeAt(1);
  if (Number.isNaN(second)) return undefined;
  if (second === 0x5b) return csiLength(text);
  if (second === 0x4f) return text.length > 2 ? 3 : undefined;
  if (second === 0x50 || second === 0x5d || second === 0x5f || second === 0x5e) return stringLength(text);
  // Alt and a key: two bytes. A second ESC is a key of its own.
  return second === ESC ? 1 : 2;
}

function csiLength(text: string): number | undefined {
  for (let at = 2; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === ESC) return at;
    if (code >= 0x40 && code <= 0x7e) return text[at] === 'M' && at === 2 ? x10Length(text) : at + 1;
  }
  return undefined;
}

/** X10 mouse reports carry three raw bytes after `ESC [ M`. */
function x10Length(text: string): number | undefined {
  return text.length >= 6 ? 6 : undefined;
}

function stringLength(text: string): number | undefined {
  for (let at = 2; at < text.length; at += 1) {
    if (text.charCodeAt(at) === BEL) return at + 1;
    if (text.charCodeAt(at) === ESC) return text.length > at + 1 ? at + 2 : undefined;
  }
  return undefined;
}

function meaning(raw: string): TerminalInput {
  if (raw === '\x1b') return { kind: 'key', key: 'escape' };
  const position = /^\x1b\[(\d{1,5});(\d{1,5})R$/.exec(raw);
  if (position !== null) {
    return { kind: 'position', row: Number(position[1]), column: Number(position[2]), raw };
  }
  if (isReport(raw)) return { kind: 'report', raw };
  return { kind: 'key', key: CSI_KEYS.get(raw.slice(2)) ?? 'other' };
}

/** Answers to DA, DSR, DECRQM, XTWINOPS, kitty queries and every OSC, DCS, APC string: no key makes these. */
function isReport(raw: string): boolean {
  return /^\x1b(?:[P\]_^]|\[[?>][0-9;:]{0,64}[cnRuS]|\[[?]?[0-9;]{0,64}\$y|\[[0-9;]{1,64}t|\[0n)/.test(raw);
}

/** How many bytes (as Latin-1) form whole UTF-8 characters; broken ones count as whole. */
function completeUtf8(text: string): number {
  for (let back = 1; back <= 3 && back <= text.length; back += 1) {
    const code = text.charCodeAt(text.length - back);
    if (code < 0x80) return text.length;
    if (code >= 0xc0) return back < utf8Length(code) ? text.length - back : text.length;
  }
  return text.length;
}

function utf8Length(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
