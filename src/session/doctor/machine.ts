import { closeSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findLauncher } from '../../capture/launcher.ts';
import { nativePty } from '../../capture/native-pty.ts';
import { runChild } from '../../host/children.ts';
import { runtimeFolder } from '../../host/folders.ts';
import { openLock } from '../../host/lock.ts';
import { native } from '../../host/native.ts';
import { packageRoot } from '../../host/package-root.ts';
import { makeTemporaryFolder } from '../../host/temporary.ts';
import { GuardError } from '../../model/errors.ts';
import { findProgram } from '../../wire/postgres/resolve/client.ts';
import type { DoctorFinding, DoctorPart } from './finding.ts';
import { psqlFinding } from './psql-version.ts';

/** Node.js releases guard is made for: `engines` of package.json. */
const OLDEST_NODE = [20, 19] as const;
/** sun_path holds 104 bytes on macOS and 108 on Linux; guard stays below 90. */
const LONGEST_SOCKET_BYTES = 90;
/** What guard adds to the runtime folder: a folder of its own and `.s.PGSQL.<port>`. */
const SOCKET_TAIL = '/sXXXXXX/.s.PGSQL.65535';

/** What went wrong, as guard's own words; the rest stays out because it may quote anything. */
export function reasonOf(error: unknown): { readonly says: string; readonly instead?: string } {
  if (!(error instanceof GuardError))
    return { says: error instanceof Error ? error.name : 'unknown trouble' };
  return error.hint === undefined ? { says: error.message } : { says: error.message, instead: error.hint };
}

/** The finding of `look`, or a problem where it throws. */
export function attempt(about: string, look: () => DoctorFinding): DoctorFinding {
  try {
    return look();
  } catch (error) {
    return { about, state: 'problem', ...reasonOf(error) };
  }
}

function nodeFinding(version: string): DoctorFinding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const isOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
  if (!isOld) return { about: 'Node.js', state: 'ok', says: version };
  return {
    about: 'Node.js',
    state: 'problem',
    says: `${version} is older than ${OLDEST_NODE.join('.')}`,
    instead: 'install a newer Node.js',
  };
}

function psql(): DoctorFinding {
  let path: string;
  try {
    path = findProgram('psql', process.env);
  } catch (error) {
    // A machine without psql can still use guard check, guard exec and the demo.
    return { about: 'psql', state: 'warn', ...reasonOf(error) };
  }
  const { stdout } = runChild(path, ['--version'], { env: { PATH: process.env['PATH'], LC_ALL: 'C' } });
  return psqlFinding(stdout.toString(), path);
}

function launcher(): DoctorFinding {
  const [program] = findLauncher().wrap(['true']);
  return { about: 'terminal start', state: 'ok', says: `by ${program}` };
}

function pty(): DoctorFinding {
  const { master, slave, pty: path } = nativePty().open(80, 24);
  closeSync(slave);
  closeSync(master);
  return { about: 'pseudo-terminal', state: 'ok', says: `can be opened (${path})` };
}

function locks(): DoctorFinding {
  using folder = makeTemporaryFolder();
  using lock = openLock(join(folder.path, 'lock'));
  lock.during(() => undefined);
  return native() === undefined
    ? {
        about: 'locks',
        state: 'warn',
        says: "flock(2) can't be called here (koffi has no build for this system); files with an owner are used",
        instead: 'npm install in the folder of guard brings koffi where there is a build',
      }
    : { about: 'locks', state: 'ok', says: 'flock(2) works' };
}

function sockets(): DoctorFinding {
  const folder = runtimeFolder();
  const bytes = Buffer.byteLength(folder) + SOCKET_TAIL.length;
  if (bytes <= LONGEST_SOCKET_BYTES)
    return { about: 'runtime folder', state: 'ok', says: `${folder}, sockets fit` };
  return {
    about: 'runtime folder',
    state: 'problem',
    says: `${folder} is too long: a socket in it would have ${bytes} of ${LONGEST_SOCKET_BYTES} bytes`,
    instead: 'set XDG_RUNTIME_DIR (or TMPDIR) to a shorter folder',
  };
}

const OTHERS_READ = 0o005;
const ROOT = 0;

/** Installed by root where everybody can read it, or in a folder of the user's own. */
function installation(): DoctorFinding {
  const root = packageRoot();
  const { uid, mode } = statSync(root);
  const isForAll = uid === ROOT && (mode & OTHERS_READ) === OTHERS_READ && process.getuid?.() !== ROOT;
  return {
    about: 'installed',
    state: 'ok',
    says: isForAll
      ? `for everybody, in ${root}`
      : `in ${root}, which ${uid === ROOT ? 'belongs to root' : 'you can change yourself'}; sudo -u other guard works where it is installed for all`,
  };
}

/** What guard needs of this machine. */
export const examineMachine: DoctorPart = () => [
  nodeFinding(process.versions.node),
  attempt('installed', installation),
  attempt('psql', psql),
  attempt('terminal start', launcher),
  attempt('pseudo-terminal', pty),
  attempt('locks', locks),
  attempt('runtime folder', sockets),
];
