import { present } from '../../model/present.ts';
import type { PsqlCommand, Script, ScriptPart, ScriptState, SqlEnd } from '../../model/psql.ts';
import { rawText } from '../../model/text.ts';
import { unreachable } from '../../model/unreachable.ts';
import { ArgumentReader } from './arguments.ts';
import { type CommandSyntax, commandSyntax } from './command-syntax.ts';
import { readCopy } from './copy-command.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import { ExpansionBudget, Input } from './input.ts';
import { QueryBuffer } from './query-buffer.ts';
import { ScriptLines } from './script-lines.ts';
import type { ScriptOptions } from './script-options.ts';
import { afterStatement, trackVariables } from './script-variables.ts';
import { SqlLexer, type Stop } from './sql-lexer.ts';
import { Variables } from './variables.ts';

type Setting = ScriptOptions & Required<Pick<ScriptOptions, 'psql' | 'state'>>;

/** Most parts of one script. */
const MOST_PARTS = 1_000_000;
const BRANCHED = 'its text depends on an \\if';
const REPEATED = 'it is the statement before it, which guard does not know';
const OPEN_BEHIND_COMMAND =
  'a quotation or comment is opened behind a command on the same line, which psql drops when the command fails';
const END_OF_COMMAND = /\\\\/y;
const ON = /^(?:on|t(?:r(?:u(?:e)?)?)?|y(?:e(?:s)?)?|1)$/i;

/** One pass over one script. */
export class ScriptReader {
  readonly #setting: Setting;
  readonly #lines: ScriptLines;
  readonly #dialect: Dialect;
  readonly #variables: Variables;
  readonly #budget = new ExpansionBudget();
  readonly #lexer: SqlLexer;
  readonly #buffer: QueryBuffer;
  readonly #parts: ScriptPart[] = [];
  #previous: string | undefined;
  readonly #conditions: number[];
  #singleLine: boolean;
  #input: Input;
  #problem: string | undefined;

