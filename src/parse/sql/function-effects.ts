import type { FuncCall } from '@pgsql/types';
import type { FunctionUse } from '../../model/sql.ts';
import { constantOf, fieldsOf, type Node } from './ast.ts';
import { type FunctionClass, functionClass } from './function-classes.ts';
import { addSetting } from './setting-effect.ts';
import type { TreeWalk } from './tree-walk.ts';

const LARGE_OBJECTS = { schema: 'pg_catalog', name: 'pg_largeobject' };

/** Reports what a call does beyond computing a value. */
export function walkCall(use: FunctionUse, call: FuncCall, walk: TreeWalk): void {
  const known = functionClass(use.name, use.schema);
  if (known !== undefined) addCallEffect(known, { use, args: call.args ?? [], walk });
}

interface Call {
  readonly use: FunctionUse;
  readonly args: readonly Node[];
  readonly walk: TreeWalk;
}

function addCallEffect(known: FunctionClass, { use, args, walk }: Call): void {
  const by = use.name;
  switch (known.kind) {
    case 'server-file':
      walk.sink.add({ kind: 'server-file', access: known.access, by });
      return;
    case 'server-program':
    case 'server-control':
    case 'remote':
    case 'log-tamper':
    case 'secret-read':
    case 'session':
      walk.sink.add({ kind: known.kind, by });
      return;
    case 'set-config':
      addConfig(args, walk);
      return;
    case 'set-sequence':
      addSequence(args, walk);
      return;
    case 'dynamic':
      addDynamic(by, known.text === undefined ? undefined : textOf(args[known.text]), walk);
      return;
    case 'large-object':
      addLargeObject(known.access, walk);
  }
}

/** The constant text of an argument, through named notation and casts. */
function textOf(node: Node | undefined): string | undefined {
  const named = fieldsOf(node, 'NamedArgExpr');
  if (named !== undefined) return textOf(named.arg);
  const cast = fieldsOf(node, 'TypeCast');
  if (cast !== undefined) return textOf(cast.arg);
  const constant = constantOf(node);
  return constant?.type === 'string' ? constant.value : undefined;
}

/** SQL inside a string is run by the server: its effects count when guard can read it. */
function addDynamic(by: string, body: string | undefined, walk: TreeWalk): void {
  walk.sink.add(body === undefined ? { kind: 'dynamic', by } : { kind: 'dynamic', by, body });
  if (body !== undefined) walk.text(body);
}

function addConfig(args: readonly Node[], walk: TreeWalk): void {
  const name = textOf(args[0]);
  if (name === undefined) {
    walk.sink.add({ kind: 'dynamic', by: 'set_config' });
    return;
  }
  const local = constantOf(args[2]);
  const scope = local?.type === 'boolean' && local.value ? 'local' : 'session';
  const value = textOf(args[1]);
  addSetting(value === undefined ? { name, scope } : { name, scope, value }, walk);
}

function addSequence(args: readonly Node[], walk: TreeWalk): void {
  const parts = (textOf(args[0]) ?? '').split('.');
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2);
  walk.sink.add({
    kind: 'alter',
    object: { type: 'sequence', name, ...(schema === undefined ? {} : { schema }) },
    actions: [{ kind: 'set-value', heavy: false, destructive: false }],
  });
}

function addLargeObject(access: 'read' | 'write' | 'delete', walk: TreeWalk): void {
  const predicate = { kind: 'effective', columns: ['loid'] } as const;
  if (access === 'read') walk.sink.read(LARGE_OBJECTS).addAll();
  else if (access === 'delete') walk.sink.add({ kind: 'delete', relation: LARGE_OBJECTS, predicate });
  else walk.sink.add({ kind: 'update', relation: LARGE_OBJECTS, columns: ['data'], predicate });
}
