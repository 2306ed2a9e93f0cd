import type { RoutineReading, RuleReading } from '../../model/sql.ts';
import { allFieldsOf, constantOf, type FieldsOf, fieldsOf, type Node, nameParts } from './ast.ts';
import { option, optionItems, optionText } from './def-elem.ts';
import { WALK_PARTS } from './effects.ts';
import { rawParse } from './library.ts';
import { plpgsqlBlock } from './plpgsql-block.ts';
import { Scope } from './scope.ts';
import { EffectSink } from './sink.ts';
import { addVariable } from './statements/session.ts';
import { TreeTooDeep, TreeWalk } from './tree-walk.ts';

const UNPARSED: RoutineReading = { effects: [], functions: [], unread: 'its definition could not be read' };
const TOO_DEEP: RoutineReading = { effects: [], functions: [], unread: 'it is nested too deeply' };

function onlyStatement(text: string): Node | undefined {
  if (text.includes('\0')) return undefined;
  const parsed = rawParse(text);
  const statements = 'result' in parsed ? (parsed.result.stmts ?? []) : [];
  return statements.length === 1 ? statements[0]?.stmt : undefined;
}

/** Walks something that runs later; a tree that is too deep is unread, not an error. */
function reading(read: (walk: TreeWalk) => string | undefined): RoutineReading {
  const sink = new EffectSink();
  try {
    const unread = read(new TreeWalk(sink, WALK_PARTS));
    const found = { effects: sink.effects(), functions: sink.functions() };
    return unread === undefined ? found : { ...found, unread };
  } catch (cause) {
    if (cause instanceof TreeTooDeep || cause instanceof RangeError) return TOO_DEEP;
    throw cause;
  }
}

/**
 * What a function or procedure does when it is called, by its CREATE statement: bodies in SQL (a string, RETURN or BEGIN
 * ATOMIC) and PL/pgSQL, default values of its arguments, settings it runs under. Functions it calls are named, not followed.
 */
export function readRoutine(definition: string): RoutineReading {
  const routine = fieldsOf(onlyStatement(definition), 'CreateFunctionStmt');
  if (routine === undefined) return UNPARSED;
  const searchPath = searchPathOf(routine);
  const found = reading((walk) => {
    const defaults = allFieldsOf(routine.parameters, 'FunctionParameter').map(({ defexpr }) => defexpr);
    walk.expression(defaults, Scope.root());
    addSettings(routine, walk);
    return walkBody(routine, definition, walk);
  });
  return searchPath === undefined ? found : { ...found, searchPath };
}

function walkBody(
  routine: FieldsOf<'CreateFunctionStmt'>,
  definition: string,
  walk: TreeWalk,
): string | undefined {
  if (routine.sql_body !== undefined) {
    walk.expression(routine.sql_body, Scope.root());
    return undefined;
  }
  const language = optionText(option(routine.options, 'language'))?.toLowerCase() ?? 'sql';
  const [body] = nameParts(optionItems(option(routine.options, 'as')));
  if (language === 'sql')
    return body !== undefined && walk.text(body) ? undefined : 'its body could not be read';
  if (language !== 'plpgsql') return `it is written in ${language}`;
  return walk.plpgsql(plpgsqlBlock(definition)) ? undefined : 'it builds statements while it runs';
}

function settingsOf(routine: FieldsOf<'CreateFunctionStmt'>) {
  return allFieldsOf(routine.options, 'DefElem').flatMap(({ defname, arg }) => {
    const set = defname === 'set' ? fieldsOf(arg, 'VariableSetStmt') : undefined;
    return set === undefined ? [] : [set];
  });
}

/** `SET … ` of a definition holds while the routine runs; where it looks for names is told apart. */
function addSettings(routine: FieldsOf<'CreateFunctionStmt'>, walk: TreeWalk): void {
  for (const set of settingsOf(routine)) if (set.name !== 'search_path') addVariable(set, 'local', walk);
}

function searchPathOf(routine: FieldsOf<'CreateFunctionStmt'>): readonly string[] | undefined {
  const set = settingsOf(routine).find(({ name }) => name === 'search_path');
  return set?.args?.flatMap((argument) => {
    const constant = constantOf(argument);
    return constant?.type === 'string' ? [constant.value] : [];
  });
}

/** What a rewrite rule does where it applies, by its CREATE RULE statement. */
export function readRule(definition: string): RuleReading {
  const rule = fieldsOf(onlyStatement(definition), 'RuleStmt');
  if (rule === undefined) return { ...UNPARSED, instead: true };
  const found = reading((walk) => {
    for (const action of rule.actions ?? []) walk.statement(action, Scope.root());
    return undefined;
  });
  return { ...found, instead: rule.instead ?? false };
}
