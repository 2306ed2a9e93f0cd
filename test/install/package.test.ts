import { spawnSync } from 'node:child_process';
import { publint } from 'publint';
import { expect, test } from 'vitest';

/** What a release holds, and nothing else: no sources, no tests, no workplace. */
const SHIPPED = [
  /^(README|SECURITY|ARCHITECTURE|CONTRIBUTING|CHANGELOG)\.md$/,
  /^(LICENSE|install\.sh|package\.json|bin\/guard)$/,
  /^policies\/(default\.json|[\w-]+\.yaml)$/,
  /^share\/(man\/guard\.1|completions\/guard\.(bash|zsh|fish))$/,
  /^dist\/(guard|worker|judge-child|demo-database)\.js(\.LEGAL\.txt)?$/,
  /^dist\/chunks\/[\w.-]+\.js(\.LEGAL\.txt)?$/,
  /^dist\/(chunks\/)?libpg-query\.wasm$/,
  /^dist\/demo\/clinic\.tar\.gz$/,
];

const NEEDED = [
  ...[
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'CHANGELOG.md',
    'install.sh',
    'bin/guard',
    'policies/default.json',
  ],
  ...[
    'dist/guard.js',
    'dist/worker.js',
    'dist/judge-child.js',
    'dist/demo-database.js',
    'dist/libpg-query.wasm',
  ],
  ...[
    'dist/demo/clinic.tar.gz',
    'policies/default.yaml',
    'share/man/guard.1',
    'share/completions/guard.bash',
  ],
];

test('the release holds what it needs and nothing else', () => {
  const ran = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' });
  const [packed]: readonly { readonly files: readonly { readonly path: string; readonly mode: number }[] }[] =
    JSON.parse(ran.stdout);
  const paths = packed?.files.map(({ path }) => path) ?? [];
  expect(paths).toEqual(expect.arrayContaining(NEEDED));
  expect(paths.filter((path) => !SHIPPED.some((allowed) => allowed.test(path)))).toEqual([]);
  for (const name of ['bin/guard', 'install.sh'])
    expect((packed?.files.find(({ path }) => path === name)?.mode ?? 0) & 0o111).toBe(0o111);
});

test('publint finds nothing', async () => {
  const { messages } = await publint({ pkgDir: process.cwd(), strict: true, pack: 'npm' });
  expect(messages).toEqual([]);
});
