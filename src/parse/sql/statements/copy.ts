import type { CopyEnd } from '../../../model/sql.ts';
import { type FieldsOf, nameParts, relationRef } from '../ast.ts';
import { option, optionText } from '../def-elem.ts';
import { relationSource } from '../from-clause.ts';
import type { Scope } from '../scope.ts';
import type { TreeWalk } from '../tree-walk.ts';

export function walkCopy(copy: FieldsOf<'CopyStmt'>, walk: TreeWalk, scope: Scope): void {
  if (copy.is_from) walkCopyIn(copy, walk, scope);
  else walkCopyOut(copy, walk, scope);
  if (copy.is_program) walk.sink.add({ kind: 'server-program', by: 'COPY' });
}

function copyEnd(copy: FieldsOf<'CopyStmt'>): CopyEnd {
  if (copy.is_program) return 'program';
  return copy.filename === undefined ? 'stdio' : 'file';
}

function copyColumns(copy: FieldsOf<'CopyStmt'>): readonly string[] | 'all' {
  return copy.attlist === undefined ? 'all' : nameParts(copy.attlist);
}

function copyFormat(copy: FieldsOf<'CopyStmt'>): 'text' | 'csv' | 'binary' | 'other' {
  const format = option(copy.options, 'format');
  if (format === undefined) return 'text';
  const name = optionText(format)?.toLowerCase();
  return name === 'text' || name === 'csv' || name === 'binary' ? name : 'other';
}

function walkCopyOut(copy: FieldsOf<'CopyStmt'>, walk: TreeWalk, scope: Scope): void {
  const common = { kind: 'copy-out', to: copyEnd(copy), format: copyFormat(copy) } as const;
  if (copy.relation === undefined) {
    walk.sink.add({ ...common, columns: 'all' });
    walk.statement(copy.query, scope.child());
    return;
  }
  const relation = relationRef(copy.relation);
  const columns = copyColumns(copy);
  walk.sink.add({ ...common, relation, columns });
  const read = walk.sink.read(relation);
  if (columns === 'all') read.addAll();
  else for (const column of columns) read.add(column);
}

function walkCopyIn(copy: FieldsOf<'CopyStmt'>, walk: TreeWalk, scope: Scope): void {
  const relation = relationRef(copy.relation);
  walk.sink.add({ kind: 'copy-in', relation, columns: copyColumns(copy), from: copyEnd(copy) });
  scope.sources.push(relationSource(copy.relation ?? {}, relation, []));
  walk.expression(copy.whereClause, scope);
}
