import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { VERDICTS, type Verdict } from '../model/verdict.ts';
import { isObject, shapeProblem } from './entry-shape.ts';
import { type LineSink, readLines } from './line-reader.ts';
import { type LogRow, newRows } from './log-rows.ts';
import { listSegments } from './segment-name.ts';
import { visible } from './visible.ts';

export interface LogFilter {
  readonly session?: string;
  readonly verdict?: Verdict;
  /** Milliseconds since the epoch; earlier entries are left out. */
  readonly since?: number;
  /** The newest so many; {@link DEFAULT_NEWEST} unless told otherwise. */
  readonly newest?: number;
}

const DEFAULT_NEWEST = 1000;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const AGO = /^(\d{1,6})([smhdw])$/;

type Fields = Readonly<Record<string, unknown>>;

/** `30m`, `4h`, `7d` before `now`, or an ISO 8601 time, as milliseconds since the epoch; undefined when it is neither. */
export function parseSince(text: string, now: number): number | undefined {
  const [, count, unit = ''] = AGO.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (UNIT_MS[unit] ?? 0);
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

export function isVerdict(text: string): text is Verdict {
  return VERDICTS.some((one) => one === text);
}

function parseEntry(line: Buffer): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return isObject(value) && shapeProblem(value) === undefined ? value : undefined;
  } catch {
    return undefined;
  }
}

function isOfSession(entry: Fields, session: string): boolean {
  const shapes = Array.isArray(entry['shapes']) ? entry['shapes'] : [];
  return entry['sess'] === session || shapes.some((shape) => isObject(shape) && shape['sess'] === session);
}

function isInTime(entry: Fields, filter: LogFilter): boolean {
  return filter.since === undefined || Date.parse(String(entry['ts'])) >= filter.since;
}

function eachEntry(folder: string, see: (entry: Fields, line: Buffer) => void): number {
  let unreadable = 0;
  const skip = (): void => {
    unreadable += 1;
  };
  const line: LineSink['line'] = (bytes) => {
    const entry = parseEntry(bytes);
    if (entry === undefined) skip();
    else see(entry, bytes);
  };
  for (const { path } of listSegments(folder)) {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      readLines(fd, fstatSync(fd).size, { line, tooLong: skip, torn: skip });
    } finally {
      closeSync(fd);
    }
  }
  return unreadable;
}

export interface LogView<Item> {
  readonly items: readonly Item[];
  /** Lines that are no entries; `guard audit verify` says more about them. */
  readonly unreadable: number;
}

/**
 * What people read: one row per decision with what came of it, per batch of reads, per note. Oldest first. All texts
 * are safe for a terminal. Does not verify. Throws system errors.
 */
export function readLogRows(folder: string, filter: LogFilter = {}): LogView<LogRow> {
  const rows = newRows(filter.newest ?? DEFAULT_NEWEST);
  const unreadable = eachEntry(folder, (entry) => {
    if (!isInTime(entry, filter)) return;
    if (filter.session !== undefined && !isOfSession(entry, filter.session)) return;
    rows.add(entry, filter.verdict);
  });
  return { items: rows.all(), unreadable };
}

/** The entries as they stand in the log, as one-line JSON texts without raw control characters. Oldest first. Throws system errors. */
export function readLogLines(folder: string, filter: LogFilter = {}): LogView<string> {
  const newest = filter.newest ?? DEFAULT_NEWEST;
  let lines: string[] = [];
  const unreadable = eachEntry(folder, (entry, line) => {
    if (!isInTime(entry, filter)) return;
    if (filter.session !== undefined && !isOfSession(entry, filter.session)) return;
    if (filter.verdict !== undefined && entry['verdict'] !== filter.verdict) return;
    lines.push(visible(line.toString('utf8')));
    if (lines.length > 2 * newest) lines = lines.slice(-newest);
  });
  return { items: newest === 0 ? [] : lines.slice(-newest), unreadable };
}
