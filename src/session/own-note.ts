import { randomBytes } from 'node:crypto';
import { openJournal } from '../audit/journal.ts';
import { noteBody } from '../judge/entry-parts.ts';
import type { SessionNote } from '../model/judge.ts';
import { auditFolder } from './state-places.ts';

const ID_BYTES = 8;

/**
 * Puts a change of guard's own state on record; durable before it returns, so that the change can come after it.
 * Throws AUDIT_UNWRITABLE.
 */
export function recordNote(state: string, note: Omit<SessionNote, 'session'>): void {
  using journal = openJournal({ folder: auditFolder(state) });
  journal.append(
    noteBody({ ...note, session: randomBytes(ID_BYTES).toString('hex') }),
    'durable',
    'required',
  );
}
