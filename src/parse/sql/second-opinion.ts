import type { QName, Statement } from 'pgsql-ast-parser';
import { GuardError } from '../../model/errors.ts';
import type { RelationRef, SqlEffect, SqlStatement } from '../../model/sql.ts';
import type { RawText } from '../../model/text.ts';
import { isNode } from './ast.ts';
import { parseSql } from './parse-sql.ts';

/** What one parser makes of a statement: PostgreSQL's node tag, and the relations it acts on. */
export interface Reading {
  readonly kind: string;
  /** `name` or `schema.name`, sorted. */
  readonly tables: readonly string[];
}

export type SecondOpinion =
  | { readonly kind: 'agree' }
  | { readonly kind: 'differ'; readonly first: readonly Reading[]; readonly second: readonly Reading[] }
  /** The other parser can't read it, or is not asked: it says nothing about the statement. */
  | { readonly kind: 'silent'; readonly because: 'unread' | 'too-long' | 'unlisted' };

type OtherParser = Pick<typeof import('pgsql-ast-parser'), 'parse' | 'astVisitor'>;

/** The other parser takes more than linear time; longer texts (UTF-16 code units) are not put to it. */
const LONGEST_TEXT = 4_096;

/** Its statement types by PostgreSQL's node tags; what is not listed is not compared. */
const TAGS: Readonly<Record<string, string>> = {
  select: 'SelectStmt',
  union: 'SelectStmt',
  'union all': 'SelectStmt',
  values: 'SelectStmt',
  insert: 'InsertStmt',
  update: 'UpdateStmt',
  delete: 'DeleteStmt',
  'truncate table': 'TruncateStmt',
  'create table': 'CreateStmt',
  'create view': 'ViewStmt',
  'create materialized view': 'CreateTableAsStmt',
  'create index': 'IndexStmt',
  'create schema': 'CreateSchemaStmt',
  'create sequence': 'CreateSeqStmt',
  'create extension': 'CreateExtensionStmt',
  'create function': 'CreateFunctionStmt',
  'create enum': 'CreateEnumStmt',
  'alter table': 'AlterTableStmt',
  'drop table': 'DropStmt',
  'drop index': 'DropStmt',
  'drop sequence': 'DropStmt',
  'drop type': 'DropStmt',
  'refresh materialized view': 'RefreshMatViewStmt',
  begin: 'TransactionStmt',
  'start transaction': 'TransactionStmt',
  commit: 'TransactionStmt',
  rollback: 'TransactionStmt',
  show: 'VariableShowStmt',
  set: 'VariableSetStmt',
  'set timezone': 'VariableSetStmt',
  'set names': 'VariableSetStmt',
  prepare: 'PrepareStmt',
  deallocate: 'DeallocateStmt',
  comment: 'CommentStmt',
  do: 'DoStmt',
};

/** The package is CommonJS and an ES module: depending on who bundles, its names stand below `default`. */
async function otherParser(): Promise<OtherParser> {
  const imported: Partial<OtherParser> & { readonly default?: OtherParser } = await import(
    'pgsql-ast-parser'
  );
  const { parse, astVisitor } = imported.default ?? imported;
  if (parse === undefined || astVisitor === undefined)
    throw new GuardError('PARSER_FAILED', 'the second SQL parser could not be loaded');
  return { parse, astVisitor };
}

function displayed({
  schema,
  name,
}: {
  readonly schema?: string | undefined;
  readonly name: string;
}): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

function sorted(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].sort();
}

/** The statement behind WITH, and the names that WITH gives. */
function unwrap(statement: Statement): { readonly inner: Statement; readonly given: readonly string[] } {
  if (statement.type === 'with')
    return { inner: statement.in, given: statement.bind.map(({ alias }) => alias.name) };
  if (statement.type === 'with recursive') return { inner: statement.in, given: [statement.alias.name] };
  return { inner: statement, given: [] };
}

/** Relations that are named where the visitor does not look. */
function namedOutside(statement: Statement): readonly QName[] {
  switch (statement.type) {
    case 'create table':
    case 'create view':
    case 'create materialized view':
      return [statement.name];
    case 'drop table':
      return statement.names;
    case 'truncate table':
      return statement.tables;
    case 'alter table':
      return [statement.table];
    case 'comment':
      return statement.on.type === 'table' ? [statement.on.name] : [];
    default:
      return [];
  }
}

/** These look into a query, or at a table, without reading it. */
const WITHOUT_READING: ReadonlySet<string> = new Set(['create view', 'create index']);

function readStatement(statement: Statement, parser: OtherParser): Reading | undefined {
  const { inner, given } = unwrap(statement);
  const kind = TAGS[inner.type];
  if (kind === undefined) return undefined;
  const tables = namedOutside(inner).map(displayed);
  const visitor = parser.astVisitor(() => ({
    tableRef: (table) => {
      tables.push(displayed(table));
    },
  }));
  if (!WITHOUT_READING.has(inner.type)) visitor.statement(statement);
  return { kind, tables: sorted(tables.filter((table) => !given.includes(table))) };
}

function relationsOf(effect: SqlEffect): readonly RelationRef[] {
  switch (effect.kind) {
    case 'read':
    case 'insert':
    case 'update':
    case 'delete':
      return [effect.relation];
    case 'truncate':
      return effect.relations;
    case 'create':
      return effect.object.type.endsWith('table') || effect.object.type.endsWith('view')
        ? [effect.object]
        : [];
    case 'alter':
      return effect.object.type === 'table' ? [effect.object] : [];
    case 'drop':
      return effect.objects.filter(({ type }) => type === 'table');
    default:
      return [];
  }
}

function ownReading({ kind, effects }: SqlStatement): Reading {
  return { kind, tables: sorted(effects.flatMap(relationsOf).map(displayed)) };
}

/** A rename is an ALTER TABLE to the other parser. */
function sameKind(own: string, other: string): boolean {
  return own === other || (own === 'RenameStmt' && other === 'AlterTableStmt');
}

function sameReading(own: Reading, other: Reading): boolean {
  return sameKind(own.kind, other.kind) && own.tables.join('\n') === other.tables.join('\n');
}

/**
 * Reads a text with pgsql-ast-parser too, which knows about two thirds of the grammar and shares no code with PostgreSQL's.
 * Where both read it, kinds and relations must be the same. A differential test, never a reason to allow anything;
 * `loadSqlParser()` must have resolved.
 */
export async function secondOpinion(text: RawText): Promise<SecondOpinion> {
  if (text.length > LONGEST_TEXT) return { kind: 'silent', because: 'too-long' };
  const own = parseSql(text);
  if (own.kind !== 'complete' || !own.items.every(({ tree }) => isNode(tree)))
    return { kind: 'silent', because: 'unread' };
  const parser = await otherParser();
  let statements: readonly Statement[];
  try {
    statements = parser.parse(text);
  } catch {
    return { kind: 'silent', because: 'unread' };
  }
  const second = statements.map((statement) => readStatement(statement, parser));
  if (second.includes(undefined)) return { kind: 'silent', because: 'unlisted' };
  const first = own.items.map(ownReading);
  const readings = second.flatMap((reading) => reading ?? []);
  const same =
    first.length === readings.length &&
    first.every((reading, at) => {
      const other = readings[at];
      return other !== undefined && sameReading(reading, other);
    });
  return same ? { kind: 'agree' } : { kind: 'differ', first, second: readings };
}
