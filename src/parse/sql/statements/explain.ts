import type { SqlEffect } from '../../../model/sql.ts';
import type { FieldsOf } from '../ast.ts';
import { isOn } from '../def-elem.ts';
import type { Scope } from '../scope.ts';
import { EffectSink } from '../sink.ts';
import { TreeWalk } from '../tree-walk.ts';

/** EXPLAIN ANALYZE runs the statement; plain EXPLAIN only plans it (which still evaluates some functions). */
export function walkExplain(explain: FieldsOf<'ExplainStmt'>, walk: TreeWalk, scope: Scope): void {
  if (isOn(explain.options, 'analyze')) {
    walk.sink.add({ kind: 'session', by: 'EXPLAIN ANALYZE' });
    walk.statement(explain.query, scope.child());
    return;
  }
  walk.sink.add({ kind: 'session', by: 'EXPLAIN' });
  const planned = new EffectSink();
  new TreeWalk(planned, walk.parts).statement(explain.query, scope.child());
  for (const effect of planned.effects()) addPlanned(effect, walk);
  for (const use of planned.functions()) walk.sink.addFunction(use);
  walk.sink.addParameter(planned.parameters);
}

function addPlanned(effect: SqlEffect, walk: TreeWalk): void {
  switch (effect.kind) {
    case 'read': {
      const columns = walk.sink.read(effect.relation);
      if (effect.columns === 'all') columns.addAll();
      else for (const column of effect.columns) columns.add(column);
      return;
    }
    case 'insert':
    case 'update':
    case 'delete':
      walk.sink.read(effect.relation);
      return;
    case 'create':
    case 'cursor':
    case 'lock':
    case 'secret-read':
      return;
    default:
      walk.sink.add(effect);
  }
}
