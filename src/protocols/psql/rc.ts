import { GuardError } from '../../model/errors.ts';
import type { ResolveFiles } from '../../wire/postgres/resolve/files.ts';
import type { PsqlProgram } from '../../wire/postgres/resolve/resolve.ts';
import type { Variables } from '../../wire/postgres/resolve/settings.ts';
import type { ConnectionTarget } from '../../wire/postgres/target.ts';
import { hostNames } from './prompt-text.ts';
import { type RcFinding, RcScan, type RcScanInput } from './rc-scan.ts';

export type { RcFinding } from './rc-scan.ts';

export interface RcInput {
  readonly env: Variables;
  /** Home folder of the password database; HOME goes before it. */
  readonly home: string;
  readonly cwd: string;
  readonly files: ResolveFiles;
  readonly psql: PsqlProgram;
  readonly target: ConnectionTarget;
  /** The user said -X: nothing of theirs is read, and psql reads nothing of guard's either. */
  readonly skip: boolean;
}

/** Guard's own psqlrc. */
export interface RcPlan {
  /** For a private file (0600) that PSQLRC names. */
  readonly text: string;
  /** The user's file that was read, if any. */
  readonly file?: string;
  /** What was left out of the user's files. */
  readonly dropped: readonly RcFinding[];
  /** What stands in the system's psqlrc, which psql reads by itself: guard can't leave it out, only say so. */
  readonly system: readonly RcFinding[];
}

const OTHERS_MAY_WRITE = 0o022;
const ROOT_UID = 0;

/** process_psqlrc_file() of psql's startup.c: the most exact version wins. */
function choose(path: string, input: RcInput): string | undefined {
  const { version, major } = input.psql;
  return [`${path}-${version}`, `${path}-${major}`, path].find(
    (name) => input.files.facts(name) !== undefined,
  );
}

function userFile(input: RcInput): string | undefined {
  const home = input.env['HOME'] || input.home;
  const named = input.env['PSQLRC'];
  if (!named) return choose(`${home}/.psqlrc`, input);
  return choose(named.startsWith('~/') ? home + named.slice(1) : named, input);
}

/** What the system's file would do; psql reads it before the user's, and only -X keeps it from doing so. */
function checkSystem(scanInput: RcScanInput, input: RcInput): readonly RcFinding[] {
  const path = choose(`${input.psql.sysconfdir}/psqlrc`, input);
  if (path === undefined) return [];
  const scan = new RcScan(scanInput);
  scan.file(path);
  const facts = input.files.facts(path);
  const isRoots = facts?.uid === ROOT_UID && (facts.mode & OTHERS_MAY_WRITE) === 0;
  if (scan.findings.length > 0 && !isRoots)
    throw new GuardError(
      'CONFIG_INVALID',
      `psql would run commands from ${path}, which others than root can change`,
      {
        hint: 'ask the administrator to give it to root with mode 0644, or start psql with -X',
      },
    );
  return scan.findings;
}

/**
 * Reads the psqlrc files that psql would read (https://www.postgresql.org/docs/18/app-psql.html#APP-PSQL-FILES-PSQLRC),
 * with what they include, and keeps settings and SQL; commands that run programs, touch files or connect elsewhere are
 * left out and reported. Throws CONFIG_INVALID.
 */
export function planRc(input: RcInput): RcPlan {
  if (input.skip) return { text: '', dropped: [], system: [] };
  const names = hostNames(input.target, input.psql.socketFolder);
  const home = input.env['HOME'] || input.home;
  const psql = input.psql.major;
  const scanInput: RcScanInput = { files: input.files, home, cwd: input.cwd, names, psql };
  const system = checkSystem(scanInput, input);
  const file = userFile(input);
  const scan = new RcScan(scanInput);
  if (file !== undefined) scan.file(file);
  return {
    text: scan.text,
    dropped: scan.findings,
    system,
    ...(file === undefined ? {} : { file }),
  };
}
