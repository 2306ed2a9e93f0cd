import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { startChild } from '../host/children.ts';
import { GuardError } from '../model/errors.ts';
import { type ChildExit, childExit } from './child-exit.ts';
import { findExecutable } from './executable.ts';
import type { Argv } from './launcher.ts';

/** Passed on to the program; SIGKILL and SIGSTOP can't be. */
const FORWARDED = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCONT',
] as const satisfies readonly NodeJS.Signals[];

/** Keys make these; the terminal sends them to the program itself as well. */
const KEYBOARD: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>(['SIGINT', 'SIGQUIT']);

/** A number is a descriptor of this process. */
type Stream = 'inherit' | 'pipe' | number;

export interface PipedOptions {
  readonly argv: Argv;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Descriptors the program gets as 3, 4, … */
  readonly inherit?: readonly number[];
  /** Default: all inherited, so that not a byte goes through guard. */
  readonly stdin?: Stream;
  readonly stdout?: Stream;
  readonly stderr?: Stream;
}

/** A running program; the streams are there where `pipe` was asked for. */
export interface PipedProgram {
  readonly pid: number;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Resolves after the program ended and its piped output was read to the end. */
  readonly done: Promise<ChildExit>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a program without a terminal. @throws GuardError COMMAND_NOT_FOUND. */
export function startPiped(options: PipedOptions): PipedProgram {
  const [name, ...args] = options.argv;
  const file = findExecutable(name, options.env['PATH'], options.cwd);
  // Before the start: a signal that comes right after it must not end guard alone.
  let child: ChildProcess | undefined;
  const forward = (signal: NodeJS.Signals): void => {
    if (!KEYBOARD.has(signal) || !inForeground()) child?.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  const started = startChild(file, args, {
    env: { ...options.env },
    stdio: [
      options.stdin ?? 'inherit',
      options.stdout ?? 'inherit',
      options.stderr ?? 'inherit',
      ...(options.inherit ?? []),
    ],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  child = started;
  const done = endOf(started).finally(() => {
    for (const signal of FORWARDED) process.off(signal, forward);
  });
  return {
    pid: started.pid ?? -1,
    stdin: started.stdin,
    stdout: started.stdout,
    stderr: started.stderr,
    done,
    kill: (signal) => {
      started.kill(signal);
    },
  };
}

function endOf(child: ChildProcess): Promise<ChildExit> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new GuardError('COMMAND_NOT_FOUND', 'the program could not be started', { cause }));
    });
    child.once('close', (status, signal) => resolve(childExit(status, signal)));
  });
}

/**
 * True when a terminal's Ctrl-C goes to guard's own process group, and so to the program too (proc(5), stat: fields 5
 * `pgrp` and 8 `tpgid`). Without /proc: false, and the program may get the signal twice.
 */
function inForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[2] === fields[5];
  } catch {
    return false;
  }
}
