import { join } from 'node:path';
import type { AuditMode, Journal, JournalOptions } from '../../src/audit/journal.ts';
import { openJournal } from '../../src/audit/journal.ts';
import type { ReadNote } from '../../src/audit/reads-batch.ts';
import type { AnswerBody, DecisionBody, NoteBody, ResultBody } from '../../src/model/audit-entry.ts';
import type { MaskedText } from '../../src/model/text.ts';
import type { Verdict } from '../../src/model/verdict.ts';

export const alice = { kind: 'human', id: 'alice', uid: 1001 } as const;

export function masked(text: string): MaskedText {
  return text as MaskedText;
}

export function sessionStart(sess = 's1'): NoteBody {
  return { type: 'session.start', sess, actor: alice, details: { command: 'psql' } };
}

export function sessionEnd(sess = 's1'): NoteBody {
  return { type: 'session.end', sess, actor: alice, details: {} };
}

export function decision(verdict: Verdict = 'allow', text = 'delete from visits where id = 7'): DecisionBody {
  return {
    type: 'decision',
    sess: 's1',
    actor: alice,
    target: { kind: 'postgres', name: 'clinic on db1:5432', host: 'db1', port: 5432, database: 'clinic' },
    env: { class: 'prod', name: 'clinic', because: 'unknown remote target' },
    cmd: { masked: masked(text), tag: 'hmac:00000000:00000000000000000000000000000000', len: text.length },
    intents: ['data.delete'],
    verdict,
    rule: 'small-write',
    matched: ['small-write', 'write'],
    obligations: { mask: ['phi.*'] },
    facts: {
      tables: ['visits'],
      columns: ['visits.*'],
      classes: ['phi.date'],
      rows: { estimate: 1, of: 900 },
    },
    parsed: 'complete',
    bundle: 'ab'.repeat(32),
  };
}

export function result(parent: string): ResultBody {
  return { type: 'result', sess: 's1', parent, rows: 1, masked: { 'phi.date': 2 }, dur_ms: 4 };
}

export function answer(parent: string, said: AnswerBody['answer']): AnswerBody {
  return { type: 'answer', sess: 's1', parent, answer: said, by: 'alice', dur_ms: 900 };
}

export function read(fingerprint = 'f1', sess = 's1'): ReadNote {
  return {
    sess,
    actor: alice,
    fingerprint,
    shape: masked(`select * from t where ${fingerprint} = $1`),
    target: 'clinic on db1:5432',
    tables: ['t'],
    classes: [],
    rule: 'plain-read',
  };
}

export interface Desk {
  readonly folder: string;
  readonly file: string;
  open(options?: Partial<JournalOptions> & { readonly mode?: AuditMode }): Journal;
}

/** A place for a log under `state`. */
export function desk(state: string): Desk {
  const folder = join(state, 'audit');
  return {
    folder,
    file: join(folder, 'audit.000.jsonl'),
    open: (options = {}) => openJournal({ folder, host: 'h', origin: 'h/test', ...options }),
  };
}

/** Opens, lets `work` write, and closes. */
export function writeLog(place: Desk, work: (journal: Journal) => void): void {
  const journal = place.open();
  work(journal);
  journal[Symbol.dispose]();
}

/** A small, complete log with one entry of each everyday kind. */
export function everydayLog(place: Desk): void {
  writeLog(place, (journal) => {
    journal.append(sessionStart(), 'durable');
    const asked = journal.append(decision('prompt'), 'durable');
    journal.append(answer(asked.id, 'yes'), 'durable');
    journal.append(result(asked.id), 'batched');
    journal.noteReadResult(journal.noteRead(read()), { rows: 3, masked: {}, durationMs: 1 });
    journal.append(decision('block', 'drop schema public'), 'durable');
    journal.append(sessionEnd(), 'durable');
  });
}
