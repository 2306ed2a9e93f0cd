import { isTreeObject, type TreeObject } from './ast.ts';
import { rawPlpgsql } from './library.ts';

/** Most statements of one block that are followed; a longer block is dynamic anyway. */
const MAX_BLOCK_STATEMENTS = 200;

/** What a PL/pgSQL block holds as plain SQL. */
export interface PlpgsqlBlock {
  /** Its SQL statements; expressions stand as `SELECT …`. */
  readonly texts: readonly string[];
  /** False when it also runs what only the server knows (EXECUTE), or was too much to read. */
  readonly whole: boolean;
}

const UNREAD: PlpgsqlBlock = { texts: [], whole: false };

/**
 * The SQL statements and expressions that stand as such in a PL/pgSQL block: `DO …` or `CREATE FUNCTION …` as one
 * statement text. The text of EXECUTE is read where it is a constant.
 */
export function plpgsqlBlock(statement: string): PlpgsqlBlock {
  const tree = rawPlpgsql(statement);
  if (tree === undefined) return UNREAD;
  const found: Found = { texts: [], whole: true };
  collect(tree, found);
  if (found.texts.length <= MAX_BLOCK_STATEMENTS) return found;
  return { texts: found.texts.slice(0, MAX_BLOCK_STATEMENTS), whole: false };
}

interface Found {
  readonly texts: string[];
  whole: boolean;
}

/** RawParseMode of PLpgSQL_expr (parser.h): 0 is a statement, 2 an expression; 3 to 5 are assignments `target := expression`. */
const MODE_STATEMENT = 0;
const MODE_EXPRESSION = 2;

function collect(value: unknown, found: Found): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found);
    return;
  }
  if (!isTreeObject(value)) return;
  const expression = value['PLpgSQL_expr'];
  if (isTreeObject(expression)) {
    collectExpression(expression, found);
    return;
  }
  for (const key in value) {
    if (key === 'PLpgSQL_stmt_dynexecute' || key === 'PLpgSQL_stmt_dynfors')
      collectDynamic(value[key], 'query', found);
    else if (key === 'dynquery') collectDynamic(value, key, found);
    collect(value[key], found);
  }
}

/** A text that the server runs: `EXECUTE 'DELETE FROM t'` shows it, anything else is decided when it runs. */
function collectDynamic(owner: unknown, field: string, found: Found): void {
  const wrapped = isTreeObject(owner) ? owner[field] : undefined;
  const expression = isTreeObject(wrapped) ? wrapped['PLpgSQL_expr'] : undefined;
  const query = isTreeObject(expression) ? expression['query'] : undefined;
  const text = typeof query === 'string' ? constantText(query) : undefined;
  if (text === undefined) found.whole = false;
  else found.texts.push(text);
}

/** PostgreSQL 18 documentation, 4.1.2.1: a string constant without escapes, and nothing beside it. */
const STRING_CONSTANT = /^\s*'((?:[^'\\]|'')*)'\s*$/;

function constantText(expression: string): string | undefined {
  return STRING_CONSTANT.exec(expression)?.[1]?.replaceAll("''", "'");
}

function collectExpression(expression: TreeObject, { texts }: Found): void {
  const query = expression['query'];
  if (typeof query !== 'string') return;
  const mode = expression['parseMode'] ?? MODE_STATEMENT;
  if (mode === MODE_STATEMENT) texts.push(query);
  else if (mode === MODE_EXPRESSION) texts.push(`SELECT ${query}`);
  else texts.push(`SELECT ${query.slice(query.search(/:?=/)).replace(/^:?=/, '')}`);
}
