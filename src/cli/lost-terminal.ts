import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD = [0, 1, 2] as const;

/**
 * Node puts terminals right at its very end, and aborts with a core dump when one of them is gone (its window closed).
 * Those are closed just before: there is nothing left to put right.
 */
export function forgetLostTerminals(): void {
  const terminals = STANDARD.filter((fd) => isatty(fd));
  if (terminals.length === 0) return;
  process.once('exit', () => {
    for (const fd of terminals.filter((each) => !isatty(each))) {
      try {
        closeSync(fd);
      } catch {
        // Closed already.
      }
    }
  });
}
