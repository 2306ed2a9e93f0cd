import { GuardError } from '../../../model/errors.ts';

/** The connection can't be decided as libpq would. Never holds a value that could be a password. */
export function unresolved(message: string, hint?: string): GuardError {
  return new GuardError('TARGET_UNRESOLVED', message, hint === undefined ? {} : { hint });
}

/** A file that libpq or Debian's wrapper reads is wrong. */
export function misconfigured(message: string, hint?: string): GuardError {
  return new GuardError('CONFIG_INVALID', message, hint === undefined ? {} : { hint });
}

/** psql's own arguments are wrong. */
export function misused(message: string): GuardError {
  return new GuardError('USAGE', message, { hint: 'try "psql --help" for more information' });
}
