import type { CatalogColumn, CatalogRelation, CatalogSnapshot } from '../../model/catalog.ts';
import type { SqlStatement } from '../../model/sql.ts';
import { isNode } from './ast.ts';
import { readStatement } from './ddl-catalog.ts';
import { DraftCatalog } from './ddl-draft.ts';
import { DEFAULT_SCHEMA, type DraftColumn, type DraftRelation, finishRelation } from './ddl-relation.ts';

/** A relation that is there already, open for changes. */
function draftOf(relation: CatalogRelation): DraftRelation {
  const { oid, schema, name, kind, temporary, parents, triggers, rules, comment, definition } = relation;
  return {
    oid,
    schema,
    name,
    kind,
    temporary,
    columns: relation.columns.map(draftColumn),
    parents: [...parents],
    triggers: [...triggers],
    rules: [...rules],
    ...(comment === undefined ? {} : { comment }),
    ...(definition === undefined ? {} : { definition }),
  };
}

function draftColumn({ name, number, type, primaryKey, comment, generated }: CatalogColumn): DraftColumn {
  return {
    name,
    number,
    type,
    primaryKey,
    ...(comment === undefined ? {} : { comment }),
    ...(generated === undefined ? {} : { generated }),
  };
}

function sameColumns(drafts: readonly DraftColumn[], columns: readonly CatalogColumn[]): boolean {
  return (
    drafts.length === columns.length &&
    drafts.every((draft, at) => {
      const column = columns[at];
      return (
        column !== undefined &&
        draft.name === column.name &&
        draft.type === column.type &&
        draft.number === column.number &&
        draft.primaryKey === column.primaryKey &&
        draft.comment === column.comment
      );
    })
  );
}

function isUntouched(draft: DraftRelation, relation: CatalogRelation): boolean {
  return (
    draft.name === relation.name &&
    draft.schema === relation.schema &&
    draft.definition === relation.definition &&
    draft.parents.length === relation.parents.length &&
    draft.triggers.length === relation.triggers.length &&
    draft.rules.length === relation.rules.length &&
    sameColumns(draft.columns, relation.columns)
  );
}

/** A column keeps what is known of it under a new name or type: its values are the same. */
function changed(draft: DraftRelation, before: CatalogRelation): CatalogRelation {
  const known = new Map(before.columns.map((column) => [column.number, column]));
  const finished = finishRelation(draft);
  return {
    ...finished,
    rows: before.rows,
    columns: finished.columns.map((column) => {
      const old = known.get(column.number);
      return old === undefined ? column : { ...old, name: column.name, type: column.type };
    }),
  };
}

function finish(draft: DraftRelation, before: CatalogRelation | undefined): CatalogRelation {
  if (before === undefined) return finishRelation(draft);
  return isUntouched(draft, before) ? before : changed(draft, before);
}

/**
 * The catalog after these statements, as far as DDL can be followed. Relations that nothing was done to are the same
 * objects as before; columns that are new have no class yet, and the version is still the old one.
 */
export function followDdl(catalog: CatalogSnapshot, statements: readonly SqlStatement[]): CatalogSnapshot {
  const draft = new DraftCatalog();
  draft.relations = catalog.relations.map(draftOf);
  draft.foreignKeys = [...catalog.foreignKeys];
  draft.functions = [...catalog.functions];
  draft.complete = catalog.complete;
  draft.startBelow(Math.min(0, ...catalog.relations.map(({ oid }) => oid)));
  draft.within(catalog.searchPath[0] ?? DEFAULT_SCHEMA, () => {
    for (const { tree } of statements) if (isNode(tree)) readStatement(tree, draft);
  });
  const before = new Map(catalog.relations.map((relation) => [relation.oid, relation]));
  return {
    ...catalog,
    relations: draft.relations.map((relation) => finish(relation, before.get(relation.oid))),
    foreignKeys: draft.foreignKeys,
    functions: draft.functions,
    complete: draft.complete,
  };
}
