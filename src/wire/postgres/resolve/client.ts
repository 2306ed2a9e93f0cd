import { realpathSync } from 'node:fs';
import { type UserInfo, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { runChild } from '../../../host/children.ts';
import { GuardError } from '../../../model/errors.ts';
import type { Account } from './debian-wrapper.ts';
import type { PsqlProgram } from './resolve.ts';
import type { Variables } from './settings.ts';
import { systemFiles } from './system-files.ts';

const WRAPPER_NAME = 'pg_wrapper';
const DEBIAN_PROGRAMS = '/usr/lib/postgresql';
const DEBIAN_SYSCONFDIR = '/etc/postgresql-common';
const DEBIAN_SOCKETS = '/var/run/postgresql';
const UPSTREAM_SOCKETS = '/tmp';
const UPSTREAM_SYSCONFDIR = '/usr/local/pgsql/etc';
const VERSION = /^psql \(PostgreSQL\) ((\d{1,3})[^\n]{0,100})/;
const EXECUTABLE = 0o111;

/** Looks a program up in PATH as execvp(3) does; a name with a slash is a path. Throws COMMAND_NOT_FOUND. */
export function findProgram(name: string, env: Variables): string {
  const folders = name.includes('/') ? [''] : (env['PATH'] ?? '').split(delimiter);
  for (const folder of folders) {
    const path = name.includes('/') ? name : join(folder === '' ? '.' : folder, name);
    const facts = systemFiles.facts(path);
    if (facts?.kind === 'file' && (facts.mode & EXECUTABLE) !== 0) return path;
  }
  throw new GuardError('COMMAND_NOT_FOUND', `${name} was not found`, {
    hint: 'install the PostgreSQL client (Debian: apt install postgresql-client)',
  });
}

/** The newest psql under /usr/lib/postgresql, as pg_wrapper chooses it. */
function behindWrapper(): string | undefined {
  const versions = systemFiles
    .list(DEBIAN_PROGRAMS)
    .filter((name) => systemFiles.facts(`${DEBIAN_PROGRAMS}/${name}/bin/psql`)?.kind === 'file')
    .sort((a, b) => Number(b) - Number(a));
  return versions[0] === undefined ? undefined : `${DEBIAN_PROGRAMS}/${versions[0]}/bin/psql`;
}

function resolveLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Facts of the psql at `path`; runs `psql --version` once. Throws COMMAND_NOT_FOUND when that is no psql. */
export function describePsql(path: string, env: Variables): PsqlProgram {
  const real = resolveLinks(path);
  const wrapped = real.endsWith(`/${WRAPPER_NAME}`);
  const program = wrapped ? (behindWrapper() ?? real) : real;
  const debian = wrapped || real.startsWith(`${DEBIAN_PROGRAMS}/`);
  const run = runChild(program, ['--version'], { env: { PATH: env['PATH'], LC_ALL: 'C' } });
  const match = VERSION.exec(run.stdout.toString());
  if (match?.[1] === undefined)
    throw new GuardError('COMMAND_NOT_FOUND', `${path} does not answer like psql`, { cause: run.problem });
  return {
    version: match[1],
    major: Number(match[2]),
    wrapped,
    sysconfdir: debian ? DEBIAN_SYSCONFDIR : compiledSysconfdir(env),
    socketFolder: systemFiles.facts(DEBIAN_SOCKETS)?.kind === 'folder' ? DEBIAN_SOCKETS : UPSTREAM_SOCKETS,
  };
}

function compiledSysconfdir(env: Variables): string {
  const run = runChild('pg_config', ['--sysconfdir'], { env: { PATH: env['PATH'] } });
  return run.stdout.toString().trim() || UPSTREAM_SYSCONFDIR;
}

/** The account of this process, as the password database says; empty names where it says nothing (some containers). */
export function currentAccount(): Account {
  const found = passwordEntry();
  if (found === undefined) return { user: '', group: '', home: '' };
  const { username, homedir, gid } = found;
  const group = (systemFiles.readText('/etc/group') ?? '')
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[2] === String(gid));
  return { user: username, group: group?.[0] ?? String(gid), home: homedir };
}

function passwordEntry(): UserInfo<string> | undefined {
  try {
    return userInfo();
  } catch {
    // A user id without an entry; libpq then needs to be told the user.
    return undefined;
  }
}
