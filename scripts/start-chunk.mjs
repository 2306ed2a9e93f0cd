// Every file costs a start about a millisecond. esbuild makes a chunk of each set of modules that the same entry points
// share, which cuts the way of a plain command into forty small files. Here every late part also names the modules of
// that way, so that they have the same users and land in one chunk.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LATE_IMPORT = /\bimport\('(\.{1,2}\/[^']{1,200}\.tsx?)'\)/g;

/** Modules that are loaded by an import() somewhere in `src`. */
function lateParts(src) {
  const files = readdirSync(src, { recursive: true }).filter((name) => /\.tsx?$/.test(name));
  return files.flatMap((name) => {
    const path = join(src, name);
    return [...readFileSync(path, 'utf8').matchAll(LATE_IMPORT)].map(([, to]) => join(dirname(path), to));
  });
}

/** Each set: `modules` that shall stand in one chunk, and the parts (`free`) that must do without them. */
export function startChunk({ root, entries, sets }) {
  const parts = [...lateParts(join(root, 'src')), ...entries.map((name) => join(root, name))];
  const named = sets.map(({ modules, free }) => ({
    modules: modules.map((name) => join(root, name)),
    free: new Set(free.map((name) => join(root, name))),
  }));
  const linesFor = (path) =>
    named
      .flatMap(({ modules, free }) => (free.has(path) ? [] : modules.filter((one) => one !== path)))
      .map((one) => `import ${JSON.stringify(one)};`)
      .join('');
  const lines = new Map(parts.map((path) => [path, linesFor(path)]));
  return {
    name: 'start-chunk',
    setup({ onLoad }) {
      onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
        const added = lines.get(path);
        if (added === undefined) return undefined;
        return { contents: added + readFileSync(path, 'utf8'), loader: path.endsWith('x') ? 'tsx' : 'ts' };
      });
    },
  };
}
