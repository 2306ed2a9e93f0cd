// A journal in a thread: what the wire proxy's worker does. workerData: state folder.
import { workerData } from 'node:worker_threads';
import { decision, desk, read, result } from './samples.ts';

const journal = desk(String(workerData)).open();
for (let round = 0; round < 50; round++) {
  const made = journal.append(decision('allow'), 'durable');
  journal.noteRead(read());
  journal.append(result(made.id), 'batched');
}
// No dispose: the end of the thread must write what is pending.
