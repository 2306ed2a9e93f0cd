import { type Literal, maskStatement } from '../../mask/statement.ts';
import type { PsqlCommand, Script } from '../../model/psql.ts';
import type { MaskedText, RawText } from '../../model/text.ts';
import { sqlLiterals } from '../../parse/sql/literals.ts';

/** Commands whose arguments are names, switches and files; of all others the arguments are hidden whole. */
const READABLE: ReadonlySet<string | undefined> = new Set([
  ...[
    '!',
    '?',
    'a',
    'cd',
    'conninfo',
    'copy',
    'copyright',
    'crosstabview',
    'd',
    'edit',
    'ef',
    'else',
    'encoding',
  ],
  ...['endif', 'errverbose', 'ev', 'f', 'g', 'gdesc', 'gexec', 'gset', 'gx', 'help', 'html', 'include'],
  ...[
    'include_relative',
    'list',
    'lo_export',
    'lo_import',
    'lo_list',
    'lo_unlink',
    'out',
    'print',
    'pset',
    'quit',
  ],
  ...['reset', 's', 'sf', 'sv', 't', 'timing', 'watch', 'write', 'x', 'z', 'unset'],
]);

function shift(literals: readonly Literal[], by: number): readonly Literal[] {
  return literals.map((literal) => ({ ...literal, start: literal.start + by, end: literal.end + by }));
}

/** The file or program of a `\\copy`. */
function nameIn(copy: PsqlCommand['copy']): string {
  if (copy?.end.kind === 'file') return copy.end.path;
  return copy?.end.kind === 'program' ? copy.end.command : '';
}

function ofCommand(text: string, command: PsqlCommand): readonly Literal[] {
  const start = command.start + 1 + command.written.length;
  if (start >= command.end) return [];
  if (!READABLE.has(command.name)) return [{ start: start + 1, end: command.end, kind: 'string' }];
  const { copy } = command;
  const named = nameIn(copy);
  const inside = shift(sqlLiterals(text.slice(start, command.end)), start);
  // What a query compares with may be somebody's; the name of the file is what the log is read for.
  return inside.filter(
    ({ start: from, end }) => copy !== undefined && text.slice(from + 1, end - 1) !== named,
  );
}

/** A text for psql as entries and prompts may hold it: values in its SQL and arguments that can be values are hidden. */
export function maskScript(text: RawText, { parts }: Script, begins: boolean): MaskedText {
  const commands = parts.flatMap((part) =>
    part.kind === 'command' && !part.command.expanded ? [part.command] : [],
  );
  // In the middle of a quotation nobody can say where the values are.
  if (!begins)
    return maskStatement(text, [
      { start: 0, end: commands[0]?.start ?? text.length, kind: 'string' },
      ...commands.flatMap((command) => ofCommand(text, command)),
    ]);
  const literals: Literal[] = [];
  let at = 0;
  for (const command of commands) {
    literals.push(...shift(sqlLiterals(text.slice(at, command.start)), at), ...ofCommand(text, command));
    at = command.end;
  }
  literals.push(...shift(sqlLiterals(text.slice(at)), at));
  return maskStatement(text, literals);
}
