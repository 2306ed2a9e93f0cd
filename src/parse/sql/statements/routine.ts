import type { SqlEffect } from '../../../model/sql.ts';
import { allFieldsOf, type FieldsOf, type Node, nameParts } from '../ast.ts';
import { isOn, option, optionItems, optionText } from '../def-elem.ts';
import { walkDeferred } from '../deferred.ts';
import { objectFromParts, objectRef, objectTypeName } from '../object-ref.ts';
import { Scope } from '../scope.ts';
import type { TreeWalk } from '../tree-walk.ts';
import { addAlter, addCreate } from './table.ts';

/** Languages whose functions stay inside the database. Everything else runs code as the server's own user. */
const TRUSTED_LANGUAGES = new Set([
  'sql',
  'plpgsql',
  'plperl',
  'pltcl',
  'plv8',
  'plcoffee',
  'plls',
  'pljs',
  'plrust',
]);

function elevating(elevates: readonly string[]): SqlEffect {
  return { kind: 'role', action: 'alter', roles: [], password: false, elevates };
}

export function addElevation(elevates: readonly string[], walk: TreeWalk): void {
  if (elevates.length > 0) walk.sink.add(elevating(elevates));
}

/** The body does not run when the function is made. */
export function walkCreateFunction(create: FieldsOf<'CreateFunctionStmt'>, walk: TreeWalk): void {
  const type = create.is_procedure ? 'procedure' : 'function';
  addCreate(objectFromParts(type, nameParts(create.funcname)), walk, { replaces: create.replace ?? false });
  const language = optionText(option(create.options, 'language'))?.toLowerCase();
  addElevation([...routineElevations(create.options), ...languageElevations(language)], walk);
  walkDeferred(walk, (inner) => walkBody(create, language, inner));
}

function walkBody(
  create: FieldsOf<'CreateFunctionStmt'>,
  language: string | undefined,
  walk: TreeWalk,
): void {
  if (create.sql_body !== undefined) walk.expression(create.sql_body, Scope.root());
  const [body] = nameParts(optionItems(option(create.options, 'as')));
  if (body === undefined) return;
  if (language === 'sql') walk.text(body);
  else if (language === 'plpgsql') walk.routineBody(create);
}

function routineElevations(options: readonly Node[] | undefined): readonly string[] {
  const elevates: string[] = [];
  if (isOn(options, 'security')) elevates.push('SECURITY DEFINER');
  if (isOn(options, 'leakproof')) elevates.push('LEAKPROOF');
  return elevates;
}

function languageElevations(language: string | undefined): readonly string[] {
  return language === undefined || TRUSTED_LANGUAGES.has(language) ? [] : [`LANGUAGE ${language}`];
}

export function walkAlterFunction(alter: FieldsOf<'AlterFunctionStmt'>, walk: TreeWalk): void {
  const names = allFieldsOf(alter.actions, 'DefElem').map((element) => element.defname ?? '');
  const object = objectFromParts(objectTypeName(alter.objtype), nameParts(alter.func?.objname));
  addAlter(object, { kind: names.join('-') || 'options' }, walk);
  addElevation(routineElevations(alter.actions), walk);
}

/** DO runs a block that only the server reads; SQL in it that guard can read is followed. */
export function walkDo(statement: FieldsOf<'DoStmt'>, walk: TreeWalk): void {
  const body = optionText(option(statement.args, 'as'));
  const language = optionText(option(statement.args, 'language'))?.toLowerCase();
  const read = (language === undefined || language === 'plpgsql') && walk.block(statement);
  walk.sink.add({
    kind: 'dynamic',
    by: 'DO',
    ...(body === undefined ? {} : { body }),
    ...(read ? { read } : {}),
  });
  addElevation(languageElevations(language), walk);
}

export function walkCreateLanguage(create: FieldsOf<'CreatePLangStmt'>, walk: TreeWalk): void {
  const name = create.plname ?? '';
  addCreate({ type: 'language', name }, walk, { replaces: create.replace ?? false });
  addElevation([`LANGUAGE ${name}`], walk);
}

/** Fires for everybody's schema changes. */
export function walkEventTrigger(create: FieldsOf<'CreateEventTrigStmt'>, walk: TreeWalk): void {
  addCreate({ type: 'event trigger', name: create.trigname ?? '' }, walk);
  addElevation(['EVENT TRIGGER'], walk);
}

export function walkAlterEventTrigger(alter: FieldsOf<'AlterEventTrigStmt'>, walk: TreeWalk): void {
  const disabled = alter.tgenabled === 'D' || alter.tgenabled === 'R';
  const action = { kind: disabled ? 'disable-trigger' : 'enable-trigger', destructive: disabled };
  addAlter({ type: 'event trigger', name: alter.trigname ?? '' }, action, walk);
}

/** Extensions that open files, programs, other servers or untrusted languages. */
const REMOTE_EXTENSIONS = new Set([
  'dblink',
  'postgres_fdw',
  'mysql_fdw',
  'oracle_fdw',
  'tds_fdw',
  'mongo_fdw',
  'redis_fdw',
  'http',
  'pg_net',
  'aws_s3',
  'aws_lambda',
  'pglogical',
  'multicorn',
  'wrappers',
]);
const FILE_EXTENSIONS = new Set(['file_fdw', 'adminpack', 'lo', 'pageinspect', 'pg_surgery']);
const UNTRUSTED_LANGUAGE =
  /^(?:pl(?:python[23]?u|perlu|tclu|sh|r|lua|java|javau|ruby|php|xslt)|.{1,60}_pl.{1,20}u)$/;
const PROGRAM_EXTENSIONS = new Set(['pg_cron', 'pg_background', 'pgagent']);

export function walkCreateExtension(create: FieldsOf<'CreateExtensionStmt'>, walk: TreeWalk): void {
  const name = create.extname ?? '';
  addCreate({ type: 'extension', name }, walk);
  const by = `CREATE EXTENSION ${name}`;
  if (REMOTE_EXTENSIONS.has(name)) walk.sink.add({ kind: 'remote', by });
  if (FILE_EXTENSIONS.has(name)) walk.sink.add({ kind: 'server-file', access: 'read', by });
  if (PROGRAM_EXTENSIONS.has(name)) walk.sink.add({ kind: 'server-program', by });
  if (UNTRUSTED_LANGUAGE.test(name)) addElevation([`LANGUAGE ${name}`], walk);
}

export function walkAlterExtension(alter: FieldsOf<'AlterExtensionStmt'>, walk: TreeWalk): void {
  addAlter({ type: 'extension', name: alter.extname ?? '' }, { kind: 'update' }, walk);
}

export function walkExtensionContents(alter: FieldsOf<'AlterExtensionContentsStmt'>, walk: TreeWalk): void {
  const member = objectRef(objectTypeName(alter.objtype), alter.object);
  const kind = alter.action === -1 ? 'drop-member' : 'add-member';
  addAlter({ type: 'extension', name: alter.extname ?? '' }, { kind, column: member.name }, walk);
}

/** LOAD runs a library inside the server. */
export function walkLoad(load: FieldsOf<'LoadStmt'>, walk: TreeWalk): void {
  walk.sink.add({ kind: 'server-program', by: `LOAD ${load.filename ?? ''}` });
}
