import { rawFingerprint } from './library.ts';

/**
 * The shape of a message: libpg-query's fingerprint (16 hex digits), the same for texts that differ only in literals, aliases and
 * lay-out. Empty when the text can't be read. `loadSqlParser()` must have resolved.
 */
export function fingerprintSql(text: string): string {
  return text.includes('\0') ? '' : (rawFingerprint(text) ?? '');
}
