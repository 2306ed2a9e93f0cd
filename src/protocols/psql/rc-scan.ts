import type { ResolveFiles } from '../../wire/postgres/resolve/files.ts';
import type { HostNames } from './prompt-text.ts';
import { type RcCommand, readCommands } from './rc-command.ts';
import { completesStatement, type RcRuling, ruleCommand } from './rc-policy.ts';
import { readSql, type SqlPart } from './rc-sql.ts';

/** One command that guard took out of a psqlrc. */
export interface RcFinding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The command without its arguments, which may hold secrets: `\!`, `\set PROMPT1`, `SQL`. */
  readonly command: string;
  /** One clause. */
  readonly why: string;
}

const DEPTH_LIMIT = 8;
const FILE_COUNT_LIMIT = 32;
const TEXT_LIMIT = 256 * 1024;
const LINE_LIMIT = 16_384;
const BYTE_ORDER_MARK = '\ufeff';
/** psql's lexers disagree about these; nobody needs them in a settings file. */
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

export interface RcScanInput {
  readonly files: ResolveFiles;
  readonly home: string | undefined;
  /** For `\i` with a relative name. */
  readonly cwd: string;
  readonly names: HostNames;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly depth: number;
}

function label(command: RcCommand | undefined): string {
  if (command === undefined) return '\\';
  const name = command.name === 'set' ? command.args[0]?.value : undefined;
  const subject = name === undefined || !/^\w{1,63}$/.test(name) ? '' : ` ${name}`;
  return `\\${command.name.slice(0, 32)}${subject}`;
}

/** Reads psqlrc files and keeps what only sets psql up. */
export class RcScan {
  readonly findings: RcFinding[] = [];
  private readonly output: string[] = [];
  private readonly input: RcScanInput;
  /** Lines of an SQL statement that is not complete yet. */
  private statement: string[] = [];
  private statementProblem: Pick<RcFinding, 'file' | 'line' | 'why'> | undefined;
  private fileCount = 0;
  private length = 0;

  constructor(input: RcScanInput) {
    this.input = input;
  }

  get text(): string {
    return this.output.map((line) => `${line}\n`).join('');
  }

  private emit(line: string): void {
    this.length += line.length + 1;
    if (this.length <= TEXT_LIMIT) this.output.push(line);
  }

  private report(place: Pick<RcFinding, 'file' | 'line'>, command: string, why: string): void {
    this.findings.push({ file: place.file, line: place.line, command, why });
  }

  /** `path` as psql would open it. False when it can't be read. */
  file(path: string, depth = 0): boolean {
    const text = this.input.files.readText(path);
    if (text === undefined) return false;
    this.fileCount += 1;
    const tooMuch = depth > DEPTH_LIMIT || this.fileCount > FILE_COUNT_LIMIT || text.length > TEXT_LIMIT;
    if (tooMuch) this.report({ file: path, line: 1 }, 'file', 'too many or too large files');
    else this.lines(text, path, depth);
    return true;
  }

  private lines(text: string, file: string, depth: number): void {
    const lines = text.replace(BYTE_ORDER_MARK, '').split('\n');
    for (const [index, line] of lines.entries())
      this.line(line.endsWith('\r') ? line.slice(0, -1) : line, { file, line: index + 1, depth });
    // psql sends what is left of a statement at the end of a file; guard leaves it out.
    const open = this.statementProblem ?? { file, line: lines.length, why: 'it has no semicolon' };
    if (this.statement.length > 0) this.report(open, 'SQL', open.why);
    this.forgetStatement();
  }

  private forgetStatement(): void {
    this.statement = [];
    this.statementProblem = undefined;
  }

  private line(line: string, place: Place): void {
    if (line.length > LINE_LIMIT || CONTROL.test(line)) {
      const why = 'control characters, or a line that is too long';
      if (this.statement.length === 0) this.report(place, 'line', why);
      else this.statementProblem ??= { ...place, why };
      return;
    }
    const sql = readSql(line);
    if (!sql.blank || this.statement.length > 0) this.sql(line, sql, place);
    else this.commands(line.slice(sql.end), place);
  }

  /** A statement is kept as a whole or not at all: half of it could mean something else. */
  private sql(line: string, sql: SqlPart, place: Place): void {
    this.statement.push(line.slice(0, sql.end));
    if (sql.problem !== undefined) this.statementProblem ??= { ...place, why: sql.problem };
    const rest = line.slice(sql.end);
    if (rest === '' && !sql.complete) return;
    const ending = sql.complete ? '' : this.ending(rest, place);
    const problem = this.statementProblem;
    const statement = this.statement;
    this.forgetStatement();
    if (problem !== undefined) this.report(problem, 'SQL', problem.why);
    else
      for (const [index, part] of statement.entries())
        this.emit(index === statement.length - 1 ? part + ending : part);
    if (sql.complete) this.commands(rest, place);
  }

  /** The one command that sends the statement before it (`\gset`); anything else spoils the statement. */
  private ending(rest: string, place: Place): string {
    const [command, ...others] = readCommands(rest) ?? [];
    const ruling = command === undefined ? undefined : ruleCommand(command, this.input.names);
    const fits = command !== undefined && others.length === 0 && completesStatement(command);
    if (fits && ruling?.kind === 'keep') return ruling.text;
    const why =
      ruling?.kind === 'drop' ? `${label(command)}: ${ruling.why}` : 'a command of psql in the middle of it';
    this.statementProblem ??= { ...place, why };
    return '';
  }

  /** Rulings for all commands of a line, each dropped one reported; undefined when the line can't be read. */
  private ruleAll(text: string, place: Place): readonly RcRuling[] | undefined {
    const commands = readCommands(text);
    if (commands === undefined) {
      this.report(place, '\\', 'a quote that is not closed');
      return undefined;
    }
    return commands.map((command) => {
      const ruling = ruleCommand(command, this.input.names);
      if (ruling.kind === 'drop') this.report(place, label(command), ruling.why);
      return ruling;
    });
  }

  private commands(text: string, place: Place): void {
    for (const ruling of this.ruleAll(text, place) ?? []) {
      if (ruling.kind === 'keep') this.emit(ruling.text);
      else if (ruling.kind === 'include') this.include(ruling, place);
      else if (ruling.instead !== undefined) this.emit(ruling.instead);
    }
  }

  private include(ruling: { readonly path: string; readonly relative: boolean }, place: Place): void {
    const path = this.expand(ruling, place);
    if (path === undefined || !this.file(path, place.depth + 1))
      this.report(place, '\\i', `${ruling.path} can't be read`);
  }

  private expand({ path, relative }: { path: string; relative: boolean }, place: Place): string | undefined {
    if (path.startsWith('~'))
      return path.startsWith('~/') && this.input.home !== undefined
        ? this.input.home + path.slice(1)
        : undefined;
    if (path.startsWith('/')) return path;
    if (path === '' || path === '-') return undefined;
    const folder = relative ? place.file.slice(0, Math.max(place.file.lastIndexOf('/'), 0)) : this.input.cwd;
    return `${folder}/${path}`;
  }
}
