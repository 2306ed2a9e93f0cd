import type { PsqlCommand } from '../../model/psql.ts';
import type { Variables } from './variables.ts';

/** Variables that psql sets from what the server says after each statement. */
const FROM_SERVER = [
  'ERROR',
  'LAST_ERROR_MESSAGE',
  'LAST_ERROR_SQLSTATE',
  'ROW_COUNT',
  'SQLSTATE',
  'LASTOID',
];

function set(command: PsqlCommand, variables: Variables): void {
  const [name, ...values] = command.args;
  if (name === undefined) return;
  if (name.value === undefined) variables.forgetAll();
  else if (command.conditional || values.some(({ value }) => value === undefined))
    variables.forget(name.value);
  else variables.set(name.value, values.map(({ value }) => value ?? '').join(''));
}

function forget(argument: PsqlCommand['args'][number] | undefined, variables: Variables): void {
  if (argument?.value === undefined) variables.forgetAll();
  else variables.forget(argument.value);
}

function unset(command: PsqlCommand, variables: Variables): void {
  const name = command.args[0]?.value;
  if (name === undefined || command.conditional) forget(command.args[0], variables);
  else variables.unset(name);
}

/** The columns of the answer become variables whose names begin with the argument. */
function gset({ args: [prefix] }: PsqlCommand, variables: Variables): void {
  variables.forgetAll(prefix === undefined ? '' : (prefix.value ?? ''));
}

/** A script that is included, or read from an editor, sets what it likes. */
const SET_ANYTHING: ReadonlySet<string | undefined> = new Set([
  ...['include', 'include_relative', 'connect', 'edit', 'ef', 'ev'],
]);

/** What a command does to psql's variables. Values that are known at run time only are forgotten. */
export function trackVariables(command: PsqlCommand, variables: Variables): void {
  const { name, args } = command;
  if (name === 'set') set(command, variables);
  else if (name === 'unset') unset(command, variables);
  else if (name === 'gset') gset(command, variables);
  else if (name === 'getenv') forget(args[0], variables);
  else if (name === 'prompt') forget(args.at(-1), variables);
  else if (SET_ANYTHING.has(name)) variables.forgetAll();
}

/** Once a statement was sent. */
export function afterStatement(variables: Variables): void {
  for (const name of FROM_SERVER) variables.forget(name);
}
