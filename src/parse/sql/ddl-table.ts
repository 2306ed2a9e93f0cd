import type { AlterTableCmd, ColumnDef, CreateStmt } from '@pgsql/types';
import { allFieldsOf, type FieldsOf, fieldsOf, nameParts, relationRef } from './ast.ts';
import type { DraftCatalog } from './ddl-draft.ts';
import { addColumn, type DraftRelation, defineColumn } from './ddl-relation.ts';
import { displayedType } from './type-name.ts';

export function readCreateTable(create: CreateStmt, kind: 'table' | 'foreign', catalog: DraftCatalog): void {
  const ref = relationRef(create.relation);
  if (create.if_not_exists && catalog.find(ref) !== undefined) return;
  const temporary = create.relation?.relpersistence === 't';
  const relation = catalog.add(ref, create.partspec === undefined ? kind : 'partitioned', temporary);
  for (const parent of allFieldsOf(create.inhRelations, 'RangeVar'))
    inherit(relation, catalog.expect(parent));
  for (const like of allFieldsOf(create.tableElts, 'TableLikeClause'))
    copyColumns(relation, catalog.expect(like.relation));
  for (const column of allFieldsOf(create.tableElts, 'ColumnDef')) addDefined(relation, column, catalog);
  for (const constraint of allFieldsOf(
    [...(create.tableElts ?? []), ...(create.constraints ?? [])],
    'Constraint',
  )) {
    catalog.addConstraint(relation, constraint);
  }
}

/** A defined column with the foreign key it may carry. */
function addDefined(relation: DraftRelation, definition: ColumnDef, catalog: DraftCatalog): void {
  if (relation.columns.some((column) => column.name === definition.colname)) return;
  defineColumn(relation, definition);
  for (const constraint of allFieldsOf(definition.constraints, 'Constraint')) {
    if (constraint.contype === 'CONSTR_FOREIGN') catalog.addForeignKey(relation, constraint);
  }
}

function inherit(relation: DraftRelation, parent: DraftRelation | undefined): void {
  if (parent === undefined) return;
  relation.parents.push(parent.oid);
  copyColumns(relation, parent);
}

function copyColumns(relation: DraftRelation, from: DraftRelation | undefined): void {
  for (const column of from?.columns ?? []) {
    if (!relation.columns.some((own) => own.name === column.name))
      addColumn(relation, column.name, column.type);
  }
}

export function readAlterTable(alter: FieldsOf<'AlterTableStmt'>, catalog: DraftCatalog): void {
  const relation = catalog.find(relationRef(alter.relation));
  const commands = allFieldsOf(alter.cmds, 'AlterTableCmd');
  for (const command of commands) {
    if (relation !== undefined) readCommand(relation, command, catalog);
    else if (command.subtype === 'AT_AddColumn') catalog.complete = false;
  }
}

function readCommand(relation: DraftRelation, command: AlterTableCmd, catalog: DraftCatalog): void {
  switch (command.subtype) {
    case 'AT_AddColumn': {
      const definition = fieldsOf(command.def, 'ColumnDef');
      if (definition !== undefined) addDefined(relation, definition, catalog);
      return;
    }
    case 'AT_DropColumn':
      relation.columns = relation.columns.filter((column) => column.name !== command.name);
      return;
    case 'AT_AlterColumnType': {
      const column = relation.columns.find((each) => each.name === command.name);
      if (column !== undefined) column.type = displayedType(fieldsOf(command.def, 'ColumnDef')?.typeName);
      return;
    }
    case 'AT_AddConstraint': {
      const constraint = fieldsOf(command.def, 'Constraint');
      if (constraint !== undefined) catalog.addConstraint(relation, constraint);
      return;
    }
    case 'AT_AttachPartition': {
      const partition = catalog.expect(fieldsOf(command.def, 'PartitionCmd')?.name);
      partition?.parents.push(relation.oid);
      return;
    }
  }
}

export function readRename(rename: FieldsOf<'RenameStmt'>, catalog: DraftCatalog): void {
  const relation = catalog.find(relationRef(rename.relation));
  if (relation === undefined || rename.newname === undefined) return;
  if (rename.renameType === 'OBJECT_COLUMN') {
    const column = relation.columns.find((each) => each.name === rename.subname);
    if (column !== undefined) column.name = rename.newname;
  } else if (rename.subname === undefined) relation.name = rename.newname;
}

export function readComment(comment: FieldsOf<'CommentStmt'>, catalog: DraftCatalog): void {
  const parts = nameParts(fieldsOf(comment.object, 'List')?.items);
  const text = comment.comment;
  if (text === undefined) return;
  if (comment.objtype === 'OBJECT_COLUMN') {
    const relation = catalog.find(refOf(parts.slice(0, -1)));
    const column = relation?.columns.find((each) => each.name === parts.at(-1));
    if (column !== undefined) column.comment = text;
    return;
  }
  const relation = catalog.find(refOf(parts));
  if (relation !== undefined) relation.comment = text;
}

export function refOf(parts: readonly string[]): { readonly name: string; readonly schema?: string } {
  const schema = parts.at(-2);
  const name = parts.at(-1) ?? '';
  return schema === undefined ? { name } : { name, schema };
}
