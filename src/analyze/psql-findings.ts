import type { FindingPart } from './define-rule.ts';
import { fileWords, objectsOf } from './psql-wording.ts';

/** What changes nothing that is kept anywhere. */
export function plain(effect: string, ...tags: readonly string[]): FindingPart {
  return {
    objects: [],
    tags,
    effect,
    why: 'It changes how psql works, not what it may do.',
    instead: 'Nothing needs to change.',
  };
}

/** Something is written to a file on this machine. `what` begins the sentence behind "Writes". */
export function fileExport(what: string, path: string | undefined): FindingPart {
  return {
    intent: 'data.export.file',
    objects: objectsOf(path),
    tags: ['client-file'],
    effect: `Writes ${what} to ${fileWords(path)} on this machine.`,
    why: 'A file outlives the session and the rights that protect the database.',
    instead: 'Look at the rows here, or write only the columns and rows that are needed.',
  };
}

/** What can't be told before it runs. */
export function unseen(effect: string, why: string, instead: string): FindingPart {
  return { intent: 'unknown', objects: [], tags: ['run-time'], effect, why, instead };
}
