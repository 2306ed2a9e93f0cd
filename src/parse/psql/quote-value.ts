import type { VariableQuoting } from '../../model/psql.ts';

/** PQescapeLiteral: with a backslash in it, an E'' string behind a blank. */
function literal(value: string): string {
  const doubled = value.replaceAll("'", "''");
  return value.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** What stands in a text for a variable that has this value. */
export function quoteValue(value: string, quoting: Exclude<VariableQuoting, 'plain'>): string {
  switch (quoting) {
    case 'literal':
      return literal(value);
    case 'identifier':
      return `"${value.replaceAll('"', '""')}"`;
    case 'is-set':
      return 'TRUE';
  }
}

/** What stands for a variable in a text that is only known at run time: a token of the same kind. */
export function placeholder(name: string, quoting: VariableQuoting): string {
  return quoting === 'plain' ? `:${name}` : quoteValue(name, quoting);
}
