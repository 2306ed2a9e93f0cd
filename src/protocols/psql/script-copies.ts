import { join } from 'node:path';
import { writePrivateFile } from '../../host/private-file.ts';
import type { PlanPart } from '../../model/plan.ts';
import type { PsqlOption } from '../../wire/postgres/resolve/psql-arguments.ts';
import {
  type LoadedFile,
  type LoadedScript,
  loadScript,
  type ScriptAction,
  type ScriptSetting,
} from './load-script.ts';
import { quoteArgument } from './quote-argument.ts';
import type { ScriptFile } from './script-file.ts';

/** What psql was told to run, and the private copies that it runs instead. */
export interface ScriptCopies {
  readonly parts: readonly PlanPart[];
  /** In place of the value of each `-c` and `-f`, in order. */
  readonly values: readonly string[];
  /** In place of standard input, where that is a script. */
  readonly input?: string;
  /** The names that the user knows the copies by. */
  readonly names: ReadonlyMap<string, string>;
}

const ACTION_LETTERS = 'cf';
const STANDARD_INPUT = '-';
const OPEN_INPUT: ScriptFile = { kind: 'unread', why: 'standard input does not end' };

/** `-c`, `-f`, and standard input where psql reads its script there. */
export function scriptActions(
  options: readonly PsqlOption[],
  input: ScriptFile | undefined,
): readonly ScriptAction[] {
  const given = options.filter(({ letter }) => ACTION_LETTERS.includes(letter));
  const fromInput: readonly ScriptAction[] = input === undefined ? [] : [{ kind: 'input', content: input }];
  if (given.length === 0) return fromInput;
  return given.flatMap(({ letter, value = '' }): readonly ScriptAction[] => {
    if (letter === 'c') return [{ kind: 'argument', text: value }];
    if (value !== STANDARD_INPUT) return [{ kind: 'file', path: value }];
    return fromInput.length > 0 ? fromInput : [{ kind: 'input', content: OPEN_INPUT }];
  });
}

/** `-v` as psql reads it: `name=value`; a name alone unsets. */
export function variablesOf(options: readonly PsqlOption[]): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const { letter, value = '' } of options) {
    if (letter !== 'v') continue;
    const equals = value.indexOf('=');
    if (equals < 0) delete variables[value];
    else variables[value.slice(0, equals)] = value.slice(equals + 1);
  }
  return variables;
}

/** The same text with every include leading to the copy of its file; not a line is added or removed. */
function rewritten(text: string, { includes }: LoadedFile, paths: readonly string[]): string {
  let out = '';
  let at = 0;
  for (const { start, end, target } of includes) {
    out += `${text.slice(at, start)}\\i ${quoteArgument(paths[target] ?? '')}`;
    at = end;
  }
  return out + text.slice(at);
}

/** Files that could not be read keep their names: psql says so itself, or they are refused before it starts. */
function copyText(file: LoadedFile, paths: readonly string[]): string | undefined {
  return file.content.kind === 'text' ? rewritten(file.content.text, file, paths) : undefined;
}

/** Reads what psql is told to run and writes private copies of it (0600) into a folder of guard's own. */
export function copyScript(
  actions: readonly ScriptAction[],
  setting: ScriptSetting,
  folder: string,
): ScriptCopies {
  const loaded: LoadedScript = loadScript(actions, setting);
  const paths = loaded.files.map((_, index) => join(folder, `script-${index}.sql`));
  const texts = loaded.files.map((file) => copyText(file, paths));
  const isFile = (index: number) => actions[index] === undefined || actions[index].kind === 'file';
  for (const [index, path] of paths.entries()) {
    const text = texts[index];
    if (text !== undefined && isFile(index)) writePrivateFile(path, text);
  }
  const input = actions.findIndex(({ kind }) => kind === 'input');
  return {
    parts: loaded.parts,
    values: actions.map((action, index) => valueFor(action, texts[index], paths[index] ?? '')),
    names: new Map(loaded.files.map(({ name }, index) => [paths[index] ?? '', name])),
    ...(input < 0 ? {} : { input: texts[input] ?? '' }),
  };
}

function valueFor(action: ScriptAction, text: string | undefined, path: string): string {
  switch (action.kind) {
    case 'argument':
      return text ?? action.text;
    case 'file':
      return path;
    case 'input':
      return STANDARD_INPUT;
  }
}

/** The options with the copies in place of what the user named. */
export function withCopies(options: readonly PsqlOption[], values: readonly string[]): readonly PsqlOption[] {
  let next = 0;
  return options.map((option) => {
    if (!ACTION_LETTERS.includes(option.letter)) return option;
    const value = values[next] ?? option.value ?? '';
    next += 1;
    return { ...option, value };
  });
}
