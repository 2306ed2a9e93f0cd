import type { ColumnRef, CommonTableExpr, FuncCall, RangeVar, WithClause } from '@pgsql/types';
import type { FunctionUse } from '../../model/sql.ts';
import {
  allFieldsOf,
  type FieldsOf,
  fieldsOf,
  isTag,
  isTreeObject,
  type Node,
  nameParts,
  relationFromParts,
  type StatementTag,
  type TreeObject,
  tagOf,
} from './ast.ts';
import type { PlpgsqlBlock } from './plpgsql-block.ts';
import { Scope } from './scope.ts';
import type { EffectSink } from './sink.ts';

/** Deepest tree that is walked, in nested nodes. PostgreSQL itself gives up at max_stack_depth (2 MB by default). */
export const MAX_TREE_DEPTH = 4_000;

/** Longest chain of SQL inside SQL strings that is followed. */
const MAX_NESTED_TEXTS = 3;

/** Thrown by the walk, caught where it was begun: the statement is beyond limits. */
export class TreeTooDeep extends Error {}

/** Reports the effects of one kind of statement. `scope` is what CTE names and outer columns it sees. */
export type StatementHandler<T extends StatementTag> = (
  statement: FieldsOf<T>,
  walk: TreeWalk,
  scope: Scope,
) => void;

/** One handler for every statement of the grammar: a new kind of statement is a compile error until it has one. */
export type StatementHandlers = { readonly [T in StatementTag]: StatementHandler<T> };

/** What the walk needs from outside: the handlers, what a function call does, and a parser for SQL in strings. */
export interface WalkParts {
  readonly handlers: StatementHandlers;
  readonly call: (use: FunctionUse, call: FuncCall, walk: TreeWalk) => void;
  /** Statements of a text; undefined when it does not parse. */
  readonly parse: (text: string) => readonly Node[] | undefined;
  /** The SQL of a DO block in PL/pgSQL. */
  readonly block: (statement: FieldsOf<'DoStmt'>) => PlpgsqlBlock;
  /** The SQL of a PL/pgSQL function. */
  readonly routine: (statement: FieldsOf<'CreateFunctionStmt'>) => PlpgsqlBlock;
}

/** One pass over a statement's tree: statements go to their handlers, expressions give columns and functions. */
export class TreeWalk {
  readonly sink: EffectSink;
  readonly parts: WalkParts;
  private depth = 0;
  private texts = 0;

  constructor(sink: EffectSink, parts: WalkParts) {
    this.sink = sink;
    this.parts = parts;
  }

  /** A whole statement, at the top or nested in another one. */
  statement(node: Node | undefined, scope: Scope): void {
    const tag = node === undefined ? undefined : tagOf(node);
    if (tag === undefined) return;
    if (this.isStatement(tag)) this.dispatch(tag, node, scope);
    else this.sink.add({ kind: 'unknown', because: `guard does not know ${tag}` });
  }

  /** Any expression, list or clause: everything below is visited once. */
  expression(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) {
      for (const item of value) this.expression(item, scope);
      return;
    }
    if (!isTreeObject(value)) return;
    this.enter();
    for (const key in value) {
      if (isTag(key)) this.node(key, value, scope);
      else if (key !== 'typeName') this.expression(value[key], scope);
    }
    this.leave();
  }

  /** Makes the names of WITH visible in `scope` and walks each query: `scope` must be fresh for this statement. */
  withClause(clause: WithClause | undefined, scope: Scope): void {
    if (clause === undefined) return;
    const ctes: readonly CommonTableExpr[] = allFieldsOf(clause.ctes, 'CommonTableExpr');
    if (clause.recursive) for (const cte of ctes) scope.ctes.add(cte.ctename ?? '');
    for (const cte of ctes) {
      this.statement(cte.ctequery, scope.child());
      scope.ctes.add(cte.ctename ?? '');
    }
  }

  /** SQL that the server will run out of a constant string; false when it can't be read. */
  text(sql: string): boolean {
    if (this.texts >= MAX_NESTED_TEXTS) return false;
    const statements = this.parts.parse(sql);
    if (statements === undefined) return false;
    this.texts += 1;
    for (const statement of statements) this.statement(statement, Scope.root());
    this.texts -= 1;
    return true;
  }

  /** A DO block in PL/pgSQL: statements in it that stand there as plain SQL are followed. False when that is not all of it. */
  block(statement: FieldsOf<'DoStmt'>): boolean {
    return this.plpgsql(this.parts.block(statement));
  }

  /** The body of a PL/pgSQL function, in the same way. */
  routineBody(statement: FieldsOf<'CreateFunctionStmt'>): boolean {
    return this.plpgsql(this.parts.routine(statement));
  }

  plpgsql({ texts, whole }: PlpgsqlBlock): boolean {
    let read = whole;
    for (const text of texts) if (!this.text(text)) read = false;
    return read;
  }

  private isStatement(tag: string): tag is StatementTag {
    return Object.hasOwn(this.parts.handlers, tag);
  }

  private dispatch<T extends StatementTag>(tag: T, node: unknown, scope: Scope): void {
    const fields: FieldsOf<T> | undefined = fieldsOf(node, tag);
    if (fields === undefined) return;
    this.enter();
    this.parts.handlers[tag](fields, this, scope);
    this.leave();
  }

  private node(tag: string, node: TreeObject, scope: Scope): void {
    if (tag === 'ColumnRef') this.column(fieldsOf(node, 'ColumnRef'), scope);
    else if (tag === 'FuncCall') this.call(fieldsOf(node, 'FuncCall'), scope);
    else if (tag === 'ParamRef') this.sink.addParameter(fieldsOf(node, 'ParamRef')?.number ?? 0);
    else if (tag === 'RangeVar') this.relation(fieldsOf(node, 'RangeVar'), scope);
    else if (this.isStatement(tag)) this.dispatch(tag, node, scope.child());
    else this.expression(node[tag], scope);
  }

  private column(column: ColumnRef | undefined, scope: Scope): void {
    const fields = column?.fields ?? [];
    const star = fieldsOf(fields.at(-1), 'A_Star') !== undefined;
    scope.attribute(nameParts(fields), star);
  }

  private relation(range: RangeVar | undefined, scope: Scope): void {
    if (range === undefined) return;
    const { schema, name } = relationFromParts([range.schemaname ?? '', range.relname ?? ''].filter(Boolean));
    if (schema === undefined && scope.ctes.has(name)) return;
    this.sink.read(schema === undefined ? { name } : { schema, name }).addAll();
  }

  private call(call: FuncCall | undefined, scope: Scope): void {
    if (call === undefined) return;
    const use: FunctionUse = relationFromParts(nameParts(call.funcname));
    this.sink.addFunction(use);
    this.parts.call(use, call, this);
    this.expression([call.args, call.agg_order, call.agg_filter, call.over], scope);
  }

  private enter(): void {
    this.depth += 1;
    if (this.depth > MAX_TREE_DEPTH) throw new TreeTooDeep();
  }

  private leave(): void {
    this.depth -= 1;
  }
}
