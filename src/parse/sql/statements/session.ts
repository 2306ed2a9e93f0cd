import type { VariableSetStmt } from '@pgsql/types';
import { present } from '../../../model/present.ts';
import type { SqlEffect } from '../../../model/sql.ts';
import { allFieldsOf, constantOf, type FieldsOf, fieldsOf, nameParts, relationFromParts } from '../ast.ts';
import { option, optionText } from '../def-elem.ts';
import type { Scope } from '../scope.ts';
import { addSetting, type SettingScope } from '../setting-effect.ts';
import type { TreeWalk } from '../tree-walk.ts';

export function walkSet(set: FieldsOf<'VariableSetStmt'>, walk: TreeWalk): void {
  addVariable(set, set.is_local ? 'local' : 'session', walk);
}

/** SET, RESET and SET TRANSACTION in every place where the grammar allows them. */
export function addVariable(set: VariableSetStmt | undefined, scope: SettingScope, walk: TreeWalk): void {
  if (set === undefined) return;
  switch (set.kind) {
    case 'VAR_RESET_ALL':
      addResetAll(scope, walk);
      return;
    case 'VAR_SET_MULTI':
      addTransactionModes(set, scope, walk);
      return;
    case 'VAR_RESET':
    case 'VAR_SET_DEFAULT':
      addSetting({ name: set.name ?? '', scope, reset: true }, walk);
      return;
    case 'VAR_SET_CURRENT':
      addSetting({ name: set.name ?? '', scope }, walk);
      return;
    default:
      addSetting({ name: set.name ?? '', value: variableValue(set), scope }, walk);
  }
}

function addResetAll(scope: SettingScope, walk: TreeWalk): void {
  if (scope === 'session' || scope === 'local') walk.sink.add({ kind: 'session', by: 'RESET ALL' });
  else walk.sink.add({ kind: 'setting', name: 'all', scope, weakens: 'every setting made there is dropped' });
}

function variableValue(set: VariableSetStmt): string {
  const values = (set.args ?? []).map((argument) => {
    const cast = fieldsOf(argument, 'TypeCast');
    const constant = constantOf(cast?.arg ?? argument);
    return constant === undefined || constant.type === 'null' ? '' : String(constant.value);
  });
  return values.join(', ');
}

/** SET TRANSACTION …, SET SESSION CHARACTERISTICS …, SET TRANSACTION SNAPSHOT … */
function addTransactionModes(set: VariableSetStmt, scope: SettingScope, walk: TreeWalk): void {
  walk.sink.add({ kind: 'transaction', action: 'set' });
  if (set.name !== 'SESSION CHARACTERISTICS') return;
  const readOnly = option(set.args, 'transaction_read_only');
  const value = optionText(readOnly);
  if (value === '0') addSetting({ name: 'default_transaction_read_only', value: 'off', scope }, walk);
}

export function walkShow(show: FieldsOf<'VariableShowStmt'>, walk: TreeWalk): void {
  walk.sink.add({ kind: 'session', by: `SHOW ${show.name ?? ''}` });
}

type TransactionAction = Extract<SqlEffect, { readonly kind: 'transaction' }>['action'];

const TRANSACTIONS: Readonly<Record<string, TransactionAction>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'begin',
  TRANS_STMT_COMMIT: 'commit',
  TRANS_STMT_ROLLBACK: 'rollback',
  TRANS_STMT_SAVEPOINT: 'savepoint',
  TRANS_STMT_RELEASE: 'release',
  TRANS_STMT_ROLLBACK_TO: 'rollback-to',
  TRANS_STMT_PREPARE: 'prepare',
  TRANS_STMT_COMMIT_PREPARED: 'commit-prepared',
  TRANS_STMT_ROLLBACK_PREPARED: 'rollback-prepared',
};

export function walkTransaction(statement: FieldsOf<'TransactionStmt'>, walk: TreeWalk): void {
  const action = TRANSACTIONS[statement.kind ?? ''];
  if (action === undefined) walk.sink.add({ kind: 'unknown', because: 'an unknown transaction command' });
  else walk.sink.add({ kind: 'transaction', action, ...present({ savepoint: statement.savepoint_name }) });
}

/** The statement runs at EXECUTE, but only PREPARE shows it: its effects are reported here. */
export function walkPrepare(prepare: FieldsOf<'PrepareStmt'>, walk: TreeWalk, scope: Scope): void {
  walk.sink.add({ kind: 'prepared', action: 'prepare', name: prepare.name ?? '' });
  walk.statement(prepare.query, scope.child());
}

export function walkExecute(execute: FieldsOf<'ExecuteStmt'>, walk: TreeWalk, scope: Scope): void {
  walk.sink.add({ kind: 'prepared', action: 'execute', name: execute.name ?? '' });
  walk.expression(execute.params, scope);
}

export function walkDeallocate(statement: FieldsOf<'DeallocateStmt'>, walk: TreeWalk): void {
  walk.sink.add({ kind: 'prepared', action: 'deallocate', name: statement.name ?? 'all' });
}

export function walkDeclare(declare: FieldsOf<'DeclareCursorStmt'>, walk: TreeWalk, scope: Scope): void {
  walk.sink.add({ kind: 'cursor', action: 'declare', name: declare.portalname ?? '' });
  walk.statement(declare.query, scope.child());
}

export function walkFetch(fetch: FieldsOf<'FetchStmt'>, walk: TreeWalk): void {
  walk.sink.add({ kind: 'cursor', action: fetch.ismove ? 'move' : 'fetch', name: fetch.portalname ?? '' });
}

export function walkClose(close: FieldsOf<'ClosePortalStmt'>, walk: TreeWalk): void {
  walk.sink.add({ kind: 'cursor', action: 'close', name: close.portalname ?? 'all' });
}

export function walkDiscard(discard: FieldsOf<'DiscardStmt'>, walk: TreeWalk): void {
  const what = (discard.target ?? '').replace('DISCARD_', '');
  walk.sink.add({ kind: 'session', by: `DISCARD ${what}` });
}

/** Names a session command that touches nothing but the session. */
export function sessionCommand(by: string): (statement: unknown, walk: TreeWalk) => void {
  return (_statement, walk) => walk.sink.add({ kind: 'session', by });
}

/** SET CONSTRAINTS: when deferrable constraints are checked. */
export function walkConstraints(statement: FieldsOf<'ConstraintsSetStmt'>, walk: TreeWalk): void {
  const names = allFieldsOf(statement.constraints, 'RangeVar').map((range) => range.relname ?? '');
  walk.sink.add({ kind: 'session', by: `SET CONSTRAINTS ${names.join(', ') || 'ALL'}` });
}

/** LISTEN and friends carry a name only. */
export function walkNotify(notify: FieldsOf<'NotifyStmt'>, walk: TreeWalk): void {
  walk.sink.add({ kind: 'session', by: `NOTIFY ${notify.conditionname ?? ''}` });
}

export function walkCall(call: FieldsOf<'CallStmt'>, walk: TreeWalk, scope: Scope): void {
  const parts = nameParts(call.funccall?.funcname);
  walk.sink.add({ kind: 'dynamic', by: `CALL ${parts.join('.')}`, calls: relationFromParts(parts) });
  walk.expression({ FuncCall: call.funccall }, scope);
}
