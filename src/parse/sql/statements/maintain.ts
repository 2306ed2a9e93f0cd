import { allFieldsOf, type FieldsOf, relationRef } from '../ast.ts';
import { isOn } from '../def-elem.ts';
import type { TreeWalk } from '../tree-walk.ts';

export function walkVacuum(vacuum: FieldsOf<'VacuumStmt'>, walk: TreeWalk): void {
  const full = isOn(vacuum.options, 'full');
  const relations = allFieldsOf(vacuum.rels, 'VacuumRelation').map((target) => relationRef(target.relation));
  const by = vacuum.is_vacuumcmd ? 'VACUUM' : 'ANALYZE';
  walk.sink.add({ kind: 'maintain', by: full ? 'VACUUM FULL' : by, relations, heavy: full });
}

export function walkCluster(cluster: FieldsOf<'ClusterStmt'>, walk: TreeWalk): void {
  const relations = cluster.relation === undefined ? [] : [relationRef(cluster.relation)];
  walk.sink.add({ kind: 'maintain', by: 'CLUSTER', relations, heavy: true });
}

export function walkReindex(reindex: FieldsOf<'ReindexStmt'>, walk: TreeWalk): void {
  const relations = reindex.relation === undefined ? [] : [relationRef(reindex.relation)];
  const heavy = !isOn(reindex.params, 'concurrently');
  const what = (reindex.kind ?? '').replace('REINDEX_OBJECT_', '');
  const name = reindex.name === undefined ? '' : ` ${reindex.name}`;
  walk.sink.add({ kind: 'maintain', by: `REINDEX ${what}${name}`, relations, heavy });
}

export function walkRefresh(refresh: FieldsOf<'RefreshMatViewStmt'>, walk: TreeWalk): void {
  walk.sink.add({
    kind: 'maintain',
    by: 'REFRESH MATERIALIZED VIEW',
    relations: [relationRef(refresh.relation)],
    heavy: !refresh.concurrent,
  });
}

export function walkCheckpoint(_statement: unknown, walk: TreeWalk): void {
  walk.sink.add({ kind: 'maintain', by: 'CHECKPOINT', relations: [], heavy: false });
}

/** LOCKMODE numbers, PostgreSQL's storage/lockdefs.h. */
const LOCK_MODES: readonly string[] = [
  'none',
  'access share',
  'row share',
  'row exclusive',
  'share update exclusive',
  'share',
  'share row exclusive',
  'exclusive',
  'access exclusive',
];

export function walkLock(lock: FieldsOf<'LockStmt'>, walk: TreeWalk): void {
  const relations = allFieldsOf(lock.relations, 'RangeVar').map(relationRef);
  walk.sink.add({ kind: 'lock', relations, mode: LOCK_MODES[lock.mode ?? 0] ?? 'access exclusive' });
}
