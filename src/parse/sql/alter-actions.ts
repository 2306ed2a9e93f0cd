import type { AlterTableCmd, ColumnDef } from '@pgsql/types';
import type { AlterAction } from '../../model/sql.ts';
import { allFieldsOf, constantOf, fieldsOf, type Node, nameParts } from './ast.ts';

/** Sub-commands that rewrite or scan the table under a lock that stops its users (PostgreSQL docs, ALTER TABLE, Notes). */
const HEAVY = new Set([
  'alter-column-type',
  'set-logged',
  'set-un-logged',
  'set-access-method',
  'set-table-space',
  'set-not-null',
  'set-expression',
  'add-identity',
]);

/** Sub-commands that lose data or a protection. */
const DESTRUCTIVE = new Set([
  'drop-column',
  'drop-constraint',
  'drop-not-null',
  'drop-expression',
  'drop-identity',
  'drop-inherit',
  'drop-of',
  'detach-partition',
  'detach-partition-finalize',
  'disable-trig',
  'disable-trig-all',
  'disable-trig-user',
  'enable-replica-trig',
  'disable-rule',
  'enable-replica-rule',
  'disable-row-security',
  'no-force-row-security',
  'change-owner',
  'set-un-logged',
  'alter-column-generic-options',
  'generic-options',
  'alter-constraint',
]);

/** `AT_DropColumn` → `drop-column`, in the words of the contract where they differ. */
const RENAMED: Readonly<Record<string, string>> = {
  'alter-column-type': 'alter-type',
  'change-owner': 'owner',
  'disable-trig': 'disable-trigger',
  'disable-trig-all': 'disable-trigger',
  'disable-trig-user': 'disable-trigger',
  'enable-trig': 'enable-trigger',
  'set-un-logged': 'set-unlogged',
  'set-table-space': 'set-tablespace',
};

/** One action of ALTER TABLE (or VIEW, INDEX, FOREIGN TABLE…) with what it costs. */
export function alterAction(command: AlterTableCmd): AlterAction {
  const kind = dashed(command.subtype ?? '');
  const column = actionColumn(kind, command);
  return {
    kind: RENAMED[kind] ?? kind,
    ...(column === undefined ? {} : { column }),
    heavy: HEAVY.has(kind) || addsHeavily(kind, command),
    destructive: DESTRUCTIVE.has(kind) || weakensView(kind, command.def),
  };
}

function dashed(subtype: string): string {
  return subtype
    .replace(/^AT_/, '')
    .replace(/(?<!^)([A-Z])/g, '-$1')
    .toLowerCase();
}

function actionColumn(kind: string, command: AlterTableCmd): string | undefined {
  if (kind === 'add-column') return fieldsOf(command.def, 'ColumnDef')?.colname;
  return kind.includes('trig') || kind.includes('rule') || kind.includes('constraint')
    ? undefined
    : command.name;
}

function addsHeavily(kind: string, command: AlterTableCmd): boolean {
  if (kind === 'add-constraint') {
    const constraint = fieldsOf(command.def, 'Constraint');
    return constraint !== undefined && !constraint.skip_validation && constraint.indexname === undefined;
  }
  const column = kind === 'add-column' ? fieldsOf(command.def, 'ColumnDef') : undefined;
  return column !== undefined && (isSerial(column) || hasHeavyConstraint(column));
}

const SERIAL = new Set(['serial', 'bigserial', 'smallserial', 'serial2', 'serial4', 'serial8']);

function isSerial(column: ColumnDef): boolean {
  return SERIAL.has(nameParts(column.typeName?.names).at(-1) ?? '');
}

/** A default that differs from row to row, an identity or a stored value rewrites the table. */
function hasHeavyConstraint(column: ColumnDef): boolean {
  return allFieldsOf(column.constraints, 'Constraint').some(
    (constraint) =>
      constraint.contype === 'CONSTR_IDENTITY' ||
      constraint.contype === 'CONSTR_GENERATED' ||
      constraint.contype === 'CONSTR_UNIQUE' ||
      constraint.contype === 'CONSTR_PRIMARY' ||
      (constraint.contype === 'CONSTR_DEFAULT' && !isStableDefault(constraint.raw_expr)),
  );
}

const STABLE_DEFAULTS = new Set(['now', 'transaction_timestamp', 'statement_timestamp']);

function isStableDefault(node: Node | undefined): boolean {
  const cast = fieldsOf(node, 'TypeCast');
  if (cast !== undefined) return isStableDefault(cast.arg);
  const call = fieldsOf(node, 'FuncCall');
  if (call !== undefined) return STABLE_DEFAULTS.has(nameParts(call.funcname).at(-1) ?? '');
  return constantOf(node) !== undefined || fieldsOf(node, 'SQLValueFunction') !== undefined;
}

/** security_barrier, security_invoker and check_option keep people from seeing rows through a view. */
function weakensView(kind: string, definition: Node | undefined): boolean {
  if (kind !== 'set-rel-options' && kind !== 'reset-rel-options') return false;
  const options = allFieldsOf(fieldsOf(definition, 'List')?.items, 'DefElem');
  return options.some((element) => /^(?:security_|check_option)/.test(element.defname ?? ''));
}