  constructor(text: string, setting: Setting) {
    const { state } = setting;
    this.#setting = setting;
    this.#lines = new ScriptLines(text, setting.source !== 'file');
    this.#dialect = dialectOf(setting.psql);
    this.#variables = new Variables(setting.variables, setting.complete);
    this.#input = new Input('', 0, this.#budget);
    this.#lexer = new SqlLexer(
      {
        dialect: this.#dialect,
        variables: this.#variables,
        budget: this.#budget,
        place: this.#place,
        expand: setting.expand !== false,
      },
      state.lexer,
    );
    this.#buffer = new QueryBuffer(state.buffer);
    this.#previous = state.previous;
    this.#conditions = [...state.conditions];
    this.#singleLine = setting.singleLine ?? false;
  }

  read(): Script {
    for (let line = this.#lines.next(); line !== undefined; line = this.#lines.next()) {
      this.#input = new Input(line.text, line.start, this.#budget);
      if (this.#setting.source === 'argument') this.#onlyCommand();
      else if (line.text !== '' || this.#lexer.inQuotes) this.#line();
      this.#checkLimits();
      if (this.#problem !== undefined) break;
    }
    const complete = this.#setting.source === 'file' && this.#problem === undefined;
    if (complete && !this.#buffer.empty) this.#send('end');
    return { parts: this.#parts, end: this.#end(), problem: this.#problem };
  }

  #checkLimits(): void {
    if (this.#budget.spent) this.#problem ??= 'variables whose values hold too much';
    if (this.#parts.length > MOST_PARTS) this.#problem ??= 'it has too many parts';
  }

  #end(): ScriptState {
    return {
      lexer: this.#lexer.state,
      buffer: rawText(this.#buffer.text),
      previous: this.#previous === undefined ? undefined : rawText(this.#previous),
      conditions: this.#conditions,
    };
  }

  readonly #place = () => ({ line: this.#lineNumber, end: this.#input.offset });

  get #lineNumber(): number {
    return this.#lines.lineOf(this.#input.offset);
  }

  /** `-c '\…'` runs one command; what stands behind it on the line is dropped. */
  #onlyCommand(): void {
    this.#input.at += 1;
    this.#command(this.#input.offset - 1, this.#lineNumber);
  }

  #line(): void {
    const before = this.#buffer.text.length;
    if (before > 0) this.#buffer.append('\n', this.#place);
    let untouched = before > 0;
    let commands = 0;
    for (let stop = this.#scan(); stop !== 'end'; stop = this.#scan()) {
      if (stop === 'semicolon') this.#data(this.#send('semicolon'));
      else {
        // A line that holds nothing but a command adds nothing to the statement.
        if (untouched && this.#buffer.text.length === before + 1) this.#buffer.unnewline();
        this.#command(this.#input.offset - 1, this.#lineNumber);
        commands += 1;
      }
      untouched = false;
    }
    if (commands > 0 && this.#lexer.inQuotes) this.#problem ??= OPEN_BEHIND_COMMAND;
    this.#endLine();
  }

  #scan(): Stop {
    return this.#lexer.scan(this.#input, this.#buffer);
  }

  #endLine(): void {
    const { inQuotes, parens } = this.#lexer;
    this.#lexer.endLine();
    const complete = !inQuotes && parens === 0 && this.#lexer.words.begins === 0;
    if (this.#singleLine && complete && !this.#buffer.empty) this.#data(this.#send('line'));
  }

  /** Sends what is in the buffer. Gives how many times it copies from the lines that follow. */
  #send(ends: SqlEnd, remember = true): number {
    if (this.#conditions.length > 0 && ends === 'end') this.#buffer.doubt(BRANCHED);
    this.#parts.push(this.#buffer.part(ends));
    const { copies } = this.#lexer.words;
    this.#lexer.words.copies = 0;
    if (remember) this.#previous = this.#buffer.text;
    this.#buffer.clear();
    afterStatement(this.#variables);
    return copies;
  }

  #data(count: number): void {
    for (let left = count; left > 0 && this.#setting.source === 'file'; left -= 1) {
      const data = this.#lines.data();
      if (data === undefined) return;
      const line = this.#lines.lineOf(data.start);
      this.#parts.push({ kind: 'data', text: rawText(data.text), line });
    }
  }

  /** The backslash is read. `start`: where it stands. */
  #command(start: number, line: number): void {
    const { expanded } = this.#input;
    const written = this.#input.ended ? '' : this.#input.take(this.#dialect.commandName);
    const syntax = commandSyntax(written, this.#setting.psql);
    const reader = new ArgumentReader(this.#input, { dialect: this.#dialect, variables: this.#variables });
    const args = syntax === undefined ? this.#dropLine() : reader.read(syntax.style);
    const command: PsqlCommand = {
      written,
      name: syntax?.name,
      text: rawText([`\\${written}`, ...args.map((argument) => argument.written)].join(' ')),
      args,
      start,
      end: this.#input.offset,
      ...present({ copy: syntax?.name === 'copy' ? readCopy(args[0]?.value ?? '') : undefined }),
      expanded,
      unclosed: reader.unclosed,
      conditional: this.#conditions.length > 0,
    };
    if (!this.#input.ended) this.#input.take(END_OF_COMMAND);
    // What a command sends stands before it.
    const copies = syntax?.buffer === 'sends' ? this.#sendNow(syntax) : 0;
    this.#parts.push({ kind: 'command', command, line });
    this.#data(copies);
    if (syntax !== undefined) this.#apply(command, syntax);
  }

  /** psql throws away the rest of the line behind a name that it does not know. */
  #dropLine(): readonly [] {
    this.#input.drop();
    return [];
  }

  #apply(command: PsqlCommand, { name, buffer }: CommandSyntax): void {
    if (this.#setting.expand !== false) trackVariables(command, this.#variables);
    this.#changeBuffer(buffer);
    if (command.copy?.direction === 'from' && command.copy.end.kind === 'input') this.#data(1);
    if (name === 'set' && command.args[0]?.value === 'SINGLELINE')
      this.#singleLine = ON.test(command.args[1]?.value ?? 'on');
  }

  #changeBuffer(use: CommandSyntax['buffer']): void {
    switch (use) {
      case 'keeps':
      case 'sends':
        break;
      case 'drops':
      case 'edits':
        if (use === 'edits') this.#previous = undefined;
        this.#buffer.clear();
        this.#lexer.reset();
        break;
      case 'if':
        this.#conditions.push(this.#lexer.parens);
        this.#branch();
        break;
      case 'branch':
        this.#lexer.parens = this.#conditions.at(-1) ?? 0;
        this.#branch();
        break;
      case 'endif':
        this.#branch();
        this.#conditions.pop();
        break;
      default:
        unreachable(use);
    }
  }

  /** A branch that is not taken leaves nothing in the buffer; which one is taken nobody knows yet. */
  #branch(): void {
    if (!this.#buffer.empty) this.#buffer.doubt(BRANCHED);
  }

  #sendNow({ name }: CommandSyntax): number {
    if (this.#buffer.empty) {
      this.#buffer.append(this.#previous ?? '', this.#place);
      if (this.#previous === undefined) this.#buffer.doubt(REPEATED);
    }
    const copies = this.#send('command', name !== 'watch');
    this.#lexer.reset();
    return copies;
  }
}
