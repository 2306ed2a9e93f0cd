import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packageRoot } from '../host/package-root.ts';
import { EXIT } from './exit-status.ts';

/** The grammar recurses: 60,000 UNIONs fit into this, and the server itself gives up before. */
const STACK_MB = 16;

/**
 * Runs guard with these arguments in a thread with a deep stack, on the same standard streams; resolves to its status.
 * When whoever reads its output has gone, that is the end, and no failure.
 */
export async function runWithDeepStack(args: readonly string[]): Promise<number> {
  const worker = new Worker(join(packageRoot(), 'dist', 'guard.js'), {
    argv: [...args],
    stdin: true,
    resourceLimits: { stackSizeMb: STACK_MB },
  });
  const { stdin } = worker;
  // A thread that ended before its input did (wrong usage) closes its end.
  stdin?.on('error', () => undefined);
  if (stdin !== null) process.stdin.pipe(stdin);
  try {
    return await new Promise<number>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', resolve);
      process.stdout.once('error', () => resolve(EXIT.ok));
    });
  } finally {
    process.stdin.destroy();
    await worker.terminate();
  }
}
