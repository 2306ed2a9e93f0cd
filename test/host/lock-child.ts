// Adds 1 to a number in a file, many times, under the lock: any overlap of two holders loses a count.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';
import { openLock } from '../../src/host/lock.ts';

const [path = '', mechanism = 'best', rounds = '0']: readonly string[] = isMainThread
  ? process.argv.slice(2)
  : workerData;
const lock = openLock(path, mechanism === 'file' ? 'file' : 'flock');
for (let round = 0; round < Number(rounds); round++)
  lock.during(() => {
    const count = Number(readFileSync(`${path}.count`, 'utf8'));
    writeFileSync(`${path}.count`, String(count + 1));
  }, 60_000);
