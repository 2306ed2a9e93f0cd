// One bundle: dist/guard.js and the chunks it loads late, the worker, the grammar's wasm, the compiled policy,
// the demo database, man page and completions. Native packages (PTY, locks) and PGlite stay packages.
import { cpSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { startChunk } from './start-chunk.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
// Built beside and swapped in at the end: a build that fails leaves the last good one where it was.
const made = join(root, `.stamp/build-${process.pid}`);
const dist = join(made, 'dist');

const PACKAGES_KEPT = ['@lydell/node-pty', '@lydell/node-pty-*', 'koffi', '@electric-sql/pglite'];

process.on('exit', () => rmSync(made, { recursive: true, force: true }));
mkdirSync(dist, { recursive: true });

const ENTRIES = {
  guard: 'bin/guard.ts',
  worker: 'src/session/postgres/worker.ts',
  'judge-child': 'src/judge/child.ts',
  'demo-database': 'src/session/demo/clinic-child.ts',
  'build-steps': 'src/cli/build-steps.ts',
};

await build({
  absWorkingDir: root,
  entryPoints: ENTRIES,
  plugins: [
    startChunk({
      root: realpathSync(root),
      entries: Object.values(ENTRIES),
      sets: [
        { modules: ['src/cli/main.ts'], free: [] },
        {
          modules: ['src/cli/commands/session.ts', 'src/session/command-session.ts'],
          free: [ENTRIES.guard, 'src/cli/program.ts'],
        },
      ],
    }),
  ],
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  mainFields: ['module', 'main'],
  external: PACKAGES_KEPT,
  // ink asks for its developer tools only when DEV is set; they are not shipped.
  alias: {
    'react-devtools-core': join(root, 'scripts/no-devtools.mjs'),
    'string-width': join(root, 'scripts/late-string-width.mjs'),
  },
  define: { 'process.env.NODE_ENV': '"production"' },
  // CommonJS packages inside an ES module bundle still use require, __filename and __dirname.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;",
  },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  sourcemap: false,
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
});

cpSync(join(dirname(require.resolve('libpg-query')), 'libpg-query.wasm'), join(dist, 'libpg-query.wasm'));
if (existsSync(join(dist, 'chunks')))
  cpSync(join(dist, 'libpg-query.wasm'), join(dist, 'chunks/libpg-query.wasm'));

const steps = await import(pathToFileURL(join(dist, 'build-steps.js')).href);
writeFileSync(join(root, 'policies/default.json'), JSON.stringify(await steps.compileBuiltInPolicy()));
await steps.writePapers(join(root, 'share'));
await steps.writeDemoDatabase(join(dist, 'demo'));
rmSync(join(dist, 'build-steps.js'));

const place = join(root, 'dist');
if (existsSync(place)) renameSync(place, join(made, 'last'));
renameSync(dist, place);
