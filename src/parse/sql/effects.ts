import type { FunctionUse, SqlEffect } from '../../model/sql.ts';
import { type FieldsOf, fieldsOf, type Node, tagOf } from './ast.ts';
import { option, optionText } from './def-elem.ts';
import { walkCall } from './function-effects.ts';
import { rawDeparse, rawParse } from './library.ts';
import { plpgsqlBlock } from './plpgsql-block.ts';
import { Scope } from './scope.ts';
import { EffectSink } from './sink.ts';
import { STATEMENTS } from './statements/index.ts';
import { TreeTooDeep, TreeWalk, type WalkParts } from './tree-walk.ts';

export interface StatementEffects {
  readonly effects: readonly SqlEffect[];
  readonly functions: readonly FunctionUse[];
  readonly returnsRows: boolean;
  readonly parameters: number;
}

export const WALK_PARTS: WalkParts = {
  handlers: STATEMENTS,
  call: walkCall,
  parse: nestedStatements,
  block: (statement) => plpgsqlBlock(doText(statement)),
  routine: (statement) => {
    const text = rawDeparse({ CreateFunctionStmt: statement });
    return text === undefined ? { texts: [], whole: false } : plpgsqlBlock(text);
  },
};

/** Everything one statement does; undefined when its tree is deeper than guard walks. */
export function statementEffects(node: Node): StatementEffects | undefined {
  const sink = new EffectSink();
  try {
    new TreeWalk(sink, WALK_PARTS).statement(node, Scope.root());
  } catch (cause) {
    if (cause instanceof TreeTooDeep || cause instanceof RangeError) return undefined;
    throw cause;
  }
  return {
    effects: sink.effects(),
    functions: sink.functions(),
    returnsRows: returnsRows(node),
    parameters: sink.parameters,
  };
}

function nestedStatements(text: string): readonly Node[] | undefined {
  if (text.includes('\0')) return undefined;
  if (text.trim() === '') return [];
  const parsed = rawParse(text);
  if ('problem' in parsed) return undefined;
  return (parsed.result.stmts ?? []).flatMap((raw) => (raw.stmt === undefined ? [] : [raw.stmt]));
}

/** The block as a statement again, quoted with a tag that does not occur in it. */
function doText(statement: FieldsOf<'DoStmt'>): string {
  const body = optionText(option(statement.args, 'as')) ?? '';
  let tag = '$body$';
  while (body.includes(tag)) tag = `$body${tag.length}_${tag.slice(1)}`;
  return `DO ${tag}${body}${tag}`;
}

const ALWAYS_ROWS = new Set(['ExplainStmt', 'VariableShowStmt', 'ExecuteStmt', 'CallStmt']);

/** True when the server may answer with rows. */
function returnsRows(node: Node): boolean {
  const tag = tagOf(node) ?? '';
  if (ALWAYS_ROWS.has(tag)) return true;
  const select = fieldsOf(node, 'SelectStmt');
  if (select !== undefined) return !hasInto(select);
  const write =
    fieldsOf(node, 'InsertStmt') ??
    fieldsOf(node, 'UpdateStmt') ??
    fieldsOf(node, 'DeleteStmt') ??
    fieldsOf(node, 'MergeStmt');
  if (write !== undefined) return write.returningClause !== undefined;
  const fetch = fieldsOf(node, 'FetchStmt');
  return fetch !== undefined && !fetch.ismove;
}

function hasInto(select: FieldsOf<'SelectStmt'>): boolean {
  let left: FieldsOf<'SelectStmt'> | undefined = select;
  while (left !== undefined) {
    if (left.intoClause !== undefined) return true;
    left = left.larg;
  }
  return false;
}
