import { restrictFixedIn } from '../../protocols/psql/restricted-mode.ts';
import type { DoctorFinding } from './finding.ts';

const OLDEST_SUPPORTED = 14;
const NEWEST_KNOWN = 18;

const VERSION = /^psql \(PostgreSQL\) (\d{1,3})(?:\.(\d{1,3}))?/;

const MEANS =
  "psql's restricted mode, guard's backstop for commands such as \\! and \\copy, can be left with \\unrestrict `command`";

/** What the answer to `psql --version` means. */
export function psqlFinding(answer: string, path: string): DoctorFinding {
  const about = 'psql';
  const [, majorText, minorText = '0'] = VERSION.exec(answer) ?? [];
  if (majorText === undefined)
    return {
      about,
      state: 'problem',
      says: `${path} does not answer like psql`,
      instead: 'put the real psql first in PATH',
    };
  const major = Number(majorText);
  const version = minorText === undefined ? majorText : `${majorText}.${minorText}`;
  if (major > NEWEST_KNOWN) return { about, state: 'ok', says: `${version} at ${path}` };
  if (major < OLDEST_SUPPORTED)
    return {
      about,
      state: 'warn',
      says: `${version} at ${path} is no longer maintained; it has no restricted mode`,
      instead: 'install the client of PostgreSQL 15 or later',
    };
  const minimum = restrictFixedIn(major) ?? 0;
  if (Number(minorText) >= minimum) return { about, state: 'ok', says: `${version} at ${path}` };
  return {
    about,
    state: 'warn',
    says: `${version} at ${path} is older than ${major}.${minimum}: ${MEANS}. SQL is judged all the same`,
    instead: `update the PostgreSQL client to ${major}.${minimum} or later`,
  };
}
