import type { Node, ParseResult } from '@pgsql/types';
import { GuardError } from '../../model/errors.ts';

/** What guard uses of libpg-query (a singleton around one WASM instance). */
type Library = typeof import('libpg-query');

type Deparser = typeof import('pgsql-deparser');

let library: Library | undefined;
let deparser: Deparser | undefined;

/** Loads PostgreSQL's grammar (about 45 ms, once). Must have resolved before anything else here is called. */
export async function loadSqlParser(): Promise<void> {
  if (library !== undefined) return;
  try {
    const [parserModule, writerModule] = await Promise.all([import('libpg-query'), import('pgsql-deparser')]);
    const parser = namespaceOf<Library>(parserModule, 'loadModule');
    await parser.loadModule();
    deparser = namespaceOf<Deparser>(writerModule, 'deparseSync');
    library = parser;
  } catch (cause) {
    throw new GuardError('PARSER_FAILED', "PostgreSQL's grammar could not be loaded", { cause });
  }
}

/** Both packages are CommonJS and ES modules: depending on who bundles, the names stand below `default`. */
function namespaceOf<Names extends object>(
  imported: Names & { readonly default?: Names },
  probe: keyof Names,
): Names {
  return probe in imported ? imported : (imported.default ?? imported);
}

/** A message that is not SQL. `position` counts code points from 0. */
export interface SyntaxProblem {
  readonly message: string;
  readonly position: number;
}

export type RawParse = { readonly result: ParseResult } | { readonly problem: SyntaxProblem };

/**
 * Parses a text without NUL and lone surrogates. Throws GuardError PARSER_FAILED when the parser itself broke (stack
 * overflow, WASM trap): the instance can't be trusted any more then.
 */
export function rawParse(text: string): RawParse {
  const { parseSync, hasSqlDetails } = loaded();
  try {
    return { result: parseSync(text) };
  } catch (cause) {
    if (!hasSqlDetails(cause)) throw parserFailure(cause);
    return { problem: { message: cause.message, position: cause.sqlDetails?.cursorPosition ?? 0 } };
  }
}

/** libpg-query's fingerprint; undefined for a text that does not parse. */
export function rawFingerprint(text: string): string | undefined {
  const { fingerprintSync } = loaded();
  try {
    return fingerprintSync(text);
  } catch (cause) {
    if (cause instanceof RangeError || isTrap(cause)) throw parserFailure(cause);
    return undefined;
  }
}

/** The tree of a PL/pgSQL block or function; undefined when it does not parse. */
export function rawPlpgsql(text: string): unknown {
  const { parsePlPgSQLSync } = loaded();
  try {
    return parsePlPgSQLSync(text);
  } catch (cause) {
    if (cause instanceof RangeError || isTrap(cause)) throw parserFailure(cause);
    return undefined;
  }
}

/** A statement's text made from its tree, not checked; undefined when the deparser can't write it. */
export function rawDeparse(node: Node): string | undefined {
  if (deparser === undefined)
    throw new GuardError('INTERNAL', 'the SQL writer was used before it was loaded');
  try {
    return deparser.deparseSync(node);
  } catch {
    return undefined;
  }
}

function loaded(): Library {
  if (library === undefined) throw new GuardError('INTERNAL', 'the SQL parser was used before it was loaded');
  return library;
}

function isTrap(cause: unknown): boolean {
  return cause instanceof Error && (cause.name === 'RuntimeError' || cause.message.startsWith('Aborted'));
}

function parserFailure(cause: unknown): GuardError {
  return new GuardError('PARSER_FAILED', 'the SQL parser broke on this statement', { cause });
}
