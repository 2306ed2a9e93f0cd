import { dirname, isAbsolute, join, normalize } from 'node:path';
import type { PlanPart } from '../../model/plan.ts';
import { present } from '../../model/present.ts';
import type { PsqlCommand, Script } from '../../model/psql.ts';
import { type RawText, rawText } from '../../model/text.ts';
import { readScript } from '../../parse/psql/script.ts';
import { MOST_SCRIPT_BYTES, readScriptFile, type ScriptFile } from './script-file.ts';

/** What psql is told to run, in order. */
export type ScriptAction =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'argument'; readonly text: string }
  | { readonly kind: 'input'; readonly content: ScriptFile };

export interface ScriptSetting {
  readonly cwd: string;
  readonly home: string | undefined;
  /** psql's major version; without it the newest. */
  readonly major?: number;
  /** From `-v`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly singleLine: boolean;
}

/** An `\i` whose file is known: what stands there is replaced by the copy of that file. UTF-16 code units. */
export interface Include {
  readonly start: number;
  readonly end: number;
  /** Index among the files. */
  readonly target: number;
}

/** One text that psql reads, with what it includes. */
export interface LoadedFile {
  /** The name psql itself shows for it. */
  readonly name: string;
  readonly content: ScriptFile;
  readonly includes: readonly Include[];
}

export interface LoadedScript {
  /** In the order in which it runs; both branches of every `\if`. */
  readonly parts: readonly PlanPart[];
  /** One for each action, in order, and behind them one for each include. */
  readonly files: readonly LoadedFile[];
  /** psql's own commands stand in it, other than includes of known files. */
  readonly commands: boolean;
  /** Files that psql won't find, one clause each. */
  readonly absent: readonly string[];
}

const MOST_FILES = 2_000;
const DEEPEST_INCLUDE = 32;
const INCLUDES: ReadonlySet<string> = new Set(['include', 'include_relative']);

interface Place {
  readonly name: string;
  /** Where it lies; undefined for texts that are in no file. */
  readonly path: string | undefined;
  readonly depth: number;
}

interface Reading {
  readonly place: Place;
  readonly text: string;
  readonly includes: Include[];
}

/** Reads a script with everything it includes, once: what is judged is what psql gets a copy of. */
export function loadScript(actions: readonly ScriptAction[], setting: ScriptSetting): LoadedScript {
  return new ScriptLoader(setting).load(actions);
}

class ScriptLoader {
  readonly #setting: ScriptSetting;
  readonly #files: LoadedFile[] = [];
  readonly #parts: PlanPart[] = [];
  readonly #absent: string[] = [];
  #commands = false;
  #left = MOST_SCRIPT_BYTES;
  /** Undefined once a `\cd` led to where only psql knows. */
  #cwd: string | undefined;
  /** An `\i` or `\set` before may have given variables other values. */
  #variables: Readonly<Record<string, string>>;

  constructor(setting: ScriptSetting) {
    this.#setting = setting;
    this.#cwd = setting.cwd;
    this.#variables = setting.variables;
  }

  load(actions: readonly ScriptAction[]): LoadedScript {
    const places = actions.map((action) => this.#reserve(nameOf(action)));
    for (const [index, action] of actions.entries()) this.#action(action, places[index] ?? 0);
    return { parts: this.#parts, files: this.#files, commands: this.#commands, absent: this.#absent };
  }

  #reserve(name: string): number {
    return this.#files.push({ name, content: { kind: 'absent', why: '' }, includes: [] }) - 1;
  }

  #action(action: ScriptAction, index: number): void {
    const name = nameOf(action);
    switch (action.kind) {
      case 'file': {
        const path = this.#resolve(action.path, undefined);
        this.#file({ name, path, depth: 0 }, index);
        break;
      }
      case 'input':
        this.#content(action.content, { name, path: undefined, depth: 0 }, index);
        break;
      case 'argument': {
        const content: ScriptFile = { kind: 'text', text: action.text };
        this.#read(content, { name, path: undefined, depth: 0 }, { index, source: 'argument' });
        break;
      }
    }
  }

  #file(place: Place, index: number): void {
    if (place.path === undefined) {
      this.#unread(place, 1, 'its folder is known at run time only');
      return;
    }
    const content = readScriptFile(place.path, this.#left);
    if (content.kind === 'text') this.#left -= Buffer.byteLength(content.text);
    this.#content(content, place, index);
  }

  #content(content: ScriptFile, place: Place, index: number): void {
    this.#files[index] = { name: place.name, content, includes: [] };
    switch (content.kind) {
      case 'absent':
        this.#absent.push(`${place.name}: ${content.why}`);
        break;
      case 'unread':
        this.#unread(place, 1, content.why);
        break;
      case 'text':
        this.#read(content, place, { index, source: 'file' });
        break;
    }
  }

