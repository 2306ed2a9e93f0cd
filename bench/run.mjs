// Bundles a bench written in TypeScript and runs it: node bench/run.mjs [startup|decision|audit|terminal|session|postgres] (default: all).
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const asked = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const names = asked.length > 0 ? asked : ['startup', 'decision', 'audit', 'terminal', 'session', 'postgres'];

for (const name of names) {
  const folder = mkdtempSync(join(here, '.bundle-'));
  try {
    const outfile = join(folder, `${name}.mjs`);
    await build({
      entryPoints: [join(here, `${name}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      packages: 'external',
      logLevel: 'error',
    });
    const { run } = await import(pathToFileURL(outfile).href);
    await run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
