import type { PsqlCommand, ScriptPart } from '../../model/psql.ts';
import { readScript } from '../../parse/psql/script.ts';
import { sqlLiterals } from '../../parse/sql/literals.ts';
import type { ResolveFiles } from '../../wire/postgres/resolve/files.ts';
import type { HostNames } from './prompt-text.ts';
import { completesStatement, ruleCommand } from './rc-policy.ts';

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
/** Nobody needs these in a settings file. */
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/;
const BAD_LINE = 'control characters, or a line that is too long';

export interface RcScanInput {
  readonly files: ResolveFiles;
  readonly home: string | undefined;
  /** For `\i` with a relative name. */
  readonly cwd: string;
  readonly names: HostNames;
  /** psql's major version. */
  readonly psql: number;
}

type SqlPart = Extract<ScriptPart, { readonly kind: 'sql' }>;

interface Place {
  readonly file: string;
  /** Of the line before the text that is read. */
  readonly line: number;
  readonly depth: number;
}

function label(command: PsqlCommand): string {
  const name = command.name === 'set' ? command.args[0]?.value : undefined;
  const subject = name === undefined || !/^\w{1,63}$/.test(name) ? '' : ` ${name}`;
  return `\\${command.written.slice(0, 32)}${subject}`;
}

/** Why a statement is not kept. Conservative: what stays would be the same under any setting of the server. */
function problemOf({ text, uses }: SqlPart): string | undefined {
  if (uses.some(({ quoting }) => quoting === 'plain'))
    return 'it expands a variable, whose text could hold commands';
  if (text.includes('\\')) return 'a backslash inside quotes';
  const long = sqlLiterals(text).some(
    ({ kind, start, end }) => kind === 'dollar' || text.slice(start, end).includes('\n'),
  );
  return long ? 'a quotation or comment that goes on over several lines' : undefined;
}

function isOnlyComment(text: string): boolean {
  const literals = sqlLiterals(text);
  const outside = literals.reduceRight(
    (left, { kind, start, end }) => (kind === 'comment' ? left.slice(0, start) + left.slice(end) : left),
    text,
  );
  return outside.trim() === '';
}

function commandOf(part: ScriptPart | undefined): PsqlCommand | undefined {
  return part?.kind === 'command' ? part.command : undefined;
}

/** A statement that the command behind it sends: both are kept together or not at all. */
function isSender(part: ScriptPart | undefined): boolean {
  return part?.kind === 'sql' && part.ends === 'command';
}

/** Reads psqlrc files and keeps what only sets psql up. */
export class RcScan {
  readonly findings: RcFinding[] = [];
  private readonly output: string[] = [];
  private readonly input: RcScanInput;
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

  /** Lines that can't be kept are left out; where one stands inside a statement nothing behind it is read. */
  private lines(text: string, file: string, depth: number): void {
    const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    let from = 0;
    for (const [index, line] of lines.entries()) {
      if (line.length <= LINE_LIMIT && !CONTROL.test(line)) continue;
      this.report({ file, line: index + 1 }, 'line', BAD_LINE);
      if (!this.read(lines.slice(from, index), { file, line: from, depth })) return;
      from = index + 1;
    }
    this.read(lines.slice(from), { file, line: from, depth });
  }

  /** False when a statement is still open at the end. */
  private read(lines: readonly string[], place: Place): boolean {
    const { psql } = this.input;
    const { parts, problem } = readScript(lines.join('\n'), { source: 'file', psql, expand: false });
    let last: number | undefined;
    for (const [at, part] of parts.entries()) {
      const here = { ...place, line: place.line + part.line };
      if (part.kind === 'sql') {
        this.sql(part, { command: commandOf(parts[at + 1]), last }, here);
        last = undefined;
      } else if (part.kind === 'command') {
        last = part.command.start;
        if (!isSender(parts[at - 1])) this.command(part.command, here);
      }
    }
    if (problem !== undefined) this.report({ ...place, line: place.line + 1 }, 'file', problem);
    return problem === undefined && parts.every((part) => part.kind !== 'sql' || part.ends !== 'end');
  }

  /** A statement is kept as a whole or not at all: half of it could mean something else. `last`: where the command before it stands. */
  private sql(
    part: SqlPart,
    { command, last = -1 }: { readonly command: PsqlCommand | undefined; readonly last: number | undefined },
    place: Place,
  ): void {
    const ending = part.ends === 'command' ? command : undefined;
    if (ending === undefined && isOnlyComment(part.text)) return;
    const why =
      problemOf(part) ??
      (part.ends === 'end' ? 'it has no semicolon' : undefined) ??
      (last > part.start ? 'a command of psql in the middle of it' : undefined) ??
      (ending === undefined ? undefined : this.endingProblem(ending));
    if (why !== undefined) this.report(place, 'SQL', why);
    else for (const line of `${part.text}${ending?.text ?? ''}`.split('\n')) this.emit(line);
  }

  /** Why a command may not send the statement before it. */
  private endingProblem(command: PsqlCommand): string | undefined {
    const ruling = ruleCommand(command, this.input.names);
    if (ruling.kind === 'drop') return `${label(command)}: ${ruling.why}`;
    return completesStatement(command) ? undefined : 'a command of psql in the middle of it';
  }

  private command(command: PsqlCommand, place: Place): void {
    const ruling = ruleCommand(command, this.input.names);
    if (ruling.kind === 'drop') this.report(place, label(command), ruling.why);
    if (ruling.kind === 'keep') this.emit(ruling.text);
    else if (ruling.kind === 'include') this.include(ruling, place);
    else if (ruling.instead !== undefined) this.emit(ruling.instead);
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
