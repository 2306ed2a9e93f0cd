import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/host/package-root.ts';
import { loadBuiltIn } from '../../src/policy/built-in.ts';
import { compileBuiltIn } from '../../src/policy/compile.ts';

// An installed guard without its packages: whatever loads yaml or zod here fails.
let root: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'guard-lazy-'));
  mkdirSync(join(root, 'policies'));
  writeFileSync(join(root, 'package.json'), '{"name": "access-guard", "type": "module"}');
  copyFileSync(join(packageRoot(), 'policies/default.yaml'), join(root, 'policies/default.yaml'));
  writeFileSync(join(root, 'policies/default.json'), JSON.stringify(compileBuiltIn()));
  await build({
    stdin: {
      contents: `
        import { loadSettings } from './src/policy/settings.ts';
        import { loadPolicy } from './src/policy/load.ts';
        import { preparePolicy } from './src/decide/prepare.ts';
        const [machine] = process.argv.slice(2);
        const settings = await loadSettings({ places: { machine, user: '/nonexistent', cwd: '/' } });
        const policy = await loadPolicy(settings);
        preparePolicy(policy);
        process.stdout.write(policy.digest);
      `,
      resolveDir: packageRoot(),
      loader: 'ts',
    },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outdir: join(root, 'dist'),
    logLevel: 'silent',
  });
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function run(machine: string): string {
  return execFileSync(process.execPath, [join(root, 'dist/stdin.js'), machine], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

describe('without policy and settings files', () => {
  test('the compiled policy is used and neither yaml nor zod is loaded', () => {
    expect(run(join(root, 'nothing'))).toBe(compileBuiltIn().digest);
  });

  test('with one they are', () => {
    const machine = join(root, 'machine');
    mkdirSync(machine);
    writeFileSync(join(machine, 'guard.yaml'), 'audit: every\n');
    expect(() => run(machine)).toThrow(/Cannot find package '(yaml|zod)'/);
  });
});

describe('the compiled built-in policy', () => {
  test('is what its source compiles to', async () => {
    expect(await loadBuiltIn(root)).toEqual(compileBuiltIn());
  });

  test.each([
    ['of another source', JSON.stringify(compileBuiltIn()).replace(/"sha256":"./, '"sha256":"x')],
    ['of another format', JSON.stringify({ ...compileBuiltIn(), format: 0 })],
    ['cut off', JSON.stringify(compileBuiltIn()).slice(0, 5_000)],
    ['of something else', 'null'],
  ])('is compiled anew when the file is %s', async (_, text) => {
    const stale = mkdtempSync(join(tmpdir(), 'guard-stale-'));
    mkdirSync(join(stale, 'policies'));
    copyFileSync(join(packageRoot(), 'policies/default.yaml'), join(stale, 'policies/default.yaml'));
    writeFileSync(join(stale, 'policies/default.json'), text);
    try {
      expect(await loadBuiltIn(stale)).toEqual(compileBuiltIn());
    } finally {
      rmSync(stale, { recursive: true, force: true });
    }
  });

  test('its source is needed', async () => {
    await expect(loadBuiltIn(join(root, 'dist'))).rejects.toThrow(/guard's own policy is missing/);
  });
});
