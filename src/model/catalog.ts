import type { DataClass } from './data-class.ts';

/** Where the class of a column comes from, strongest last: a label beats a guess. */
export type ClassSource = 'none' | 'name' | 'comment' | 'sample' | 'label';

/** The class of one column and why. `unsure` columns are treated as policy's `unclassified` says. */
export interface Classification {
  readonly class: DataClass | undefined;
  readonly source: ClassSource;
  /** 0 (no idea) to 1 (certain). */
  readonly confidence: number;
  readonly unsure: boolean;
  /** One clause for `guard catalog show`: "name `dob` beside `last_name`". */
  readonly why: string;
}

export interface CatalogColumn extends Classification {
  readonly name: string;
  /** pg_attribute.attnum, from 1. */
  readonly number: number;
  /** Type name without modifiers as format_type() of the base type prints it, for example `text`, `timestamp with time zone`. */
  readonly type: string;
  /** pg_type OID; 0 when the catalog came from DDL. */
  readonly typeOid: number;
  readonly comment?: string;
  readonly generated?: string;
  /** Functions of the database's own that its default calls. */
  readonly defaultCalls?: readonly string[];
  readonly primaryKey: boolean;
}

/** pg_class.relkind of what can be read or written. */
export type RelationKind = 'table' | 'partitioned' | 'view' | 'materialized' | 'foreign' | 'sequence';

export interface CatalogRelation {
  /** pg_class OID; negative and unique when the catalog came from DDL. */
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  /** pg_class.reltuples; -1 when never analyzed. */
  readonly rows: number;
  readonly columns: readonly CatalogColumn[];
  /** pg_get_viewdef() of views and materialized views. */
  readonly definition?: string;
  readonly comment?: string;
  /** OIDs of direct parents (inheritance and partitions). */
  readonly parents: readonly number[];
  readonly triggers: readonly CatalogTrigger[];
  /** Rewrite rules other than a view's own. */
  readonly rules: readonly CatalogRule[];
  readonly temporary: boolean;
}

export interface CatalogTrigger {
  readonly name: string;
  readonly events: readonly ('insert' | 'update' | 'delete' | 'truncate')[];
  readonly function: string;
}

export interface CatalogRule {
  readonly name: string;
  readonly event: 'select' | 'insert' | 'update' | 'delete';
  /** The CREATE RULE statement; absent when it is too long. */
  readonly definition?: string;
}

export interface ForeignKey {
  readonly name: string;
  /** Referencing relation. */
  readonly from: number;
  /** Referenced relation. */
  readonly to: number;
  /** attnums of the referencing and of the referenced columns; absent where they are not known. */
  readonly columns?: readonly number[];
  readonly referenced?: readonly number[];
  readonly onDelete: 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';
  readonly onUpdate: 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';
}

/** A function that is not PostgreSQL's own. */
export interface CatalogFunction {
  readonly schema: string;
  readonly name: string;
  readonly language: string;
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly securityDefiner: boolean;
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window';
  /** Belongs to an extension: known by name, like PostgreSQL's own. */
  readonly extension?: true;
  /** The CREATE FUNCTION or CREATE PROCEDURE statement, for languages guard can read; absent when it is too long. */
  readonly definition?: string;
}

/** A cast that calls a function of the database's own. */
export interface CatalogCast {
  /** As format_type() prints them. */
  readonly source: string;
  readonly target: string;
  /** False when only CAST or `::` uses it. */
  readonly unasked: boolean;
}

/** One consistent picture of a database's schema, as JSON. */
export interface CatalogSnapshot {
  /** Changes whenever the content does; part of every cache key. */
  readonly version: string;
  readonly database: string;
  /** Schemas searched for unqualified names, pg_catalog left out. */
  readonly searchPath: readonly string[];
  readonly relations: readonly CatalogRelation[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly functions: readonly CatalogFunction[];
  /** Symbols of operators that belong neither to PostgreSQL nor to an extension. */
  readonly operators?: readonly string[];
  /** Casts of the same kind. */
  readonly casts?: readonly CatalogCast[];
  /** False when part of the catalog could not be read; lineage then trusts nothing it can't resolve. */
  readonly complete: boolean;
}
