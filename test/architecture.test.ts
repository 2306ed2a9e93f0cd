import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The gate runs dependency-cruiser over the real tree. Here its rules are shown to bite: a rule whose pattern no
// longer matches anything would pass silently for ever.

const root = process.cwd();
const config: { readonly forbidden: readonly { readonly name: string }[] } = createRequire(import.meta.url)(
  '../.dependency-cruiser.cjs',
);
let copy = '';

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'guard-layers-'));
  for (const name of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
    cpSync(join(root, name), join(copy, name));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** A file that must not import what it imports, and the rule that has to say so. */
const WRONG: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ['no-unresolved', 'src/parse/a.ts', './nothing.ts'],
  ['no-unresolved', 'src/parse/b.ts', 'no-such-package'],
  ['no-circular', 'src/parse/c.ts', './d.ts'],
  ['model-imports-nothing', 'src/model/a.ts', '../host/leaf.ts'],
  ['model-imports-nothing', 'src/model/b.ts', 'node:fs'],
  ['terminal-imports-only-its-own', 'src/terminal/a.ts', '../host/leaf.ts'],
  ['parse-imports-only-its-own', 'src/parse/e.ts', '../mask/leaf.ts'],
  ['parse-imports-only-its-own', 'src/parse/f.ts', '../host/leaf.ts'],
  ['wire-imports-only-its-own', 'src/wire/a.ts', '../parse/leaf.ts'],
  ['prompt-imports-only-its-own', 'src/prompt/a.ts', '../enforce/leaf.ts'],
  ['judge-imports-only-its-own', 'src/judge/a.ts', '../session/leaf.ts'],
  ['judge-imports-only-its-own', 'src/judge/b.ts', '../wire/leaf.ts'],
  ['protocols-imports-only-its-own', 'src/protocols/a.ts', '../session/leaf.ts'],
  ['session-imports-only-its-own', 'src/session/a.ts', '../cli/leaf.ts'],
  ['the-middle-is-pure', 'src/decide/a.ts', 'node:fs'],
  ['the-middle-is-pure', 'src/mask/a.ts', 'node:crypto'],
  ['nothing-imports-cli', 'src/session/b.ts', '../cli/leaf.ts'],
  ['bin-sees-cli-only', 'bin/a.ts', '../src/session/leaf.ts'],
  ['only-cli-sees-commander', 'src/session/c.ts', 'commander'],
  ['only-prompt-sees-ink', 'src/session/d.ts', 'ink'],
  ['only-prompt-sees-ink', 'src/cli/a.ts', 'react'],
  ['only-capture-sees-node-pty', 'src/session/e.ts', '@lydell/node-pty'],
  ['only-parse-sees-parsers', 'src/judge/c.ts', 'libpg-query'],
  ['only-parse-sees-parsers', 'src/judge/d.ts', 'pgsql-deparser'],
  ['only-policy-sees-yaml', 'src/cli/b.ts', 'yaml'],
  ['only-policy-sees-yaml', 'src/cli/c.ts', 'zod'],
  ['only-host-sees-koffi', 'src/capture/a.ts', 'koffi'],
];

function put(file: string, text: string): void {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  writeFileSync(join(copy, file), text);
}

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

function violations(): readonly Violation[] {
  const cruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const ran = spawnSync(process.execPath, [cruise, 'src', 'bin', '-T', 'json'], {
    cwd: copy,
    encoding: 'utf8',
  });
  return JSON.parse(ran.stdout).summary.violations;
}

test('every rule of the layers finds what it forbids', () => {
  for (const [, , imports] of WRONG)
    if (imports.startsWith('../'))
      put(join('src/x', imports).replace('src/src/', 'src/'), 'export const leaf = 1;\n');
  put('src/parse/d.ts', "import './c.ts';\n");
  for (const [, file, imports] of WRONG) put(file, `import '${imports}';\n`);
  const found = violations();
  for (const [rule, file] of WRONG)
    expect(found.map((each) => `${each.rule.name}: ${each.from}`)).toContain(`${rule}: ${file}`);
  const tested = new Set(WRONG.map(([rule]) => rule));
  const alike = (name: string) => name.endsWith('-imports-only-its-own');
  expect(
    config.forbidden.map(({ name }) => name).filter((name) => !tested.has(name) && !alike(name)),
  ).toEqual([]);
});

test('what the layers allow is not found', () => {
  rmSync(join(copy, 'src'), { recursive: true });
  rmSync(join(copy, 'bin'), { recursive: true });
  put('src/model/leaf.ts', 'export const leaf = 1;\n');
  put('src/terminal/leaf.ts', "import '../model/leaf.ts';\n");
  put('src/host/leaf.ts', "import 'node:fs';\nimport 'koffi';\nimport '../model/leaf.ts';\n");
  put('src/mask/leaf.ts', "import '../terminal/leaf.ts';\n");
  put('src/audit/leaf.ts', "import '../host/leaf.ts';\n");
  put('src/parse/leaf.ts', "import 'libpg-query';\n");
  put(
    'src/judge/leaf.ts',
    "import '../audit/leaf.ts';\nimport '../mask/leaf.ts';\nimport '../parse/leaf.ts';\n",
  );
  put('src/session/leaf.ts', "import '../judge/leaf.ts';\n");
  put('src/cli/leaf.ts', "import 'commander';\nimport '../session/leaf.ts';\n");
  put('bin/guard.ts', "import '../src/cli/leaf.ts';\n");
  expect(violations()).toEqual([]);
});

test('every room of the tree has its rule', () => {
  const rooms = readdirSync(join(root, 'src'));
  const named = config.forbidden.map(({ name }) => name);
  // model and cli have rules of their own names; everything may import the one, nothing the other.
  for (const room of rooms.filter((each) => each !== 'model' && each !== 'cli'))
    expect(named).toContain(`${room}-imports-only-its-own`);
});

/** A file is one concept; longer ones hold several. */
const MOST_LINES = 350;

test('no file of the product is longer than one concept needs', () => {
  const files = ['src', 'bin'].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => join(root, top, name)),
  );
  const sources = files.filter((file) => /\.tsx?$/.test(file));
  expect(sources.length).toBeGreaterThan(300);
  expect(sources.filter((file) => readFileSync(file, 'utf8').split('\n').length > MOST_LINES + 1)).toEqual(
    [],
  );
});
