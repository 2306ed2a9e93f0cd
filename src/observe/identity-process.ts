import { readFileSync } from 'node:fs';
import { runChild } from '../host/children.ts';
import { statFields } from '../host/process-identity.ts';

/** What the kernel says of one process. */
export interface ProcessFacts {
  readonly pid: number;
  /** 0 above the first process. */
  readonly parent: number;
  /** The kernel's short name (15 bytes on Linux). */
  readonly name: string;
  /** The first words of its command line; empty when they can't be read. */
  readonly words: readonly string[];
  readonly group: number;
  /** Foreground process group of its terminal; -1 when there is none. */
  readonly foreground: number;
  readonly hasTerminal: boolean;
  /** Variables it was started with; undefined when they may not be read. */
  readonly environment: ReadonlyMap<string, string> | undefined;
}

/** Finds a process by its id; undefined when there is none or nothing is told of it. */
export type ProcessTable = (pid: number) => ProcessFacts | undefined;

const MAX_ANCESTORS = 64;
const MAX_WORDS = 4;
const MAX_VALUE_CHARS = 256;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function environmentOf(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const line of text.split('\0')) {
    const at = line.indexOf('=');
    if (at > 0) variables.set(line.slice(0, at), line.slice(at + 1, at + 1 + MAX_VALUE_CHARS));
  }
  return variables;
}

/** proc_pid_stat(5), proc_pid_cmdline(5), proc_pid_environ(5) of Linux. */
export function linuxProcess(pid: number, root = '/proc'): ProcessFacts | undefined {
  const stat = read(`${root}/${pid}/stat`);
  if (stat === undefined) return undefined;
  const [, parent, group, , terminal, foreground] = statFields(stat);
  const environ = read(`${root}/${pid}/environ`);
  const words = (read(`${root}/${pid}/cmdline`) ?? '').split('\0').slice(0, MAX_WORDS);
  return {
    pid,
    parent: Number(parent) || 0,
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    words: words.filter((word) => word !== ''),
    group: Number(group),
    foreground: Number(foreground ?? -1),
    hasTerminal: Number(terminal) !== 0,
    environment: environ === undefined ? undefined : environmentOf(environ),
  };
}

/** `ps -o` columns; the last one may hold spaces. */
const PS_LINE = /^\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(-?\d{1,10})\s+(\S{1,64})\s+(.{0,4096})$/;

function processOfLine(line: string): ProcessFacts | undefined {
  const [, pid, parent, group, foreground, terminal, name = ''] = PS_LINE.exec(line) ?? [];
  if (pid === undefined) return undefined;
  return {
    pid: Number(pid),
    parent: Number(parent),
    name: name.slice(name.lastIndexOf('/') + 1),
    words: [name],
    group: Number(group),
    foreground: Number(foreground),
    hasTerminal: terminal !== undefined && !/^\?+$|^-$/.test(terminal),
    environment: undefined,
  };
}

/** What `ps -axo pid=,ppid=,pgid=,tpgid=,tty=,comm=` printed, for systems without /proc. Environments of others are not told there. */
export function processesOfPs(text: string): ProcessTable {
  const processes = new Map<number, ProcessFacts>();
  for (const line of text.split('\n')) {
    const one = processOfLine(line);
    if (one !== undefined) processes.set(one.pid, one);
  }
  return (pid) => processes.get(pid);
}

/** The processes of this machine, as they are now. */
export function systemProcesses(): ProcessTable {
  if (process.platform === 'linux') return (pid) => linuxProcess(pid);
  const columns = ['-axo', 'pid=,ppid=,pgid=,tpgid=,tty=,comm='];
  return processesOfPs(runChild('ps', columns).stdout.toString());
}

/** The process itself first, then its parent, up to the first process or to what can't be seen. */
export function lineage(table: ProcessTable, pid: number): readonly ProcessFacts[] {
  const line: ProcessFacts[] = [];
  let next = pid;
  while (next > 0 && line.length < MAX_ANCESTORS) {
    const one = table(next);
    if (one === undefined || line.some((known) => known.pid === one.pid)) break;
    line.push(one);
    next = one.parent;
  }
  return line;
}
