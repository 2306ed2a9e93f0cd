import { fixPrompt, type HostNames, isPromptVariable, promptRunsProgram } from './prompt-text.ts';
import type { RcCommand } from './rc-command.ts';
import { quoteArgument } from './rc-command.ts';

/** What becomes of one command of a psqlrc. */
export type RcRuling =
  | { readonly kind: 'keep'; readonly text: string }
  | { readonly kind: 'include'; readonly path: string; readonly relative: boolean }
  /** `instead` keeps the file's conditionals balanced. */
  | { readonly kind: 'drop'; readonly why: string; readonly instead?: string };

/** Settings and harmless output: kept as they are. Everything that is not named in this file is dropped. */
const KEPT = new Set([
  ...['a', 'C', 'f', 'H', 't', 'T', 'x', 'timing', 'pset', 'unset', 'encoding', 'cd', 'q', 'quit'],
  ...['echo', 'qecho', 'warn', 'prompt', 'conninfo', 'errverbose', 'p', 'print', 'r', 'reset'],
  ...['else', 'endif', 'gset', 'gdesc', 'crosstabview', 'l', 'list', 'z', 'dp'],
]);
/** `\d`, `\dt+`, `\dnS`…: plain catalog queries. */
const DESCRIBE = /^d[A-Za-z+]{0,8}$/;

const PROGRAM = 'it runs a program';
const EDITOR = 'it starts an editor';
const CONNECTS = 'it connects somewhere else, around guard';
const FILES = 'it reads or writes files';

const REASONS: Readonly<Record<string, string>> = {
  '!': PROGRAM,
  copy: 'it reads or writes files, or runs a program',
  setenv: 'it changes what programs psql starts, and how',
  getenv: 'it takes text from the environment into a variable',
  c: CONNECTS,
  connect: CONNECTS,
  e: EDITOR,
  edit: EDITOR,
  ef: EDITOR,
  ev: EDITOR,
  w: FILES,
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

function keep(command: RcCommand): RcRuling {
  return { kind: 'keep', text: command.text.trimEnd() };
}

function ruleSet(command: RcCommand, names: HostNames): RcRuling {
  const [name, ...values] = command.args;
  if (name === undefined) return keep(command);
  if (name.variable) return drop('the name of what it sets is known at run time only');
  const value = values.map((argument) => argument.value).join('');
  if (isPromptVariable(name.value)) {
    if (values.some((argument) => argument.variable)) return drop('a prompt that is known at run time only');
    if (promptRunsProgram(value)) return drop('the prompt would run a program');
    return { kind: 'keep', text: `\\set ${name.value} ${quoteArgument(fixPrompt(value, names))}` };
  }
  if (value.includes('\\')) return drop('a variable that holds commands of psql');
  return keep(command);
}

function ruleInclude(command: RcCommand): RcRuling {
  const [path, ...others] = command.args;
  if (path === undefined || others.length > 0) return drop('an include without exactly one file');
  if (path.variable) return drop('the name of the file is known at run time only');
  return {
    kind: 'include',
    path: path.value,
    relative: command.name.startsWith('ir') || command.name.includes('_'),
  };
}

function ruleConditional(command: RcCommand): RcRuling {
  // The rest of the block must stay between its `\if` and its `\endif`.
  return runsProgram(command) ? drop(PROGRAM, `\\${command.name} false`) : keep(command);
}

function ruleOutput(command: RcCommand): RcRuling {
  return command.args.length === 0 ? keep(command) : drop('it writes to a file or a program');
}

/** Backquotes run a program anywhere in an argument but in single quotes, and there at each prompt. */
function runsProgram(command: RcCommand): boolean {
  return command.text.includes('`');
}

const RULINGS: ReadonlyMap<string, (command: RcCommand, names: HostNames) => RcRuling> = new Map([
  ['set', ruleSet],
  ['g', ruleOutput],
  ['gx', ruleOutput],
  ['o', ruleOutput],
  ['out', ruleOutput],
  ['i', ruleInclude],
  ['ir', ruleInclude],
  ['include', ruleInclude],
  ['include_relative', ruleInclude],
]);

/** Decides one command. Names that psql does not know, and those guard does not know, are dropped alike. */
export function ruleCommand(command: RcCommand, names: HostNames): RcRuling {
  const { name } = command;
  if (name === 'if' || name === 'elif') return ruleConditional(command);
  if (runsProgram(command)) return drop(PROGRAM);
  const rule = RULINGS.get(name);
  if (rule !== undefined) return rule(command, names);
  if (KEPT.has(name) || DESCRIBE.test(name)) return keep(command);
  return drop(
    (Object.hasOwn(REASONS, name) ? REASONS[name] : undefined) ?? 'guard does not know what it does',
  );
}

/** Commands that send the SQL before them, and so complete it. */
export function completesStatement(command: RcCommand): boolean {
  return ['g', 'gx', 'gset', 'gdesc', 'crosstabview'].includes(command.name);
}
