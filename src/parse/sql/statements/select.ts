import type { LockingClause, RangeVar, SelectStmt } from '@pgsql/types';
import type { RelationRef } from '../../../model/sql.ts';
import { allFieldsOf, type FieldsOf, fieldsOf, type Node, relationRef } from '../ast.ts';
import { walkFrom } from '../from-clause.ts';
import type { Scope } from '../scope.ts';
import type { TreeWalk } from '../tree-walk.ts';

/** SELECT, VALUES, TABLE, set operations, SELECT INTO, row locks. `scope` is fresh for this query. */
export function walkSelect(select: FieldsOf<'SelectStmt'>, walk: TreeWalk, scope: Scope): void {
  walk.withClause(select.withClause, scope);
  walkInto(select, walk);
  if (select.larg !== undefined || select.rarg !== undefined) {
    walkSetOperation(select, walk, scope);
  }
  walkFrom(select.fromClause, walk, scope);
  walk.expression(
    [
      select.targetList,
      select.whereClause,
      select.groupClause,
      select.havingClause,
      select.windowClause,
      select.valuesLists,
      select.distinctClause,
      select.sortClause,
      select.limitCount,
      select.limitOffset,
    ],
    scope,
  );
  walkLocks(select, walk);
}

/** Both sides; a long UNION leans to the left, so that side is a loop and not a recursion. */
function walkSetOperation(select: SelectStmt, walk: TreeWalk, scope: Scope): void {
  const sides: { readonly query: SelectStmt; readonly scope: Scope }[] = [];
  let rest: SelectStmt | undefined = select;
  let inner = scope;
  while (rest?.larg !== undefined) {
    if (rest.rarg !== undefined) sides.push({ query: rest.rarg, scope: inner.sibling() });
    rest = rest.larg;
    if (rest.withClause !== undefined) inner = inner.sibling();
    if (rest.larg !== undefined) {
      walk.withClause(rest.withClause, inner);
      walkInto(rest, walk);
      walk.expression([rest.sortClause, rest.limitCount, rest.limitOffset], inner);
    } else sides.push({ query: rest, scope: inner });
  }
  for (const side of sides.reverse()) walkSelect(side.query, walk, side.scope);
}

function walkInto(select: SelectStmt, walk: TreeWalk): void {
  const range = select.intoClause?.rel;
  if (range === undefined) return;
  walk.sink.add({
    kind: 'create',
    object: { type: 'table', ...relationRef(range) },
    temporary: range.relpersistence === 't',
    fromQuery: true,
    replaces: false,
  });
}

const STRENGTHS: Readonly<Record<string, string>> = {
  LCS_FORKEYSHARE: 'for key share',
  LCS_FORSHARE: 'for share',
  LCS_FORNOKEYUPDATE: 'for no key update',
  LCS_FORUPDATE: 'for update',
};

function walkLocks(select: SelectStmt, walk: TreeWalk): void {
  for (const clause of allFieldsOf(select.lockingClause, 'LockingClause')) {
    const mode = STRENGTHS[clause.strength ?? ''] ?? 'for update';
    walk.sink.add({ kind: 'lock', relations: lockedRelations(select, clause), mode });
  }
}

/** FOR UPDATE OF names aliases; without OF every relation of the FROM list is locked. */
function lockedRelations(select: SelectStmt, clause: LockingClause): readonly RelationRef[] {
  const aliases = allFieldsOf(clause.lockedRels, 'RangeVar').map((range) => range.relname ?? '');
  const ranges = (select.fromClause ?? []).flatMap(rangesOf);
  const locked =
    aliases.length === 0
      ? ranges
      : ranges.filter((range) => aliases.includes(range.alias?.aliasname ?? range.relname ?? ''));
  return locked.map(relationRef);
}

/** The relations of one entry of a FROM list. */
function rangesOf(item: Node | undefined): readonly RangeVar[] {
  const range = fieldsOf(item, 'RangeVar');
  if (range !== undefined) return [range];
  const join = fieldsOf(item, 'JoinExpr');
  return join === undefined ? [] : [...rangesOf(join.larg), ...rangesOf(join.rarg)];
}
