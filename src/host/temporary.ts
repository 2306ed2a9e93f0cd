import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeFolder } from './folders.ts';

/** A folder that only we can enter; disposing removes it with everything in it. */
export interface TemporaryFolder extends Disposable {
  readonly path: string;
}

const alive = new Set<string>();

function remove(path: string): void {
  alive.delete(path);
  rmSync(path, { recursive: true, force: true });
}

function removeAll(): void {
  for (const path of [...alive]) remove(path);
}

/**
 * A new 0700 folder under `parent` (default: guard's runtime folder). Removed by dispose, at the latest when the process
 * or the worker exits; a SIGKILL leaves it behind. Short on purpose: a socket path in it must stay below 90 bytes.
 */
export function makeTemporaryFolder(parent: string = runtimeFolder()): TemporaryFolder {
  if (alive.size === 0) process.once('exit', removeAll);
  const path = mkdtempSync(join(parent, 's'));
  alive.add(path);
  return { path, [Symbol.dispose]: () => remove(path) };
}
