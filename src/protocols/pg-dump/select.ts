import type { CatalogRelation, CatalogSnapshot } from '../../model/catalog.ts';
import type { DumpSelection } from '../../model/dump.ts';

/** Relations that hold rows of their own; views, sequences and materialized views are dumped as definitions. */
const WITH_ROWS: ReadonlySet<CatalogRelation['kind']> = new Set(['table', 'partitioned', 'foreign']);

/** What pg_dump's patterns are made of where guard reads them; anything else is read as "could be any". */
const PLAIN_PATTERN = /^(?:[\w$*?.-]|"[^"]{1,128}"){1,300}$/u;

interface Pattern {
  readonly schema: RegExp | undefined;
  readonly name: RegExp;
}

function expression(part: string): RegExp {
  const letters = part.match(/"[^"]{1,128}"|[\s\S]/gu) ?? [];
  const source = letters.map((letter) => {
    if (letter === '*') return '.*';
    if (letter === '?') return '.';
    const plain = letter.startsWith('"') ? letter.slice(1, -1) : letter.toLowerCase();
    return plain.replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`, 'u');
}

/** Splits at a dot outside quotes; undefined for what guard does not read (regular expressions, a database in front). */
function readPattern(text: string): Pattern | undefined {
  if (!PLAIN_PATTERN.test(text)) return undefined;
  const parts = text.match(/(?:[^".]|"[^"]{1,128}")+/gu) ?? [];
  const [first = '', second] = parts;
  if (parts.length > 2) return undefined;
  if (second === undefined) return { schema: undefined, name: expression(first) };
  return { schema: expression(first), name: expression(second) };
}

function matches(relation: CatalogRelation, { schema, name }: Pattern): boolean {
  return (schema === undefined || schema.test(relation.schema)) && name.test(relation.name);
}

/** In doubt it is in: a pattern that guard does not read includes everything and excludes nothing. */
function included(relation: CatalogRelation, patterns: readonly string[]): boolean {
  return patterns.some((text) => {
    const pattern = readPattern(text);
    return pattern === undefined || matches(relation, pattern);
  });
}

function excluded(relation: CatalogRelation, patterns: readonly string[]): boolean {
  return patterns.some((text) => {
    const pattern = readPattern(text);
    return pattern !== undefined && matches(relation, pattern);
  });
}

function schemaMatches({ schema }: CatalogRelation, patterns: readonly string[], unread: boolean): boolean {
  return patterns.some((text) => {
    const pattern = readPattern(text);
    return pattern === undefined || pattern.schema !== undefined ? unread : pattern.name.test(schema);
  });
}

/**
 * The tables whose rows a pg_dump with this selection would write, or more: never fewer
 * (https://www.postgresql.org/docs/18/app-pgdump.html; patterns as in psql, without regular expressions).
 */
export function selectTables(selection: DumpSelection, catalog: CatalogSnapshot): readonly CatalogRelation[] {
  return catalog.relations.filter((relation) => {
    if (!WITH_ROWS.has(relation.kind) || relation.temporary) return false;
    if (relation.kind === 'foreign' && !selection.foreignData) return false;
    return isChosen(relation, selection);
  });
}

function isChosen(relation: CatalogRelation, selection: DumpSelection): boolean {
  const { tables, schemas, notTables, notSchemas, notData } = selection;
  if (excluded(relation, [...notTables, ...notData])) return false;
  // A table that is named is dumped whatever the schema options say.
  if (tables.length > 0) return included(relation, tables);
  if (schemaMatches(relation, notSchemas, false)) return false;
  return schemas.length === 0 || schemaMatches(relation, schemas, true);
}
