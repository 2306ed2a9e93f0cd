import type {
  CatalogFunction,
  CatalogRule,
  CatalogSnapshot,
  CatalogTrigger,
  RelationKind,
} from '../../model/catalog.ts';
import { present } from '../../model/present.ts';
import type { RawText } from '../../model/text.ts';
import { allFieldsOf, type FieldsOf, fieldsOf, isNode, type Node, nameParts, relationRef } from './ast.ts';
import { DraftCatalog } from './ddl-draft.ts';
import { queryColumns } from './ddl-query-columns.ts';
import { addColumn, DEFAULT_SCHEMA } from './ddl-relation.ts';
import { readAlterTable, readComment, readCreateTable, readRename, refOf } from './ddl-table.ts';
import { isOn, option, optionText } from './def-elem.ts';
import { deparseNode } from './deparse.ts';
import { parseSql } from './parse-sql.ts';

/**
 * The catalog that a DDL script makes in an empty database: relations, columns with their types and comments,
 * foreign keys, triggers, functions. Columns have no class yet. OIDs are negative. Statements that make nothing are skipped;
 * `complete` is false when the script could not be read or made something that can't be followed.
 */
export function catalogFromDdl(text: RawText): CatalogSnapshot {
  const catalog = new DraftCatalog();
  const parsed = parseSql(text);
  if (parsed.kind !== 'complete') catalog.complete = false;
  for (const statement of parsed.items) if (isNode(statement.tree)) readStatement(statement.tree, catalog);
  return catalog.finish();
}

/** Follows what one statement makes, changes or drops. */
export function readStatement(node: Node, catalog: DraftCatalog): void {
  readDefinition(node, catalog);
  readQueryRelation(node, catalog);
  readChange(node, catalog);
}

function readDefinition(node: Node, catalog: DraftCatalog): void {
  const table = fieldsOf(node, 'CreateStmt');
  if (table !== undefined) readCreateTable(table, 'table', catalog);
  const foreign = fieldsOf(node, 'CreateForeignTableStmt');
  if (foreign?.base !== undefined) readCreateTable(foreign.base, 'foreign', catalog);
  const sequence = fieldsOf(node, 'CreateSeqStmt');
  if (sequence !== undefined) catalog.add(relationRef(sequence.sequence), 'sequence');
  const routine = fieldsOf(node, 'CreateFunctionStmt');
  if (routine !== undefined) catalog.functions.push(readFunction(routine));
  const schema = fieldsOf(node, 'CreateSchemaStmt');
  for (const element of schema?.schemaElts ?? []) {
    catalog.within(schema?.schemaname ?? DEFAULT_SCHEMA, () => readStatement(element, catalog));
  }
}

function readQueryRelation(node: Node, catalog: DraftCatalog): void {
  const view = fieldsOf(node, 'ViewStmt');
  if (view !== undefined) {
    const aliases = nameParts(view.aliases);
    addQueryRelation({ range: view.view, query: view.query, aliases, kind: 'view' }, catalog);
  }
  const made = fieldsOf(node, 'CreateTableAsStmt');
  if (made === undefined) return;
  const kind = made.objtype === 'OBJECT_MATVIEW' ? 'materialized' : 'table';
  addQueryRelation(
    { range: made.into?.rel, query: made.query, aliases: nameParts(made.into?.colNames), kind },
    catalog,
  );
}

interface QueryRelation {
  readonly range: Parameters<typeof relationRef>[0];
  readonly query: Node | undefined;
  readonly aliases: readonly string[];
  readonly kind: RelationKind;
}

function addQueryRelation({ range, query, aliases, kind }: QueryRelation, catalog: DraftCatalog): void {
  const columns = queryColumns(query, catalog);
  const relation = catalog.add(relationRef(range), kind, range?.relpersistence === 't');
  if (columns === undefined) catalog.complete = false;
  for (const [index, column] of (columns ?? []).entries()) {
    addColumn(relation, aliases[index] ?? column.name, column.type);
  }
  if (kind === 'table' || query === undefined) return;
  const definition = deparseNode(query);
  if (definition === undefined) catalog.complete = false;
  else relation.definition = definition;
}

function readChange(node: Node, catalog: DraftCatalog): void {
  const alter = fieldsOf(node, 'AlterTableStmt');
  if (alter !== undefined) readAlterTable(alter, catalog);
  const rename = fieldsOf(node, 'RenameStmt');
  if (rename !== undefined) readRename(rename, catalog);
  const comment = fieldsOf(node, 'CommentStmt');
  if (comment !== undefined) readComment(comment, catalog);
  const trigger = fieldsOf(node, 'CreateTrigStmt');
  if (trigger !== undefined) catalog.expect(trigger.relation)?.triggers.push(readTrigger(trigger));
  const rule = fieldsOf(node, 'RuleStmt');
  if (rule !== undefined) catalog.expect(rule.relation)?.rules.push(readRuleDefinition(rule));
  const drop = fieldsOf(node, 'DropStmt');
  if (drop !== undefined) readDrop(drop, catalog);
}

const DROPPED_RELATIONS = new Set<string | undefined>([
  'OBJECT_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_SEQUENCE',
]);

function readDrop(drop: FieldsOf<'DropStmt'>, catalog: DraftCatalog): void {
  if (!DROPPED_RELATIONS.has(drop.removeType)) return;
  for (const list of allFieldsOf(drop.objects, 'List')) catalog.drop(refOf(nameParts(list.items)));
}

/** Bits of TRIGGER_TYPE_… in PostgreSQL's catalog/pg_trigger.h. */
const TRIGGER_EVENTS: readonly (readonly [number, CatalogTrigger['events'][number]])[] = [
  [4, 'insert'],
  [8, 'delete'],
  [16, 'update'],
  [32, 'truncate'],
];

function readTrigger(trigger: FieldsOf<'CreateTrigStmt'>): CatalogTrigger {
  const bits = trigger.events ?? 0;
  return {
    name: trigger.trigname ?? '',
    events: TRIGGER_EVENTS.filter(([bit]) => (bits & bit) !== 0).map(([, event]) => event),
    function: nameParts(trigger.funcname).join('.'),
  };
}

const RULE_EVENTS: Readonly<Record<string, CatalogRule['event']>> = {
  CMD_SELECT: 'select',
  CMD_INSERT: 'insert',
  CMD_UPDATE: 'update',
  CMD_DELETE: 'delete',
};

function readRuleDefinition(rule: FieldsOf<'RuleStmt'>): CatalogRule {
  const definition = deparseNode({ RuleStmt: rule });
  const event = RULE_EVENTS[rule.event ?? ''] ?? 'select';
  return { name: rule.rulename ?? '', event, ...present({ definition }) };
}

function readFunction(routine: FieldsOf<'CreateFunctionStmt'>): CatalogFunction {
  const parts = nameParts(routine.funcname);
  const volatility = optionText(option(routine.options, 'volatility'));
  const definition = deparseNode({ CreateFunctionStmt: routine });
  return {
    schema: parts.at(-2) ?? DEFAULT_SCHEMA,
    name: parts.at(-1) ?? '',
    language: optionText(option(routine.options, 'language')) ?? 'sql',
    volatility: volatility === 'immutable' || volatility === 'stable' ? volatility : 'volatile',
    securityDefiner: isOn(routine.options, 'security'),
    kind: routine.is_procedure ? 'procedure' : 'function',
    ...present({ definition }),
  };
}