  #read(
    content: Extract<ScriptFile, { kind: 'text' }>,
    place: Place,
    { index, source }: { readonly index: number; readonly source: 'file' | 'argument' },
  ): void {
    const { text } = content;
    const script = readScript(text, {
      source,
      variables: this.#variables,
      singleLine: this.#setting.singleLine,
      ...present({ psql: this.#setting.major }),
    });
    const reading: Reading = { place, text, includes: [] };
    for (const part of script.parts) this.#part(part, reading);
    if (script.problem !== undefined) this.#unread(place, lineBehind(script), script.problem);
    // What one file set holds in the next.
    if (this.#setsVariables(script)) this.#variables = {};
    this.#files[index] = { name: place.name, content, includes: reading.includes };
  }

  #part(part: Script['parts'][number], reading: Reading): void {
    const { name: file } = reading.place;
    switch (part.kind) {
      case 'sql':
        this.#parts.push({
          language: 'sql',
          text: part.text,
          file,
          line: part.line,
          ...present({ doubt: part.doubt ?? runTime(part.uses.some(({ known }) => !known)) }),
        });
        break;
      case 'command':
        this.#command(part.command, part.line, reading);
        break;
      case 'data':
        this.#data(part.text, part.line, reading);
        break;
    }
  }

  /** When the COPY before it fails, psql reads its data as lines of the script. */
  #data(text: RawText, line: number, { place }: Reading): void {
    if (!text.includes('\\')) return;
    for (const part of readScript(text, { source: 'file' }).parts) {
      if (part.kind !== 'command' || part.command.name === undefined) continue;
      this.#own(text.slice(part.command.start, part.command.end), place, line + part.line - 1);
    }
  }

  #own(text: string, { name: file }: Place, line: number): void {
    this.#commands = true;
    this.#parts.push({ language: 'psql', text: rawText(text), file, line });
  }

  #command(command: PsqlCommand, line: number, reading: Reading): void {
    const written = reading.text.slice(command.start, command.end);
    if (command.name === 'cd') this.#cwd = this.#folderAfter(command);
    if (!INCLUDES.has(command.name ?? '') || command.args.length === 0) {
      this.#own(written, reading.place, line);
      return;
    }
    const problem = this.#include(command, reading);
    if (problem !== undefined) this.#unread(reading.place, line, problem);
  }

  /** Reads the file that it includes; or says why it can't. */
  #include(command: PsqlCommand, { place, includes }: Reading): string | undefined {
    const named = command.args[0]?.value;
    if (named === undefined || command.expanded)
      return 'it includes a file whose name is known at run time only';
    if (named === '-') return 'it includes what stands on standard input';
    if (place.depth >= DEEPEST_INCLUDE) return 'files include each other too deeply';
    if (this.#files.length >= MOST_FILES) return 'it includes too many files';
    const beside = command.name === 'include_relative' ? place : undefined;
    const path = this.#resolve(named, beside?.path);
    const name = shownName(named, beside);
    const target = this.#reserve(name);
    includes.push({ start: command.start, end: command.end, target });
    this.#variables = {};
    this.#file({ name, path, depth: place.depth + 1 }, target);
    return undefined;
  }

  #unread({ name: file }: Place, line: number, problem: string): void {
    this.#commands = true;
    this.#parts.push({ language: 'psql', text: rawText(''), file, line, problem });
  }

  #resolve(named: string, beside: string | undefined): string | undefined {
    const path = this.#expandHome(named);
    if (path === undefined || isAbsolute(path)) return path;
    if (beside !== undefined) return join(dirname(beside), path);
    return this.#cwd === undefined ? undefined : join(this.#cwd, path);
  }

  /** expand_tilde() of psql; another user's home is not looked up. */
  #expandHome(path: string): string | undefined {
    if (!path.startsWith('~')) return path;
    const { home } = this.#setting;
    return (path === '~' || path.startsWith('~/')) && home !== undefined ? home + path.slice(1) : undefined;
  }

  #folderAfter({ args, conditional }: PsqlCommand): string | undefined {
    const named = args.length === 0 ? '~' : args[0]?.value;
    return named === undefined || conditional ? undefined : this.#resolve(named, undefined);
  }

  #setsVariables({ parts }: Script): boolean {
    return parts.some((part) => part.kind === 'command' && SETS.has(part.command.name ?? ''));
  }
}

const SETS: ReadonlySet<string> = new Set([
  'set',
  'unset',
  'gset',
  'getenv',
  'prompt',
  'include',
  'include_relative',
]);

function runTime(unknown: boolean): string | undefined {
  return unknown ? 'a variable in it has a value at run time only' : undefined;
}

function nameOf(action: ScriptAction): string {
  switch (action.kind) {
    case 'file':
      return normalize(action.path);
    case 'argument':
      return '-c';
    case 'input':
      return '<stdin>';
  }
}

/** As canonicalize_path() leaves it, and process_file() puts the folder of the including file before it. */
function shownName(named: string, beside: Place | undefined): string {
  if (beside?.path === undefined || isAbsolute(named)) return normalize(named);
  return normalize(join(dirname(beside.name), named));
}

function lineBehind({ parts }: Script): number {
  return parts.at(-1)?.line ?? 1;
}
