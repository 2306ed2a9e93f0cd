import type { PsqlArgument, PsqlCommand } from '../model/psql.ts';

/** Names of files, programs and variables that may stand in a message: anything else could be a value. */
const PLAIN_NAME = /^[A-Za-z_.~/-][\w.~/+-]{0,79}$/;
const MANY_DIGITS = /\d{4}/;

function isPlain(name: string): boolean {
  return PLAIN_NAME.test(name) && !MANY_DIGITS.test(name);
}

/** The first word of a command line for a shell, where it is a plain name. */
export function programOf(line: string): string | undefined {
  const [word = ''] = line.trim().split(/\s/, 1);
  return isPlain(word) ? word : undefined;
}

/** What makes a shell run more than the first word, or somewhere else. */
const MORE_THAN_ONE = /[|;&<>()$`\n\r]/;

/** "the program rm", "a command line that begins with rm", "a program", "a shell". */
export function programWords(line: string): string {
  if (line.trim() === '') return 'a shell';
  const program = programOf(line);
  if (program === undefined) return 'a program';
  return MORE_THAN_ONE.test(line) ? `a command line that begins with ${program}` : `the program ${program}`;
}

/** "the file out.csv", "a file". */
export function fileWords(path: string | undefined): string {
  return path !== undefined && isPlain(path) ? `the file ${path}` : 'a file';
}

/** The name where it is plain, for the objects of a finding. */
export function objectsOf(...names: readonly (string | undefined)[]): readonly string[] {
  return names.flatMap((name) => (name !== undefined && isPlain(name) ? [name] : []));
}

/** `\connect`, and what stands for a name that could be anything. */
export function commandWords({ written }: PsqlCommand): string {
  return isPlain(written) || /^[!?]$/.test(written) ? `\\${written}` : 'a command';
}

/** The value without the semicolons that most commands leave out; undefined when it is decided at run time, '' for none. */
export function givenValue(argument: PsqlArgument | undefined): string | undefined {
  if (argument === undefined) return '';
  const { value, semicolons } = argument;
  return value === undefined || semicolons === 0 ? value : value.slice(0, -semicolons);
}

/** What a command writes to; in `\g (options) file` it stands behind the options. */
export function targetOf({ name, args }: PsqlCommand): PsqlArgument | undefined {
  const [first] = args;
  if ((name !== 'g' && name !== 'gx') || first?.value?.startsWith('(') !== true) return first;
  const last = args.findIndex(({ value }) => value === undefined || value.endsWith(')'));
  return args[last]?.value === undefined ? args[last] : args[last + 1];
}
