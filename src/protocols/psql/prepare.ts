import { join } from 'node:path';
import { writePrivateFile } from '../../host/private-file.ts';
import { makeTemporaryFolder } from '../../host/temporary.ts';
import { present } from '../../model/present.ts';
import { currentAccount, describePsql, findProgram } from '../../wire/postgres/resolve/client.ts';
import { readPassfile, translatePassfile } from '../../wire/postgres/resolve/passfile.ts';
import { type PsqlProgram, resolveConnection } from '../../wire/postgres/resolve/resolve.ts';
import type { Variables } from '../../wire/postgres/resolve/settings.ts';
import { systemFiles } from '../../wire/postgres/resolve/system-files.ts';
import type { ConnectionTarget } from '../../wire/postgres/target.ts';
import {
  isInteractive,
  type PsqlPlan,
  planInformation,
  planPsql,
  psqlOptions,
  skipsPsqlrc,
} from './arguments.ts';
import { type LineSetup, prepareLines } from './lines/prepare-lines.ts';
import { planRc, type RcPlan } from './rc.ts';
import { copyScript, type ScriptCopies, scriptActions, variablesOf } from './script-copies.ts';
import type { ScriptFile } from './script-file.ts';

type Argv = readonly [string, ...string[]];

/** A psql ready to be started against guard's socket; disposing removes its folder with password file and psqlrc. */
export interface PreparedPsql extends Disposable {
  readonly target: ConnectionTarget;
  readonly socketPath: string;
  readonly plan: PsqlPlan;
  /** A person will type commands at it. */
  readonly interactive: boolean;
  /** How its lines are read; absent where nobody types any. */
  readonly lines?: LineSetup;
  /** One clause each: what was left out of arguments and psqlrc files. */
  readonly notices: readonly string[];
  /** What psql was told to run; absent when a person types at it. */
  readonly script?: ScriptCopies;
}

export interface PsqlWorld {
  readonly env: Variables;
  readonly cwd: string;
  readonly session: string;
  readonly hasTerminal: boolean;
  /** What stands on standard input, where psql would read its script there. */
  readonly input?: ScriptFile;
}

interface Client {
  readonly argv: Argv;
  readonly psql: PsqlProgram;
}

/** What psql said of itself, by file and PATH: it is asked once in a run. */
const described = new Map<string, PsqlProgram>();

function findClient(argv: Argv, env: Variables): Client {
  const [name, ...args] = argv;
  const file = findProgram(name, env);
  const key = `${file}\0${env['PATH'] ?? ''}`;
  const psql = described.get(key) ?? describePsql(file, env);
  described.set(key, psql);
  return { argv: [file, ...args], psql };
}

/** psql that only prints help or its version needs no target and no guard. Throws COMMAND_NOT_FOUND, USAGE. */
export function informationOnly(argv: Argv, env: Variables): PsqlPlan | undefined {
  const client = findClient(argv, env);
  return planInformation(client.argv, env, client.psql);
}

/** Writes the password file that psql (or a driver) finds for guard's socket; undefined text when there is nothing in it. */
export function writePassfile(
  folder: string,
  target: ConnectionTarget,
  defaultFolder: string,
): string | undefined {
  const { text, warning } = readPassfile(target.passfile, systemFiles);
  writePrivateFile(join(folder, 'passfile'), translatePassfile(text, target, { folder, defaultFolder }));
  return warning;
}

function rcNotices(rc: RcPlan): readonly string[] {
  return [
    ...rc.dropped.map(({ file, line, command, why }) => `${file}:${line}: ${command} left out: ${why}`),
    ...rc.system.map(({ file, line, command, why }) => `${file}:${line}: ${command} runs unguarded: ${why}`),
  ];
}

/** True when psql reads its script from standard input. Throws USAGE. */
export function readsInput(argv: Argv, env: Variables, hasTerminal: boolean): boolean {
  if (hasTerminal || process.stdin.isTTY) return false;
  const options = psqlOptions(argv, env);
  if (options.some(({ letter }) => letter === 'l')) return false;
  const given = options.filter(({ letter }) => letter === 'c' || letter === 'f');
  return given.length === 0 || given.some(({ letter, value }) => letter === 'f' && value === '-');
}

interface ScriptPlace {
  readonly psql: PsqlProgram;
  readonly home: string;
  readonly folder: string;
}

function scriptOf(argv: Argv, world: PsqlWorld, place: ScriptPlace): ScriptCopies | undefined {
  const options = psqlOptions(argv, world.env);
  const actions = scriptActions(options, world.input);
  if (actions.length === 0 || options.some(({ letter }) => letter === 'l')) return undefined;
  const setting = {
    cwd: world.cwd,
    home: world.env['HOME'] || place.home,
    variables: variablesOf(options),
    singleLine: options.some(({ letter }) => letter === 'S'),
    major: Number(place.psql.major),
  };
  return copyScript(actions, setting, place.folder);
}

/**
 * Resolves where psql would connect, and lays out a private folder with guard's socket path, the translated password
 * file and the checked psqlrc. Throws what resolving throws.
 */
export function preparePsql(argv: Argv, world: PsqlWorld): PreparedPsql {
  const { env, cwd, session } = world;
  const { argv: found, psql } = findClient(argv, env);
  const account = currentAccount();
  const [, ...args] = found;
  const target = resolveConnection({ args, env, account, psql, files: systemFiles });
  const folder = makeTemporaryFolder();
  try {
    const warning = writePassfile(folder.path, target, psql.socketFolder);
    const skip = skipsPsqlrc(found, env);
    const rc = planRc({ env, home: account.home, cwd, files: systemFiles, psql, target, skip });
    const rcFile = join(folder.path, 'psqlrc');
    const passfile = join(folder.path, 'passfile');
    const script = scriptOf(found, world, { psql, home: account.home, folder: folder.path });
    const plan = planPsql({
      argv: found,
      env,
      psql,
      target,
      socketFolder: folder.path,
      passfile,
      rcFile,
      session,
      ...present({ scripts: script?.values }),
    });
    const interactive = isInteractive(found, env, world.hasTerminal);
    const lines = interactive
      ? prepareLines({ plan, rcText: rc.text, skip, env, home: account.home, folder: folder.path, psql })
      : undefined;
    writePrivateFile(rcFile, lines?.rcText ?? rc.text);
    return {
      target,
      socketPath: join(folder.path, `.s.PGSQL.${target.servers[0].port}`),
      plan: lines?.plan ?? plan,
      interactive,
      ...(lines === undefined ? {} : { lines: lines.setup }),
      notices: [...plan.notices, ...rcNotices(rc), ...(warning === undefined ? [] : [warning])],
      ...present({ script }),
      [Symbol.dispose]: () => folder[Symbol.dispose](),
    };
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}
