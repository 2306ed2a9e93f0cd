/** psql's own commands that only print or set how results look; they take no program, file or connection. */
const HARMLESS: ReadonlySet<string> = new Set(
  'echo qecho warn a t x H timing pset set unset if elif else endif q quit p r conninfo errverbose d dt di dv ds df dn du l'.split(
    ' ',
  ),
);
const COMMAND = /\\([A-Za-z_!?][A-Za-z_!?+]{0,40})/g;

/**
 * Why a line of an input whose end nobody knows may not go to psql; undefined when it may. Looks for psql's commands
 * anywhere in the line, in quotes and data too: a line alone does not tell what it stands in. SQL is judged when it comes.
 */
export function lineProblem(line: string): string | undefined {
  if (!line.includes('\\')) return undefined;
  if (line.includes('`')) return 'a program in backquotes';
  const names = [...line.matchAll(COMMAND)].map(([, name = '']) => name);
  const other = names.find((name) => !HARMLESS.has(name.replace(/\+$/, '')) && name !== 'N');
  if (other !== undefined) return `\\${other}`;
  // A value with a backslash in it becomes a command when the variable is used.
  const values = names.includes('set') ? line.split('\\').length - 1 : 0;
  return values > 1 ? '\\set with a backslash in its value' : undefined;
}
