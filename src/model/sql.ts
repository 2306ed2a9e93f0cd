import type { Parsed } from './parsed.ts';
import type { Span } from './span.ts';
import type { RawText } from './text.ts';

/** A table, view or other relation as written; `schema` is absent when the search path decides. */
export interface RelationRef {
  readonly schema?: string;
  readonly name: string;
}

/** What the WHERE of a DELETE or UPDATE is worth. `always` covers tautologies (`1=1`, `id=id or true`, `id is not null` on a key). */
export type Predicate =
  | { readonly kind: 'none' }
  | { readonly kind: 'always'; readonly because: string }
  | { readonly kind: 'effective'; readonly columns: readonly string[] }
  | { readonly kind: 'cursor'; readonly cursor: string };

/** Objects that schema statements act on, in PostgreSQL's words (`table`, `column`, `schema`, `database`, `function`…). */
export interface ObjectRef {
  readonly type: string;
  readonly name: string;
  readonly schema?: string;
}

/**
 * One effect of a statement, whatever its verb: `EXPLAIN ANALYZE DELETE`, a CTE with DELETE and plain
 * DELETE all have the effect `delete`. A statement has as many as it has effects, in order.
 */
export type SqlEffect =
  | { readonly kind: 'read'; readonly relation: RelationRef; readonly columns: readonly string[] | 'all' }
  | {
      readonly kind: 'insert';
      readonly relation: RelationRef;
      readonly columns: readonly string[] | 'all';
      readonly source: 'values' | 'query' | 'copy';
      readonly valuesRows?: number;
    }
  | {
      readonly kind: 'update';
      readonly relation: RelationRef;
      readonly columns: readonly string[];
      readonly predicate: Predicate;
    }
  | { readonly kind: 'delete'; readonly relation: RelationRef; readonly predicate: Predicate }
  | { readonly kind: 'truncate'; readonly relations: readonly RelationRef[]; readonly cascade: boolean }
  | {
      readonly kind: 'create';
      readonly object: ObjectRef;
      readonly temporary: boolean;
      readonly fromQuery: boolean;
      readonly replaces: boolean;
    }
  | { readonly kind: 'alter'; readonly object: ObjectRef; readonly actions: readonly AlterAction[] }
  | {
      readonly kind: 'drop';
      readonly objects: readonly ObjectRef[];
      readonly cascade: boolean;
      readonly ifExists: boolean;
    }
  | {
      readonly kind: 'grant';
      readonly revoke: boolean;
      readonly privileges: readonly string[];
      readonly on: readonly ObjectRef[];
      readonly to: readonly string[];
      readonly withGrantOption: boolean;
    }
  | {
      readonly kind: 'role';
      readonly action: 'create' | 'alter' | 'drop' | 'grant' | 'set' | 'reassign';
      readonly roles: readonly string[];
      readonly password: boolean;
      readonly elevates: readonly string[];
    }
  | {
      readonly kind: 'copy-out';
      readonly relation?: RelationRef;
      readonly columns: readonly string[] | 'all';
      readonly to: CopyEnd;
      readonly format: 'text' | 'csv' | 'binary' | 'other';
    }
  | {
      readonly kind: 'copy-in';
      readonly relation: RelationRef;
      readonly columns: readonly string[] | 'all';
      readonly from: CopyEnd;
    }
  | { readonly kind: 'server-file'; readonly access: 'read' | 'write'; readonly by: string }
  | { readonly kind: 'server-program'; readonly by: string }
  | { readonly kind: 'server-control'; readonly by: string }
  | { readonly kind: 'remote'; readonly by: string }
  | {
      readonly kind: 'setting';
      readonly name: string;
      readonly value?: string;
      readonly scope: 'session' | 'local' | 'database' | 'role' | 'system';
      readonly weakens?: string;
      /** Changes how the server reads SQL text or bytes, so that guard and the server would see different statements. */
      readonly lexer?: boolean;
    }
  | {
      readonly kind: 'dynamic';
      readonly by: string;
      readonly body?: string;
      /** Everything that runs stands among the effects and functions of the statement (a block without EXECUTE). */
      readonly read?: true;
      /** A routine that is called: what it does depends on the database. */
      readonly calls?: FunctionUse;
    }
  | {
      readonly kind: 'prepared';
      readonly action: 'prepare' | 'execute' | 'deallocate';
      readonly name: string;
    }
  | {
      readonly kind: 'cursor';
      readonly action: 'declare' | 'fetch' | 'move' | 'close';
      readonly name: string;
    }
  | {
      readonly kind: 'transaction';
      readonly action:
        | 'begin'
        | 'commit'
        | 'rollback'
        | 'savepoint'
        | 'release'
        | 'rollback-to'
        | 'set'
        | 'prepare'
        | 'commit-prepared'
        | 'rollback-prepared';
      /** Name of the savepoint, for `savepoint`, `release` and `rollback-to`. */
      readonly savepoint?: string;
    }
  | { readonly kind: 'session'; readonly by: string }
  | {
      readonly kind: 'maintain';
      readonly by: string;
      readonly relations: readonly RelationRef[];
      readonly heavy: boolean;
    }
  | { readonly kind: 'lock'; readonly relations: readonly RelationRef[]; readonly mode: string }
  | { readonly kind: 'log-tamper'; readonly by: string }
  | { readonly kind: 'secret-read'; readonly by: string }
  | { readonly kind: 'unknown'; readonly because: string };

/** How COPY writes rows in text and csv format (PostgreSQL 18, COPY, "File Formats"). */
export interface CopyLayout {
  readonly format: 'text' | 'csv';
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  /** The null string. */
  readonly null: string;
  readonly header: boolean;
}

export type CopyEnd = 'stdio' | 'file' | 'program';

/** One action of ALTER, with what it costs. */
export interface AlterAction {
  /** PostgreSQL's sub-command, dashed: `drop-column`, `alter-type`, `disable-trigger`, `owner`, `rename`. */
  readonly kind: string;
  readonly column?: string;
  /** Rewrites the table or takes ACCESS EXCLUSIVE for as long as it runs. */
  readonly heavy: boolean;
  /** Loses data or a protection: drop-column, disable-trigger, disable-row-security, no-force… */
  readonly destructive: boolean;
}

/** A function that a statement calls, by the name it is written with. */
export interface FunctionUse {
  readonly schema?: string;
  readonly name: string;
}

/** What a routine's definition says it does when it is called. */
export interface RoutineReading {
  readonly effects: readonly SqlEffect[];
  readonly functions: readonly FunctionUse[];
  /** Where it looks for names without a schema, when it says so itself. */
  readonly searchPath?: readonly string[];
  /** Why not all of it is known, in one clause; absent when it is. */
  readonly unread?: string;
}

/** What a rewrite rule does, and whether in the place of the statement. */
export interface RuleReading extends RoutineReading {
  readonly instead: boolean;
}

/** One statement of a message. `tree` is the grammar's own node: only `parse/` looks inside. */
export interface SqlStatement {
  /** PostgreSQL's node tag, for example `SelectStmt`. */
  readonly kind: string;
  /** Where it stands in the message. */
  readonly span: Span;
  /** Exactly this statement's text, without the semicolon. */
  readonly text: RawText;
  readonly effects: readonly SqlEffect[];
  readonly functions: readonly FunctionUse[];
  readonly returnsRows: boolean;
  /** How many `$n` parameters it takes. */
  readonly parameters: number;
  readonly tree: unknown;
}

export type ParsedSql = Parsed<SqlStatement>;
