/** One command of psql's own, as it stands in a psqlrc. */
export interface RcCommand {
  /** Without the backslash; '' for `\\` and the like. */
  readonly name: string;
  readonly args: readonly RcArgument[];
  /** The command as written, from its backslash on. */
  readonly text: string;
}

export interface RcArgument {
  /** Quotes and escapes resolved. */
  readonly value: string;
  /** True when a psql variable is expanded in it, so that `value` is not what psql will see. */
  readonly variable: boolean;
}

/** Blanks between arguments (psqlscanslash.l); other control characters never get this far. */
const BLANK = /[ \t]/;
const VARIABLE = /^:[A-Za-z0-9_\u0080-\uffff'"{]/;
/** What stands for a control character in a single-quoted argument; octal and hexadecimal are read apart. */
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', r: '\r', f: '\f' };
const NUMERIC_ESCAPE = /^(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2}))/;
const OCTAL = 8;
const HEXADECIMAL = 16;
const BYTE = 0xff;

class ArgumentReader {
  readonly line: string;
  at: number;

  constructor(line: string, at: number) {
    this.line = line;
    this.at = at;
  }

  get next(): string {
    return this.line.charAt(this.at);
  }

  /** Commands and arguments end at an unquoted backslash: there the next command begins. */
  get ended(): boolean {
    return this.next === '' || this.next === '\\';
  }

  private take(): string {
    const character = this.next;
    this.at += 1;
    return character;
  }

  skipBlanks(): void {
    while (this.next !== '' && BLANK.test(this.next)) this.at += 1;
  }

  name(): string {
    const start = this.at;
    while (!this.ended && !BLANK.test(this.next)) this.at += 1;
    return this.line.slice(start, this.at);
  }

  private escaped(): string {
    const numeric = NUMERIC_ESCAPE.exec(this.line.slice(this.at, this.at + 3));
    if (numeric === null) {
      const character = this.take();
      return SIMPLE_ESCAPES[character] ?? character;
    }
    this.at += numeric[0].length;
    const code =
      numeric[1] === undefined
        ? Number.parseInt(numeric[2] ?? '', HEXADECIMAL)
        : Number.parseInt(numeric[1], OCTAL);
    return String.fromCharCode(code & BYTE);
  }

  /** Undefined when the quote is not closed on this line. */
  private singleQuoted(): string | undefined {
    let value = '';
    this.at += 1;
    while (this.next !== '') {
      const character = this.take();
      if (character === '\\') value += this.escaped();
      else if (character !== "'") value += character;
      else if (this.next === "'") value += this.take();
      else return value;
    }
    return undefined;
  }

  /** The quotes belong to the value. */
  private doubleQuoted(): string | undefined {
    const end = this.line.indexOf('"', this.at + 1);
    if (end < 0) return undefined;
    const value = this.line.slice(this.at, end + 1);
    this.at = end + 1;
    return value;
  }

  private piece(): string | undefined {
    if (this.next === "'") return this.singleQuoted();
    return this.next === '"' ? this.doubleQuoted() : this.take();
  }

  argument(): RcArgument | undefined {
    let value = '';
    let variable = false;
    while (!this.ended && !BLANK.test(this.next)) {
      if (VARIABLE.test(this.line.slice(this.at, this.at + 2))) variable = true;
      const piece = this.piece();
      if (piece === undefined) return undefined;
      value += piece;
    }
    return { value, variable };
  }
}

function readCommand(reader: ArgumentReader): RcCommand | undefined {
  const start = reader.at;
  reader.at += 1;
  const name = reader.name();
  const args: RcArgument[] = [];
  for (reader.skipBlanks(); !reader.ended; reader.skipBlanks()) {
    const argument = reader.argument();
    if (argument === undefined) return undefined;
    args.push(argument);
  }
  return { name, args, text: reader.line.slice(start, reader.at) };
}

/**
 * Takes a line apart that begins with a backslash, as psqlscanslash.l does for commands with ordinary arguments (those
 * that take the whole line are refused by name before that matters). Undefined when a quote is not closed.
 */
export function readCommands(line: string): readonly RcCommand[] | undefined {
  const commands: RcCommand[] = [];
  const reader = new ArgumentReader(line, 0);
  while (reader.next === '\\') {
    const command = readCommand(reader);
    if (command === undefined) return undefined;
    commands.push(command);
  }
  return commands;
}

/** Writes one argument so that psql reads exactly this value; control characters as octal escapes. */
export function quoteArgument(value: string): string {
  const quoted = [...value].map((character) => {
    if (character === "'") return "''";
    if (character === '\\') return '\\\\';
    return character < ' ' || character === '\x7f'
      ? `\\${character.charCodeAt(0).toString(OCTAL).padStart(3, '0')}`
      : character;
  });
  return `'${quoted.join('')}'`;
}
