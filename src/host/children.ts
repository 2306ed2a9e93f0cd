import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_LIMIT_BYTES = 1024 * 1024;
const KILL_SIGNAL = 'SIGKILL';

type ChildOptions = Omit<SpawnOptions, 'shell' | 'argv0'>;

/** Starts a program with an argument list. No shell ever sees the arguments. */
export function startChild(file: string, args: readonly string[], options: ChildOptions = {}): ChildProcess {
  return spawn(file, args, { ...options, shell: false });
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Milliseconds, then SIGKILL. */
  readonly timeoutMs?: number;
  /** More output than this (each of stdout and stderr) kills the child. */
  readonly limitBytes?: number;
}

export interface ChildRun {
  /** Exit status; undefined when a signal ended it or it never started. */
  readonly status: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Why there is no full answer: could not start, too slow, too much output. */
  readonly problem: Error | undefined;
}

/** Runs a short program to its end and collects its output. Never throws; `problem` says what went wrong. */
export function runChild(file: string, args: readonly string[], options: RunOptions = {}): ChildRun {
  const run = spawnSync(file, args, {
    shell: false,
    timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    killSignal: KILL_SIGNAL,
    maxBuffer: options.limitBytes ?? DEFAULT_LIMIT_BYTES,
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  return {
    status: run.status ?? undefined,
    signal: run.signal ?? undefined,
    stdout: run.stdout ?? Buffer.alloc(0),
    stderr: run.stderr ?? Buffer.alloc(0),
    problem: run.error,
  };
}
