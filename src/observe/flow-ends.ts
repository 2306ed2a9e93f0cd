import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';

/** One end of what a program reads or writes: a pipe or a regular file, told apart from every other one of this machine. */
export interface FlowEnd {
  readonly key: string;
  /** Of a regular file, as far as it is known. */
  readonly path?: string;
}

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
/** Processes and descriptors that are looked at. */
const MOST_PROCESSES = 5_000;
const MOST_DESCRIPTORS = 256;
/** Programs between two sessions of guard (`| sed … | sort …`). */
const MOST_HOPS = 16;
const MOST_CHILDREN = 64;
/** Bytes at the beginning of a file by which its content is known again. */
const HEAD_BYTES = 65_536;
const PROCESS = /^\d{1,10}$/;
/** proc_pid_fd(5). */
const ANONYMOUS_PIPE = /^pipe:\[\d{1,20}\]$/;
/** `flags:` of proc_pid_fdinfo(5): octal, the last two bits are the access mode. */
const FLAGS = /^flags:\s*([0-7]{1,12})$/m;
const ACCESS_MODE = 3;

function keyOf(stats: Stats): string | undefined {
  if (stats.isFIFO()) return `pipe:${stats.dev}:${stats.ino}`;
  // With its birth: a number is used again when a file is gone.
  return stats.isFile() ? `file:${stats.dev}:${stats.ino}:${Math.trunc(stats.birthtimeMs)}` : undefined;
}

/** Undefined where there is no such thing, or it can't be seen. */
function seen<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function ownEnd(fd: number): FlowEnd | undefined {
  const key = seen(() => keyOf(fstatSync(fd)));
  if (key === undefined) return undefined;
  const path = key.startsWith('file:') ? seen(() => readlinkSync(`/proc/self/fd/${fd}`)) : undefined;
  return path === undefined ? { key } : { key, path };
}

function descriptors(pid: string): readonly string[] {
  return seen(() => readdirSync(`/proc/${pid}/fd`).slice(0, MOST_DESCRIPTORS)) ?? [];
}

