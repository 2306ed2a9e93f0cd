import { isTreeObject } from './ast.ts';
import { rawPlpgsql } from './library.ts';

/** Most statements of one block that are followed; a longer block is dynamic anyway. */
const MAX_BLOCK_STATEMENTS = 200;

/**
 * The SQL statements and expressions that stand as such in a PL/pgSQL block (`DO …` as one statement text), with the text of
 * dynamic EXECUTE left out: only the server knows it. Expressions become `SELECT …`.
 */
export function plpgsqlTexts(statement: string): readonly string[] {
  const texts: string[] = [];
  collect(rawPlpgsql(statement), texts);
  return texts.slice(0, MAX_BLOCK_STATEMENTS);
}

/** RawParseMode of PLpgSQL_expr (parser.h): 0 is a statement, 2 an expression; 3 to 5 are assignments `target := expression`. */
const MODE_STATEMENT = 0;
const MODE_EXPRESSION = 2;

function collect(value: unknown, texts: string[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, texts);
    return;
  }
  if (!isTreeObject(value)) return;
  const expression = value['PLpgSQL_expr'];
  if (isTreeObject(expression)) collectExpression(expression, texts);
  else for (const key in value) collect(value[key], texts);
}

function collectExpression(expression: { readonly [key: string]: unknown }, texts: string[]): void {
  const query = expression['query'];
  if (typeof query !== 'string') return;
  const mode = expression['parseMode'] ?? MODE_STATEMENT;
  if (mode === MODE_STATEMENT) texts.push(query);
  else if (mode === MODE_EXPRESSION) texts.push(`SELECT ${query}`);
  else texts.push(`SELECT ${query.slice(query.search(/:?=/)).replace(/^:?=/, '')}`);
}
