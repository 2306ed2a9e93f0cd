import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from '../host/private-folder.ts';

/** The log is a row of files, each continuing the chain of the one before: `audit.000.jsonl`, `audit.001.jsonl`… */
const SEGMENT = /^audit\.(\d{3,6})\.jsonl$/;
const DIGITS = 3;

export interface Segment {
  readonly number: number;
  readonly path: string;
}

export function segmentPath(folder: string, number: number): string {
  return join(folder, `audit.${String(number).padStart(DIGITS, '0')}.jsonl`);
}

/** The files of a log in order; none when there is no folder. Throws other system errors. */
export function listSegments(folder: string): readonly Segment[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
  return names
    .flatMap((name) => {
      const digits = SEGMENT.exec(name)?.[1];
      return digits === undefined ? [] : [{ number: Number(digits), path: join(folder, name) }];
    })
    .sort((a, b) => a.number - b.number);
}
