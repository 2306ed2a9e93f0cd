import type { AlterTableCmd } from '@pgsql/types';
import type { LockWork, TableLock } from '../../model/plan.ts';
import type { RelationRef, SqlStatement } from '../../model/sql.ts';
import { alterAction } from './alter-actions.ts';
import { allFieldsOf, type FieldsOf, fieldsOf, isNode, type Node, relationRef } from './ast.ts';
import { isOn } from './def-elem.ts';

const EXCLUSIVE = 'access exclusive';
const NO_WRITES = 'share';

interface Taken {
  readonly mode: string;
  readonly work: LockWork;
  readonly by: string;
}

/** Sub-commands that copy the table (PostgreSQL docs, ALTER TABLE, Notes), and those that read every row of it. */
const WORK: Readonly<Record<string, readonly [work: LockWork, by: string]>> = {
  'alter-type': ['rewrite', 'ALTER COLUMN TYPE'],
  'set-logged': ['rewrite', 'SET LOGGED'],
  'set-unlogged': ['rewrite', 'SET UNLOGGED'],
  'set-access-method': ['rewrite', 'SET ACCESS METHOD'],
  'set-tablespace': ['rewrite', 'SET TABLESPACE'],
  'set-expression': ['rewrite', 'SET EXPRESSION'],
  'add-identity': ['rewrite', 'ADD IDENTITY'],
  'add-column': ['rewrite', 'ADD COLUMN'],
  'set-not-null': ['scan', 'SET NOT NULL'],
  'attach-partition': ['scan', 'ATTACH PARTITION'],
};

function constraintLock(command: AlterTableCmd): Taken {
  const constraint = fieldsOf(command.def, 'Constraint');
  switch (constraint?.contype) {
    case 'CONSTR_FOREIGN':
      return { mode: 'share row exclusive', work: 'scan', by: 'ADD FOREIGN KEY' };
    case 'CONSTR_UNIQUE':
    case 'CONSTR_PRIMARY':
    case 'CONSTR_EXCLUSION':
      return { mode: EXCLUSIVE, work: 'index', by: 'ADD CONSTRAINT' };
    default:
      return { mode: EXCLUSIVE, work: 'scan', by: 'ADD CONSTRAINT' };
  }
}

function actionLock(command: AlterTableCmd): Taken {
  const { kind, heavy } = alterAction(command);
  if (!heavy && kind !== 'attach-partition') return { mode: EXCLUSIVE, work: 'brief', by: kind };
  if (kind === 'add-constraint') return constraintLock(command);
  const [work, by] = WORK[kind] ?? ['scan', kind.replaceAll('-', ' ').toUpperCase()];
  return { mode: kind === 'attach-partition' ? 'share update exclusive' : EXCLUSIVE, work, by };
}

function alterLocks(alter: FieldsOf<'AlterTableStmt'>): readonly TableLock[] {
  const table = relationRef(alter.relation);
  return allFieldsOf(alter.cmds, 'AlterTableCmd').map((command) => ({ table, ...actionLock(command) }));
}

function vacuumLocks(vacuum: FieldsOf<'VacuumStmt'>): readonly TableLock[] {
  if (!isOn(vacuum.options, 'full')) return [];
  const tables = allFieldsOf(vacuum.rels, 'VacuumRelation').map((target) => relationRef(target.relation));
  return (tables.length === 0 ? [EVERYTHING] : tables).map((table) => ({
    table,
    mode: EXCLUSIVE,
    work: 'rewrite',
    by: 'VACUUM FULL',
  }));
}

/** Commands without a table go through all of them. */
const EVERYTHING: RelationRef = { name: 'every table' };

function tableOr(relation: FieldsOf<'ClusterStmt'>['relation']): RelationRef {
  return relation === undefined ? EVERYTHING : relationRef(relation);
}

function reindexLocks(reindex: FieldsOf<'ReindexStmt'>): readonly TableLock[] {
  if (isOn(reindex.params, 'concurrently')) return [];
  const isTable = reindex.kind === 'REINDEX_OBJECT_TABLE';
  const isIndex = reindex.kind === 'REINDEX_OBJECT_INDEX';
  const table = isTable || isIndex ? tableOr(reindex.relation) : EVERYTHING;
  return [{ table, mode: isIndex ? EXCLUSIVE : NO_WRITES, work: 'index', by: 'REINDEX' }];
}

function indexLocks(index: FieldsOf<'IndexStmt'>): readonly TableLock[] {
  if (index.concurrent === true) return [];
  return [{ table: relationRef(index.relation), mode: NO_WRITES, work: 'index', by: 'CREATE INDEX' }];
}

function refreshLocks(refresh: FieldsOf<'RefreshMatViewStmt'>): readonly TableLock[] {
  if (refresh.concurrent === true || refresh.skipData === true) return [];
  const table = relationRef(refresh.relation);
  return [{ table, mode: EXCLUSIVE, work: 'rewrite', by: 'REFRESH MATERIALIZED VIEW' }];
}

function readLocks(node: Node): readonly TableLock[] {
  const alter = fieldsOf(node, 'AlterTableStmt');
  if (alter !== undefined) return alterLocks(alter);
  const index = fieldsOf(node, 'IndexStmt');
  if (index !== undefined) return indexLocks(index);
  const vacuum = fieldsOf(node, 'VacuumStmt');
  if (vacuum !== undefined) return vacuumLocks(vacuum);
  const cluster = fieldsOf(node, 'ClusterStmt');
  if (cluster !== undefined)
    return [{ table: tableOr(cluster.relation), mode: EXCLUSIVE, work: 'rewrite', by: 'CLUSTER' }];
  const reindex = fieldsOf(node, 'ReindexStmt');
  if (reindex !== undefined) return reindexLocks(reindex);
  const refresh = fieldsOf(node, 'RefreshMatViewStmt');
  return refresh === undefined ? [] : refreshLocks(refresh);
}

/**
 * The locks on tables that a statement takes and what it does under them (PostgreSQL docs, Explicit Locking and the pages
 * of the commands). Says more rather than less: a change of type that PostgreSQL would do without a rewrite counts as one.
 * LOCK TABLE itself, and what code on the server locks, is not told here.
 */
export function tableLocks(statement: SqlStatement): readonly TableLock[] {
  return isNode(statement.tree) ? readLocks(statement.tree) : [];
}
