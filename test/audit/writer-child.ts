// One guard among several: appends until it is killed, or `rounds` times. argv: state folder, rounds, what.
import { decision, desk, read, result } from './samples.ts';

const [state = '', rounds = '0', what = 'mixed'] = process.argv.slice(2);
const journal = desk(state).open();
for (let round = 0; round < Number(rounds); round++) {
  if (what === 'reads') {
    journal.noteRead(read());
    if (round === 500) process.stdout.write('reading\n');
    continue;
  }
  const made = journal.append(decision('allow'), round % 5 === 0 ? 'durable' : 'batched');
  // Said only after append came back: whoever hears it may rely on the entry.
  process.stdout.write(`${made.id}\n`);
  journal.noteRead(read());
  journal.append(result(made.id), 'batched');
}
journal[Symbol.dispose]();
