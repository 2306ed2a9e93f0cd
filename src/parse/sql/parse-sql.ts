import type { RawStmt } from '@pgsql/types';
import type { ParsedSql, SqlStatement } from '../../model/sql.ts';
import { type RawText, rawText } from '../../model/text.ts';
import { type Node, tagOf } from './ast.ts';
import { statementEffects } from './effects.ts';
import { rawParse, type SyntaxProblem } from './library.ts';
import { asciiOffsets, type Offsets, utf8Offsets } from './offsets.ts';

export { loadSqlParser } from './library.ts';

/** Longest message that is parsed, in UTF-16 code units. */
export const MAX_SQL_LENGTH = 16 * 1024 * 1024;

const ASCII = /^[\x01-\x7f]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Parses one message with PostgreSQL 18's own grammar. Synchronous and pure; `loadSqlParser()` must have resolved.
 * A syntax error anywhere gives `partial` without items: the server would run nothing of the message either.
 * Throws GuardError PARSER_FAILED when the parser itself broke; it must be loaded anew in a new worker then.
 */
export function parseSql(text: RawText): ParsedSql {
  if (text.length > MAX_SQL_LENGTH) {
    return {
      kind: 'beyond-limits',
      items: [],
      limit: 'bytes',
      problem: 'the statement is too long to be read',
    };
  }
  const ascii = ASCII.test(text);
  const broken = ascii ? undefined : encodingProblem(text);
  if (broken !== undefined) return { kind: 'beyond-limits', items: [], limit: 'encoding', problem: broken };
  if (text === '') return { kind: 'complete', items: [] };
  const parsed = rawParse(text);
  if ('problem' in parsed) return syntaxProblem(text, parsed.problem);
  return readStatements(text, parsed.result.stmts ?? [], ascii ? asciiOffsets() : utf8Offsets(text));
}

function encodingProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'the text contains a NUL character';
  return LONE_SURROGATE.test(text) ? 'the text is not valid Unicode' : undefined;
}

/** Only the position: PostgreSQL's own message repeats words of the statement. */
function syntaxProblem(text: string, problem: SyntaxProblem): ParsedSql {
  const at = { start: problem.position, end: Math.min(problem.position + 1, Math.max(text.length, 1)) };
  return { kind: 'partial', items: [], at, problem: 'PostgreSQL would not accept this as SQL' };
}

function readStatements(text: string, raws: readonly RawStmt[], offsets: Offsets): ParsedSql {
  const items: SqlStatement[] = [];
  for (const raw of raws) {
    const statement = readStatement(text, raw, offsets);
    if (statement === undefined) {
      return {
        kind: 'beyond-limits',
        items: [],
        limit: 'depth',
        problem: 'the statement is nested too deeply',
      };
    }
    items.push(statement);
  }
  return { kind: 'complete', items };
}

function readStatement(text: string, raw: RawStmt, offsets: Offsets): SqlStatement | undefined {
  const node: Node = raw.stmt ?? { SelectStmt: {} };
  const begin = raw.stmt_location ?? 0;
  const start = offsets.toIndex(begin);
  const startPoints = offsets.codePoints;
  // stmt_len is 0 for "to the end of the message".
  const end = raw.stmt_len ? offsets.toIndex(begin + raw.stmt_len) : text.length;
  const slice = text.slice(start, end);
  const leading = countSpace(slice, 0, 1);
  const own = slice.slice(
    leading,
    slice.length - (leading < slice.length ? countSpace(slice, slice.length - 1, -1) : 0),
  );
  const first = startPoints + leading;
  const span = { start: first, end: first + codePointCount(own) };
  const effects = statementEffects(node);
  if (effects === undefined) return undefined;
  return { kind: tagOf(node) ?? '', span, text: rawText(own), ...effects, tree: node };
}

/** How many of PostgreSQL's whitespace characters (scan.l) follow each other from `from` in that direction. */
function countSpace(text: string, from: number, step: 1 | -1): number {
  let count = 0;
  while (' \t\n\r\f\v'.includes(text[from + count * step] ?? 'x')) count += 1;
  return count;
}

function codePointCount(text: string): number {
  if (ASCII.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
