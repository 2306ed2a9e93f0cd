import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitStatus } from '../../src/capture/child-exit.ts';
import type { Argv } from '../../src/capture/launcher.ts';
import type { Cluster } from './cluster.ts';
import { sleep, TestTerminal, type TestTerminalOptions } from './pty-harness.ts';
import type { Finished } from './wire-harness.ts';

/** The executable of the built checkout. */
export const GUARD = join(process.cwd(), 'bin/guard');

/** A question takes no answer in its first moments, so that type-ahead can't be one. */
const SETTLED_MS = 500;
const POLL_MS = 10;
const PATIENCE_MS = 15_000;

/**
 * Runs "$@" as a child of the first process, with nothing of the test runner above it: the suite's own surroundings
 * (CI=true, an agent, a terminal) must not decide who guard thinks is at work. $1 is a folder for the status pipe and
 * the process id, $2 is `-c` to take standard input as the controlling terminal. Ends with the program's status.
 */
const ORPHAN = `
folder=$1; terminal=$2; shift 2
mkfifo "$folder/status" || exit 99
exec 3<&0
( ( exec 9>"$folder/status"
    setsid $terminal sh -c 'echo $$ > "$0/pid"; exec "$@"' "$folder" "$@" <&3 3<&- 9>&-
    echo $? >&9 ) & )
exec 3<&-
read -r status < "$folder/status"
exit "\${status:-98}"
`;

type Variables = Readonly<Record<string, string>>;

/** A user's folders, empty at first, and the environment that leads there. */
export interface GuardHome extends Disposable {
  readonly folder: string;
  readonly home: string;
  readonly state: string;
  readonly config: string;
  readonly env: Variables;
  /** Lines for ~/.pgpass. */
  passwords(...lines: readonly string[]): void;
}

