import { quote } from 'shell-quote';
import type { DumpWish } from '../../model/dump.ts';
import { GuardError } from '../../model/errors.ts';
import { has, lastOf, type ReadArguments, spell, valuesOf } from '../pg-tools/getopt.ts';

/** A pattern that guard does not read: everything. */
const ANYTHING = '|';
const ROWS_AS_STATEMENTS = ['inserts', 'column-inserts', 'attribute-inserts', 'rows-per-insert'] as const;
const PLAIN = new Set(['p', 'plain']);

/** Row filters that name tables in ways guard does not follow: then any table may be meant. */
function tablesOf(read: ReadArguments): readonly string[] {
  const named = valuesOf(read, 't');
  const unread = has(read, 'table-and-children', 'filter');
  return unread ? [...named, ANYTHING] : named;
}

/** Throws USAGE for what can't be masked and marked. */
function checkMasked(read: ReadArguments): void {
  const format = lastOf(read, 'F') ?? 'p';
  if (!PLAIN.has(format))
    throw new GuardError(
      'USAGE',
      '--masked-dump writes plain SQL only: other formats have no place to say so',
      {
        hint: 'leave -F out, and compress the file afterwards',
      },
    );
  if (has(read, ...ROWS_AS_STATEMENTS) || has(read, 'Z'))
    throw new GuardError('USAGE', '--masked-dump goes with COPY and without compression', {
      hint: 'leave --inserts, --column-inserts, --rows-per-insert and -Z out',
    });
}

/** What a pg_dump or pg_dumpall with these options is to write. Throws USAGE. */
export function readWish(
  read: ReadArguments,
  { program, masked }: { readonly program: string; readonly masked: boolean },
): DumpWish {
  if (masked) checkMasked(read);
  const all = program === 'pg_dumpall';
  const sections = valuesOf(read, 'section');
  const withoutData = sections.length > 0 && !sections.includes('data');
  return {
    command: quote([program, ...spell(read.options)]),
    program,
    selection: {
      tables: all ? [] : tablesOf(read),
      schemas: all ? [] : valuesOf(read, 'n'),
      notTables: all ? [] : valuesOf(read, 'T'),
      notSchemas: all ? [] : valuesOf(read, 'N'),
      notData: valuesOf(read, 'exclude-table-data'),
      foreignData: has(read, 'include-foreign-data'),
    },
    schemaOnly: has(read, 's', 'no-data') || withoutData || (all && has(read, 'g', 'r', 't')),
    masked,
  };
}
