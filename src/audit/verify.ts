import { closeSync, constants, existsSync, fstatSync, openSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withLock } from '../host/lock.ts';
import type { VerificationKey } from '../sign/verification-key.ts';
import { readHeadNote } from './head-note.ts';
import { readLines } from './line-reader.ts';
import { collectRemarks, type Note, type Problem, type ProblemKind, type Remarks } from './problem.ts';
import { listSegments, type Segment } from './segment-name.ts';
import { ChainVerifier } from './verify-chain.ts';
import { EntryVerifier } from './verify-entries.ts';
import type { UsedKey } from './verify-keys.ts';

/** How far the result can be relied on; said with every report, never more than it is. */
const TRUST = {
  level: 'L0',
  proves:
    'every entry is signed, numbered and chained to the one before it: a change, removal or insertion by anybody ' +
    'without the signing key shows',
  doesNotProve:
    'nothing against whoever holds the signing key (guard runs as the user who holds it): he can write the log anew, ' +
    'cut it at its end together with its head note, or bring back an older copy, and no memory outside says otherwise',
} as const;

const LOCK_PATIENCE_MS = 2000;

export interface VerifyOptions {
  /** Keys known from elsewhere. Without them the log's own word is taken for its key. */
  readonly publicKeys?: readonly VerificationKey[];
  /**
   * `full` reads and checks every entry. `fast` follows the chain and checks the signatures that everything hangs on:
   * a tenth of the work, no notes, nothing about what the entries say.
   */
  readonly depth?: 'full' | 'fast';
  /** Every problem as it is found; the report keeps the first 10,000. */
  readonly onProblem?: (problem: Problem) => void;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly files: number;
  readonly entries: number;
  /** ISO 8601; empty when there is no entry. */
  readonly from: string;
  readonly to: string;
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  readonly notes: readonly Note[];
  readonly noteCount: number;
  readonly keys: readonly UsedKey[];
  readonly trust: { readonly level: string; readonly proves: string; readonly doesNotProve: string };
}

interface OpenSegment {
  readonly segment: Segment;
  readonly fd: number;
  readonly size: number;
}

function openSegments(folder: string): readonly OpenSegment[] {
  return listSegments(folder).map((segment) => {
    const fd = openSync(segment.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(fd);
    if (stats.isFile()) return { segment, fd, size: stats.size };
    closeSync(fd);
    throw new Error('not a regular file');
  });
}

/** Under the lock where there is one, so that no guard is halfway through an entry. */
function snapshot(folder: string): readonly OpenSegment[] {
  const lock = join(folder, 'lock');
  if (!existsSync(lock)) return openSegments(folder);
  let opened: readonly OpenSegment[] | undefined;
  try {
    opened = withLock(lock, () => openSegments(folder), LOCK_PATIENCE_MS);
  } catch {
    // A copy that we may only read: nobody writes it either.
  }
  return opened ?? openSegments(folder);
}

function checkFiles(
  folder: string,
  verifier: EntryVerifier | ChainVerifier,
  problems: Remarks<ProblemKind>,
): number {
  const about = (kind: ProblemKind, text: string): void => problems.add({ kind, file: '', line: 0, text });
  const headNote = readHeadNote(folder);
  const files = snapshot(folder);
  if (files.length === 0) about('no-log', 'there is no audit log in this folder');
  for (const [index, { segment, fd, size }] of files.entries()) {
    if (segment.number !== index) about('missing-file', `file number ${index} of the log is missing`);
    try {
      if (size === 0) about('beginning', `file number ${index} of the log is empty`);
      readLines(fd, size, verifier.fileSink(basename(segment.path), segment.number));
    } finally {
      closeSync(fd);
    }
  }
  const missing = headNote === undefined ? 0 : headNote.seq + 1 - verifier.nextSequence;
  if (missing > 0) about('shortened', `the last ${missing} entries are missing: the head note knows of them`);
  return files.length;
}

/**
 * Checks the log in `folder` as a whole: chain, signatures, numbers, times, decisions and their results. Reads the files
 * once, in bounded memory. Lists every problem, never throws, whatever it is given. A log without problems may still
 * have notes, for example decisions that never ended.
 */
export function verifyJournal(folder: string, options: VerifyOptions = {}): VerifyReport {
  const problems = collectRemarks<ProblemKind>(options.onProblem);
  const notes = collectRemarks<Note['kind']>();
  const keys = options.publicKeys ?? [];
  const verifier =
    options.depth === 'fast'
      ? new ChainVerifier(keys, problems)
      : new EntryVerifier(keys, { problems, notes });
  let files = 0;
  try {
    files = checkFiles(folder, verifier, problems);
    verifier.end();
  } catch {
    problems.add({ kind: 'unreadable', file: '', line: 0, text: 'a file of the log can not be read' });
  }
  return {
    ok: problems.count === 0 && verifier.entries > 0,
    files,
    entries: verifier.entries,
    from: verifier.firstTime,
    to: verifier.lastTime,
    problems: problems.kept,
    problemCount: problems.count,
    notes: notes.kept,
    noteCount: notes.count,
    keys: verifier.keys.used,
    trust: TRUST,
  };
}