export function guardHome(): GuardHome {
  const folder = mkdtempSync(join(tmpdir(), 'guard-home-'));
  const [home, state, config, runtime] = ['home', 'state', 'config', 'run'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  for (const path of [home, state, config, runtime]) mkdirSync(path, { mode: 0o700 });
  return {
    folder,
    home,
    state,
    config,
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: home,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      XDG_STATE_HOME: state,
      XDG_CONFIG_HOME: config,
      XDG_RUNTIME_DIR: runtime,
    },
    passwords: (...lines) => writeFileSync(join(home, '.pgpass'), `${lines.join('\n')}\n`, { mode: 0o600 }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A home whose owner knows the cluster's passwords. */
export function homeFor(cluster: Cluster): GuardHome {
  const home = guardHome();
  const lines = [cluster.user, cluster.superuser].map(
    ({ user, password }) => `127.0.0.1:${cluster.port}:*:${user}:${password}`,
  );
  home.passwords(...lines);
  return home;
}

/** psql's arguments that lead to the cluster over TLS. */
export function targetArguments(cluster: Cluster, database: string = cluster.database): readonly string[] {
  return [`host=127.0.0.1 port=${cluster.port} user=${cluster.user.user} dbname=${database} sslmode=require`];
}

function orphaned(
  home: GuardHome,
  terminal: '' | '-c',
  argv: readonly string[],
): { argv: Argv; folder: string } {
  const folder = mkdtempSync(join(home.folder, 'p'));
  return { argv: ['/bin/sh', '-c', ORPHAN, 'orphan', folder, terminal, ...argv], folder };
}

async function pidIn(folder: string): Promise<number> {
  const limit = Date.now() + PATIENCE_MS;
  while (Date.now() < limit) {
    const pid = Number(readIfThere(join(folder, 'pid')));
    if (pid > 0) return pid;
    await sleep(POLL_MS);
  }
  throw new Error('guard was not started');
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export interface PipedOptions {
  /** A program that starts guard: gets guard's command line behind its own arguments. */
  readonly around?: readonly string[];
  readonly env?: Variables;
  readonly cwd?: string;
}

/** guard without a terminal. */
export class PipedGuard {
  readonly child: ChildProcess;
  readonly done: Promise<Finished>;
  readonly #folder: string;
  #stdout: Buffer[] = [];
  #stderr: Buffer[] = [];

  constructor(home: GuardHome, args: readonly string[], options: PipedOptions = {}) {
    const { argv, folder } = orphaned(home, '', [...(options.around ?? []), GUARD, ...args]);
    const [file, ...rest] = argv;
    this.#folder = folder;
    this.child = spawn(file, rest, {
      env: { ...home.env, ...options.env },
      cwd: options.cwd ?? home.home,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => this.#stdout.push(chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => this.#stderr.push(chunk));
    this.child.stdin?.on('error', () => undefined);
    this.done = new Promise((resolve) => {
      this.child.once('close', (status) => resolve({ status, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  get stdout(): string {
    return Buffer.concat(this.#stdout).toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#stderr).toString();
  }

  /** Process id of guard itself. */
  pid(): Promise<number> {
    return pidIn(this.#folder);
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  end(text = ''): void {
    this.child.stdin?.end(text);
  }

  async see(what: RegExp): Promise<RegExpExecArray> {
    const limit = Date.now() + PATIENCE_MS;
    while (Date.now() < limit) {
      const found = what.exec(this.stdout) ?? what.exec(this.stderr);
      if (found !== null) return found;
      await sleep(POLL_MS);
    }
    throw new Error(`never seen: ${what}\n${this.stdout}\n${this.stderr}`);
  }
}

/** Runs guard to its end in pipes. */
export function runGuard(
  home: GuardHome,
  args: readonly string[],
  options: PipedOptions & { readonly input?: string } = {},
): Promise<Finished> {
  const guard = new PipedGuard(home, args, options);
  guard.end(options.input);
  return guard.done;
}

export interface GuardTerminalOptions extends TestTerminalOptions {
  /** A program that starts guard: gets guard's command line behind its own arguments. */
  readonly around?: readonly string[];
}

/** guard as a person starts it: in the foreground of a terminal, with a keyboard. */
export class GuardTerminal extends TestTerminal {
  readonly #folder: string;

  constructor(home: GuardHome, args: readonly string[], options: GuardTerminalOptions = {}) {
    const { argv, folder } = orphaned(home, '-c', [...(options.around ?? []), GUARD, ...args]);
    super(argv, {
      columns: 120,
      rows: 40,
      cwd: home.home,
      ...options,
      env: { ...home.env, ...options.env },
      // The orphan takes the terminal itself.
      launcher: { wrap: (words) => words },
    });
    this.#folder = folder;
  }

  /** Process id of guard itself. */
  pid(): Promise<number> {
    return pidIn(this.#folder);
  }

  /** The status guard ended with. */
  async status(): Promise<number> {
    return exitStatus(await this.program.done);
  }

  line(text: string): void {
    this.type(`${text}\r`);
  }

  /** An empty screen with psql's prompt on top, so that what is seen next is new. */
  async clear(): Promise<void> {
    this.type('\x0c');
    await this.see(() => {
      const [first = '', ...rest] = this.rows();
      return /[=(-][*!]?[>#]$/.test(first.trim()) && rest.every((row) => row === '');
    });
  }

  /** Answers the question on the screen. */
  async answer(keys: string): Promise<void> {
    await sleep(SETTLED_MS);
    this.type(keys);
  }

  /** Closes the window; resolves to guard's status. */
  async close(): Promise<number> {
    const pid = await this.pid();
    this.program.hangUp();
    // Servers that were started meanwhile may hold the window open; a shell above would send this too.
    if (isAlive(pid)) process.kill(pid, 'SIGHUP');
    return this.status();
  }

  /** Types one line at an empty prompt and waits for what it brings. */
  async ask(line: string, answer: string | RegExp): Promise<void> {
    await this.clear();
    this.line(line);
    await this.see(answer);
  }
}

/** A psql session behind guard in a terminal, at its first prompt. */
export async function openPsql(
  cluster: Cluster,
  home: GuardHome,
  options: {
    readonly guard?: readonly string[];
    readonly psql?: readonly string[];
    readonly terminal?: GuardTerminalOptions;
  } = {},
): Promise<GuardTerminal> {
  const args = [...(options.guard ?? []), '--', 'psql', ...(options.psql ?? []), ...targetArguments(cluster)];
  const terminal = new GuardTerminal(home, args, {
    ...options.terminal,
    env: { PSQL_PAGER: 'cat', ...options.terminal?.env },
  });
  await terminal.see(`${cluster.database}=>`);
  return terminal;
}

/** The largest resident memory a process had so far, in KiB; watched until it is gone. */
export async function peakMemory(pid: number): Promise<number> {
  let peak = 0;
  for (;;) {
    const found = /VmHWM:\s+(\d+)/.exec(readIfThere(`/proc/${pid}/status`));
    if (found === null) return peak;
    peak = Number(found[1]);
    await sleep(POLL_MS);
  }
}

export function isAlive(pid: number): boolean {
  const status = readIfThere(`/proc/${pid}/status`);
  return status !== '' && !/^State:\s+Z/m.test(status);
}

/** Process ids of everything below `pid`. */
export function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readIfThere(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const below = (one: number): number[] =>
    [...parents].flatMap(([child, parent]) => (parent === one ? [child, ...below(child)] : []));
  return below(pid);
}

/** Process id of the guard that a program below `pid` started. */
export function guardBelow(pid: number): number {
  const found = descendants(pid).find((each) =>
    readIfThere(`/proc/${each}/cmdline`).includes(`\0${GUARD}\0`),
  );
  if (found === undefined) throw new Error(`no guard below ${pid}`);
  return found;
}

/** Process id of the program below `pid` with this name. */
export function programBelow(pid: number, name: string): number {
  const found = descendants(pid).find((each) => readIfThere(`/proc/${each}/comm`).trim() === name);
  if (found === undefined) throw new Error(`no ${name} below ${pid}`);
  return found;
}
