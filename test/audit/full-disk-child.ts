// Writes until the disk is full and says what happened, one JSON line. argv: state folder.
import { isErrno } from '../../src/host/private-folder.ts';
import { GuardError } from '../../src/model/errors.ts';
import { decision, desk } from './samples.ts';

process.on('SIGXFSZ', () => {});
const [state = '', limit = '1'] = process.argv.slice(2);
const place = desk(state);
const journal = place.open();
const text = 'x'.repeat(9000);

function attempt(verdict: 'allow' | 'block'): string {
  try {
    journal.append(decision(verdict, text), 'durable');
    return 'written';
  } catch (error) {
    if (!(error instanceof GuardError)) return `unexpected ${String(error)}`;
    const cause = error.cause instanceof GuardError ? error.cause.cause : error.cause;
    return `${error.code}${isErrno(cause, 'ENOSPC', 'EFBIG') ? ' full' : ''}`;
  }
}

let allowed = 0;
let last = attempt('allow');
while (last === 'written' && allowed < Number(limit)) {
  allowed += 1;
  last = attempt('allow');
}
const refusal = attempt('block');
const again = attempt('allow');
process.stdout.write(JSON.stringify({ allowed, last, refusal, again }));
try {
  journal[Symbol.dispose]();
} catch {
  // Still full.
}
