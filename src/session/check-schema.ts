import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { CatalogSnapshot } from '../model/catalog.ts';
import { GuardError } from '../model/errors.ts';
import { rawText } from '../model/text.ts';
import { catalogFromDdl } from '../parse/sql/ddl-catalog.ts';
import { parseSql } from '../parse/sql/parse-sql.ts';

/** Bytes. */
const MOST_SCHEMA = 16 * 1024 * 1024;
/** psql's own commands that pg_dump writes (`\restrict`, `\connect`) and the end of COPY data. */
const META_LINE = /^\\[^\n]{0,400}$/gm;

function readText(path: string): string {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new GuardError('CONFIG_INVALID', `${path}: the schema can't be read`, { cause });
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new GuardError('CONFIG_INVALID', `${path}: not a file`);
    if (stats.size > MOST_SCHEMA)
      throw new GuardError('CONFIG_INVALID', `${path}: larger than 16 MiB`, {
        hint: 'a schema without data is meant: pg_dump --schema-only',
      });
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(fd));
  } catch (cause) {
    if (cause instanceof GuardError) throw cause;
    throw new GuardError('CONFIG_INVALID', `${path}: not a text in UTF-8`, { cause });
  } finally {
    closeSync(fd);
  }
}

function placeOf(text: string, point: number): string {
  const before = [...text].slice(0, point).join('').split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

function unreadable(path: string, text: string): GuardError | undefined {
  const parsed = parseSql(rawText(text));
  if (parsed.kind === 'complete') return undefined;
  const place = parsed.kind === 'partial' ? `:${placeOf(text, parsed.at.start)}` : '';
  return new GuardError('CONFIG_INVALID', `${path}${place}: ${parsed.problem}`, {
    hint: 'DDL as PostgreSQL reads it is expected, for example from pg_dump --schema-only',
  });
}

/**
 * The catalog a DDL file describes; `loadSqlParser()` must have resolved. Throws CONFIG_INVALID with the place of what
 * can't be read: half a schema would make tables look harmless.
 */
export function readSchema(path: string): CatalogSnapshot {
  const text = readText(path);
  if (unreadable(path, text) === undefined) return catalogFromDdl(rawText(text));
  const withoutCommands = text.replace(META_LINE, '');
  const problem = unreadable(path, withoutCommands);
  if (problem !== undefined) throw problem;
  return catalogFromDdl(rawText(withoutCommands));
}