function linkOf(pid: string, fd: string): string {
  return seen(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? '';
}

function mayWrite(pid: string, fd: string): boolean {
  const [, flags = '0'] =
    FLAGS.exec(seen(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1')) ?? '') ?? [];
  return (Number.parseInt(flags, 8) & ACCESS_MODE) !== 0;
}

function endAt(pid: string, fd: string): string | undefined {
  return seen(() => keyOf(statSync(`/proc/${pid}/fd/${fd}`)));
}

/** Descriptors that the command line names: the shell's `<(…)`. */
const NAMED_DESCRIPTOR = /\/(?:dev|proc\/self)\/fd\/(\d{1,4})(?!\d)/g;

function namedDescriptors(words: readonly string[]): readonly number[] {
  return words.flatMap((word) => [...word.matchAll(NAMED_DESCRIPTOR)].map(([, fd]) => Number(fd)));
}

/**
 * What guard inherited beside its standard streams and nobody named: a log of the shell's, the pipe of a build's jobs.
 * Every program below has it as well, and it leads from none of them to another.
 */
function inherited(): ReadonlySet<string> {
  const named = new Set(namedDescriptors(process.argv));
  return new Set(
    descriptors('self')
      .map(Number)
      .filter((fd) => fd > STDERR && !named.has(fd))
      .flatMap((fd) => ownEnd(fd)?.key ?? []),
  );
}

/** A program that reads a pipe and writes others, or a file. */
interface Passing {
  readonly reads: string;
  readonly writes: readonly string[];
}

function passingOf(pid: string): readonly Passing[] {
  if (!ANONYMOUS_PIPE.test(linkOf(pid, String(STDIN)))) return [];
  const reads = endAt(pid, String(STDIN));
  if (reads === undefined) return [];
  const writes = descriptors(pid)
    .filter((fd) => Number(fd) !== STDIN && Number(fd) !== STDERR)
    .filter((fd) => (Number(fd) === STDOUT || ANONYMOUS_PIPE.test(linkOf(pid, fd))) && mayWrite(pid, fd))
    .flatMap((fd) => endAt(pid, fd) ?? []);
  return [{ reads, writes: writes.filter((key) => key !== reads) }];
}

/** Programs of this user that read a pipe and write something. Empty where there is no /proc. */
function passings(): readonly Passing[] {
  const names = seen(() => readdirSync('/proc')) ?? [];
  const own = String(process.pid);
  return names
    .filter((name) => PROCESS.test(name) && name !== own)
    .slice(0, MOST_PROCESSES)
    .flatMap(passingOf);
}

function spread(
  ends: readonly string[],
  next: (passing: Passing, found: ReadonlySet<string>) => readonly string[],
) {
  const found = new Set(ends);
  if (!ends.some((key) => key.startsWith('pipe:'))) return [...found];
  const common = inherited();
  const all = passings().map(({ reads, writes }) => ({
    reads,
    writes: writes.filter((key) => !common.has(key)),
  }));
  for (let hop = 0; hop < MOST_HOPS; hop += 1) {
    const before = found.size;
    for (const passing of all) for (const key of next(passing, found)) found.add(key);
    if (found.size === before) break;
  }
  return [...found];
}

/** Also what programs that read from these pipes write into. */
export function downstream(ends: readonly string[]): readonly string[] {
  return spread(ends, ({ reads, writes }, found) => (found.has(reads) ? writes : []));
}

function upstream(ends: readonly string[]): readonly string[] {
  return spread(ends, ({ reads, writes }, found) => (writes.some((key) => found.has(key)) ? [reads] : []));
}

/** Size and beginning of a file's content; undefined for an empty one. */
function headOf(fd: number, sizes?: ReadonlySet<string>): string | undefined {
  const { size } = fstatSync(fd);
  if (sizes?.has(String(size)) === false) return undefined;
  const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
  const length = readSync(fd, head, 0, head.length, 0);
  if (length === 0) return undefined;
  return `${size}:${createHash('sha256').update(head.subarray(0, length)).digest('hex')}`;
}

/** By what a file is known again: itself, and its content where it was copied. */
export interface KnownFile {
  readonly key: string;
  readonly head?: string;
}

/** Undefined where it can't be opened or is no regular file. Only content of one of these sizes is read. */
export function knownFile(path: string, sizes?: ReadonlySet<string>): KnownFile | undefined {
  return seen(() => {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const key = keyOf(fstatSync(fd));
      if (key === undefined || !key.startsWith('file:')) return undefined;
      const head = headOf(fd, sizes);
      return head === undefined ? { key } : { key, head };
    } finally {
      closeSync(fd);
    }
  });
}

/** Where the input of this process comes from. Plain data. */
export interface InputEnds {
  readonly ends: readonly string[];
  readonly heads: readonly string[];
}

/** Standard input as it is when guard starts and what its command line names, with what feeds them through other programs. */
export function inputEnds(words: readonly string[]): InputEnds {
  const stdin = ownEnd(STDIN);
  const named = namedDescriptors(words).flatMap((fd) => ownEnd(fd) ?? []);
  const head = stdin?.path === undefined ? undefined : seen(() => headOf(STDIN));
  return {
    ends: upstream([...(stdin === undefined ? [] : [stdin]), ...named].map(({ key }) => key)),
    heads: head === undefined ? [] : [head],
  };
}

/** The same with files that a program will be given to read. */
export function withFiles({ ends, heads }: InputEnds, paths: Iterable<string>): InputEnds {
  const known = [...paths].flatMap((path) => knownFile(path) ?? []);
  return {
    ends: [...ends, ...known.map(({ key }) => key)],
    heads: [...heads, ...known.flatMap((file) => file.head ?? [])],
  };
}

function childrenOf(pid: string): readonly string[] {
  const text = seen(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')) ?? '';
  return text.split(' ').filter((name) => PROCESS.test(name));
}

function below(pid: string): readonly string[] {
  const found: string[] = [];
  let next = childrenOf(pid);
  while (next.length > 0 && found.length < MOST_CHILDREN) {
    found.push(...next);
    next = next.flatMap(childrenOf);
  }
  return found.slice(0, MOST_CHILDREN);
}

/** What programs started by this process have, but for what all of them have. */
function ofClients(endsOf: (pid: string) => readonly FlowEnd[]): readonly FlowEnd[] {
  const common = inherited();
  return below(String(process.pid))
    .flatMap(endsOf)
    .filter(({ key }) => !common.has(key));
}

function writtenBy(pid: string): readonly FlowEnd[] {
  return descriptors(pid)
    .filter((fd) => Number(fd) !== STDERR && mayWrite(pid, fd))
    .flatMap((fd): readonly FlowEnd[] => {
      const key = endAt(pid, fd);
      if (key === undefined) return [];
      return key.startsWith('file:') ? [{ key, path: linkOf(pid, fd) }] : [{ key }];
    });
}

/** What goes out now: standard output, and every pipe and file that programs started by this process may write. */
export function outputEnds(): readonly FlowEnd[] {
  const own = ownEnd(STDOUT);
  return [...(own === undefined ? [] : [own]), ...ofClients(writtenBy)];
}

/** Devices, sockets and the like hold no rows. */
const NO_ROWS = /^(?:\/dev\/|socket:|anon_inode:)/;

function readBy(pid: string): readonly FlowEnd[] {
  return descriptors(pid).flatMap((fd): readonly FlowEnd[] => {
    const path = linkOf(pid, fd);
    if (Number(fd) === STDOUT || Number(fd) === STDERR || path === '' || NO_ROWS.test(path)) return [];
    const key = endAt(pid, fd);
    if (key === undefined) return [];
    return [key.startsWith('file:') ? { key, path } : { key }];
  });
}

/** What programs started by this process have open now beside their standard input: `\i`, `\copy … from`, an archive. */
export function openEnds(): readonly FlowEnd[] {
  return ofClients(readBy);
}

/** Numbers of pipes begin anew with the machine. */
export function bootId(): string {
  return seen(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()) ?? '';
}
