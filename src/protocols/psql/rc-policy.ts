import type { PsqlArgument, PsqlCommand } from '../../model/psql.ts';
import { fixPrompt, type HostNames, isPromptVariable, promptRunsProgram } from './prompt-text.ts';
import { quoteArgument } from './quote-argument.ts';

/** What becomes of one command of a psqlrc. */
export type RcRuling =
  | { readonly kind: 'keep'; readonly text: string }
  | { readonly kind: 'include'; readonly path: string; readonly relative: boolean }
  /** `instead` keeps the file's conditionals balanced. */
  | { readonly kind: 'drop'; readonly why: string; readonly instead?: string };

/** Settings and harmless output: kept as they are. Everything that is not named in this file is dropped. */
const KEPT: ReadonlySet<string | undefined> = new Set([
  ...['a', 'C', 'f', 'html', 't', 'T', 'x', 'timing', 'pset', 'unset', 'encoding', 'cd', 'quit'],
  ...['echo', 'qecho', 'warn', 'prompt', 'conninfo', 'errverbose', 'print', 'reset'],
  ...['else', 'endif', 'gset', 'gdesc', 'crosstabview', 'list', 'z', 'd'],
]);

const PROGRAM = 'it runs a program';
const EDITOR = 'it starts an editor';
const CONNECTS = 'it connects somewhere else, around guard';
const FILES = 'it reads or writes files';

const REASONS: Readonly<Record<string, string>> = {
  '!': PROGRAM,
  copy: 'it reads or writes files, or runs a program',
  setenv: 'it changes what programs psql starts, and how',
  getenv: 'it takes text from the environment into a variable',
  connect: CONNECTS,
  edit: EDITOR,
  ef: EDITOR,
  ev: EDITOR,
  write: FILES,
  s: FILES,
  lo_import: FILES,
  lo_export: FILES,
  lo_unlink: 'it deletes a large object',
  lo_list: 'it is about large objects',
  gexec: 'it runs what the server answers',
  watch: 'it repeats for ever',
  password: 'it changes a password',
  restrict: 'it would lock guard out of psql',
  unrestrict: 'it would open what guard keeps closed',
  bind: 'it belongs to a statement that is not in this file',
};

function drop(why: string, instead?: string): RcRuling {
  return instead === undefined ? { kind: 'drop', why } : { kind: 'drop', why, instead };
}

function keep(command: PsqlCommand): RcRuling {
  return { kind: 'keep', text: command.text };
}

/** What of an argument does not come out of variables. */
function literalOf({ pieces }: PsqlArgument): string {
  return pieces.map((piece) => (piece.kind === 'literal' ? piece.value : '')).join('');
}

function ruleSet(command: PsqlCommand, names: HostNames): RcRuling {
  const [name, ...values] = command.args;
  if (name === undefined) return keep(command);
  if (name.value === undefined) return drop('the name of what it sets is known at run time only');
  const value = values.map(literalOf).join('');
  if (isPromptVariable(name.value)) {
    if (values.some((argument) => argument.value === undefined))
      return drop('a prompt that is known at run time only');
    if (promptRunsProgram(value)) return drop('the prompt would run a program');
    return { kind: 'keep', text: `\\set ${name.value} ${quoteArgument(fixPrompt(value, names))}` };
  }
  if (value.includes('\\')) return drop('a variable that holds commands of psql');
  return keep(command);
}

function ruleInclude(command: PsqlCommand): RcRuling {
  const [path, ...others] = command.args;
  if (path === undefined || others.length > 0) return drop('an include without exactly one file');
  if (path.value === undefined) return drop('the name of the file is known at run time only');
  return {
    kind: 'include',
    path: path.value,
    relative: command.name === 'include_relative',
  };
}

function ruleConditional(command: PsqlCommand): RcRuling {
  // The rest of the block must stay between its `\if` and its `\endif`.
  return runsProgram(command) ? drop(PROGRAM, `\\${command.name} false`) : keep(command);
}

function ruleOutput(command: PsqlCommand): RcRuling {
  return command.args.length === 0 ? keep(command) : drop('it writes to a file or a program');
}

/** Backquotes run a program anywhere in an argument but in single quotes, and there at each prompt. */
function runsProgram(command: PsqlCommand): boolean {
  return command.text.includes('`');
}

const RULINGS: ReadonlyMap<string, (command: PsqlCommand, names: HostNames) => RcRuling> = new Map([
  ['set', ruleSet],
  ['g', ruleOutput],
  ['gx', ruleOutput],
  ['out', ruleOutput],
  ['include', ruleInclude],
  ['include_relative', ruleInclude],
]);

/** Decides one command. Names that psql does not know, and those guard does not know, are dropped alike. */
export function ruleCommand(command: PsqlCommand, names: HostNames): RcRuling {
  const { name = '' } = command;
  if (command.unclosed) return drop('a quote that is not closed');
  if (name === 'if' || name === 'elif') return ruleConditional(command);
  if (runsProgram(command)) return drop(PROGRAM);
  const rule = RULINGS.get(name);
  if (rule !== undefined) return rule(command, names);
  if (KEPT.has(name)) return keep(command);
  return drop(
    (Object.hasOwn(REASONS, name) ? REASONS[name] : undefined) ?? 'guard does not know what it does',
  );
}

/** Commands that send the SQL before them, and so complete it. */
export function completesStatement({ name = '' }: PsqlCommand): boolean {
  return ['g', 'gx', 'gset', 'gdesc', 'crosstabview'].includes(name);
}
