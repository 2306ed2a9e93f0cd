import { LANGUAGES } from '../model/judge.ts';
import { present } from '../model/present.ts';
import { type CheckAnswer, type Checker, type CheckRequest, refusedCheck } from './check.ts';

/** Longest line (and longest text) that is looked at, in bytes. */
export const MOST_LINE_BYTES = 16 * 1024 * 1024;

const NEWLINE = 0x0a;
const RULE = 'check.bad-line';
const INSTEAD = 'Send one JSON object a line: {"text": "…", "lang"?, "env"?, "actor"?, "cwd"?, "id"?}.';

/** One line of input: its bytes without the newline, or what is left of one that is too long. */
export type InputLine = { readonly kind: 'line'; readonly bytes: Buffer } | { readonly kind: 'too-long' };

/** Cuts a stream into lines in bounded memory; where the stream is cut does not matter. */
export class LineCutter {
  #held: Buffer[] = [];
  #length = 0;
  #tooLong = false;

  push(chunk: Buffer): readonly InputLine[] {
    const lines: InputLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      this.#hold(chunk.subarray(from, at));
      lines.push(this.#take());
      from = at + 1;
    }
    this.#hold(chunk.subarray(from));
    return lines;
  }

  /** What stands behind the last newline. */
  end(): readonly InputLine[] {
    return this.#length === 0 && !this.#tooLong ? [] : [this.#take()];
  }

  #hold(bytes: Buffer): void {
    if (bytes.length === 0 || this.#tooLong) return;
    this.#length += bytes.length;
    if (this.#length <= MOST_LINE_BYTES) this.#held.push(bytes);
    else {
      this.#tooLong = true;
      this.#held = [];
    }
  }

  #take(): InputLine {
    const line: InputLine = this.#tooLong
      ? { kind: 'too-long' }
      : {
          kind: 'line',
          bytes: this.#held.length === 1 && this.#held[0] ? this.#held[0] : Buffer.concat(this.#held),
        };
    this.#held = [];
    this.#length = 0;
    this.#tooLong = false;
    return line;
  }
}

/** What a line said, or what is wrong with it. `id` is handed back as it came. */
type ReadLine =
  | { readonly request: CheckRequest; readonly id?: unknown }
  | { readonly problem: string; readonly id?: unknown };

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const OPTIONAL_WORDS = ['lang', 'env', 'actor', 'cwd'] as const;

/** JSON has null for "not said". */
function wordsOf(fields: Fields): Readonly<Record<(typeof OPTIONAL_WORDS)[number], unknown>> {
  const word = (name: string) => fields[name] ?? undefined;
  return { lang: word('lang'), env: word('env'), actor: word('actor'), cwd: word('cwd') };
}

function readFields(fields: Fields): { readonly request: CheckRequest } | { readonly problem: string } {
  const { text } = fields;
  if (typeof text !== 'string') return { problem: 'It has no "text", or one that is no string.' };
  const words = wordsOf(fields);
  const wrong = OPTIONAL_WORDS.find((name) => words[name] !== undefined && typeof words[name] !== 'string');
  if (wrong !== undefined) return { problem: `Its "${wrong}" is no string.` };
  const lang = LANGUAGES.find((each) => each === words.lang);
  if (words.lang !== undefined && lang === undefined)
    return { problem: `Its "lang" is none of ${LANGUAGES.join(', ')}.` };
  const said = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    request: {
      text,
      ...present({ lang, env: said(words.env), actor: said(words.actor), cwd: said(words.cwd) }),
    },
  };
}

function readLine(line: InputLine): ReadLine {
  if (line.kind === 'too-long')
    return { problem: `It is longer than ${MOST_LINE_BYTES.toLocaleString('en-US')} bytes.` };
  const text = decode(line.bytes);
  if (text === undefined) return { problem: 'It is not UTF-8.' };
  if (text.trim() === '') return { problem: 'It is empty.' };
  const value = parseJson(text);
  if (value === undefined) return { problem: 'It is not JSON.' };
  if (!isFields(value)) return { problem: 'It is JSON, but no object.' };
  return { ...readFields(value), ...('id' in value ? { id: value['id'] } : {}) };
}

function badLine(why: string): CheckAnswer {
  return refusedCheck({ rule: RULE, parsed: 'partial', why, instead: INSTEAD });
}

function written(answer: CheckAnswer, read: ReadLine): string {
  if (!('id' in read)) return JSON.stringify(answer);
  try {
    return JSON.stringify({ id: read.id, ...answer });
  } catch {
    // JSON that is read without recursion is written with it.
    return JSON.stringify(badLine('Its "id" is nested too deeply.'));
  }
}

/**
 * The answer to one line, as JSON without newline. Every line has one, whatever it is; `defaults` fill what it leaves open.
 */
export async function answerLine(
  line: InputLine,
  check: Checker,
  defaults: Partial<CheckRequest>,
): Promise<string> {
  const read = readLine(line);
  const answer = 'problem' in read ? badLine(read.problem) : await check({ ...defaults, ...read.request });
  return written(answer, read);
}
