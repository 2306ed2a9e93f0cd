import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GuardHome, guardHome, runGuard } from './guard-process.ts';
import { type Finished, runProgram } from './wire-harness.ts';

const INSTALL_LIMIT_MS = 180_000;
const SSN = /\b9\d\d-\d\d-\d{4}\b/;

let home: GuardHome;
beforeAll(() => {
  home = guardHome();
});
afterAll(() => home[Symbol.dispose]());

function expectTour({ status, stdout, stderr }: Finished): void {
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/1 +\| \*{5} +\| 1947-01-01 \| \*{5} \| NM/);
  expect(stdout).toContain('guard refused this: Drops schema public');
  expect(stdout).toContain('every signature and link holds');
  expect(stdout).not.toMatch(SSN);
  expect(stdout).not.toContain('NOT AS PROMISED');
}

test('guard demo --script keeps what it promises', async () => {
  expectTour(await runGuard(home, ['demo', '--script']));
});

describe('the packed package, installed elsewhere', () => {
  let guard: string;

  beforeAll(() => {
    const [packs, place, links] = ['packs', 'place', 'links'].map((name) => join(home.folder, name)) as [
      string,
      string,
      string,
    ];
    for (const folder of [packs, place, links]) mkdirSync(folder);
    const npm = (...args: readonly string[]) =>
      execFileSync('npm', [...args, '--loglevel=error'], {
        stdio: ['ignore', 'pipe', 'inherit'],
        encoding: 'utf8',
      });
    // The checkout is built already; building it again would pull it away from under other tests.
    const name = npm('pack', '--ignore-scripts', '--pack-destination', packs).trim().split('\n').at(-1) ?? '';
    npm('install', '--prefix', place, '--no-audit', '--no-fund', '--prefer-offline', join(packs, name));
    guard = join(links, 'guard');
    symlinkSync(join(place, 'node_modules/.bin/guard'), guard);
  }, INSTALL_LIMIT_MS);

  const run = (...args: readonly string[]): Promise<Finished> =>
    runProgram('sh', ['-c', 'cd / && exec "$@"', 'sh', guard, ...args], { input: '', env: home.env });

  test('help, through a symlink, from another folder', async () => {
    const { status, stdout, stderr } = await run('--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('guard -- psql prod');
  });

  test('the demo', async () => {
    expectTour(await run('demo', '--script'));
  });
});
