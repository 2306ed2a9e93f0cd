import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { packageRoot } from '../../src/host/package-root.ts';

/** Node 20 can't run TypeScript: builds one file for a child process or a worker, where it still finds our packages. */
export function bundleForChild(entry: string): string {
  const outfile = join(
    packageRoot(),
    'node_modules/.cache/guard-test',
    `${basename(entry, '.ts')}-${process.pid}.mjs`,
  );
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['koffi'],
    logLevel: 'error',
  });
  return outfile;
}
