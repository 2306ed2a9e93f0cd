import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const CHECKOUT = process.cwd();

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Somebody's machine: an empty home, and nothing of the test runner's own surroundings. */
export interface Machine extends Disposable {
  readonly folder: string;
  readonly home: string;
  readonly state: string;
  run(argv: readonly [string, ...string[]], cwd?: string): Ran;
  /** The installer of `from` (a folder with an install.sh). */
  install(from: string, ...args: readonly string[]): Ran;
}

/** Root's tests leave root where the promise is about everybody else. */
export const asNobody: readonly string[] =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

export function machine(as: readonly string[] = []): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'guard-install-'));
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  chmodSync(folder, 0o755);
  if (as.length > 0) spawnSync('chown', ['65534:65534', home]);
  const env = { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8' };
  const run: Machine['run'] = (argv, cwd = '/') => {
    const [file = '', ...args] = [...as, ...argv];
    const { status, stdout, stderr } = spawnSync(file, args, { cwd, env, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  return {
    folder,
    home,
    state: join(home, '.local/state/guard'),
    run,
    install: (from, ...args) => run(['sh', join(from, 'install.sh'), ...args]),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What npm makes of the packed release: guard in node_modules, its packages beside it. Resolves to guard's folder. */
export function installedRelease(folder: string): string {
  const packed = spawnSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: CHECKOUT,
    encoding: 'utf8',
  });
  const app = join(folder, 'app/node_modules');
  mkdirSync(app, { recursive: true });
  spawnSync('tar', ['-xzf', join(folder, packed.stdout.trim()), '-C', app]);
  spawnSync('mv', [join(app, 'package'), join(app, 'access-guard')]);
  for (const scope of ['@lydell', '@koromix', 'koffi'])
    cpSync(join(CHECKOUT, 'node_modules', scope), join(app, scope), { recursive: true });
  mkdirSync(join(app, '@electric-sql'));
  symlinkSync(join(CHECKOUT, 'node_modules/@electric-sql/pglite'), join(app, '@electric-sql/pglite'));
  return join(app, 'access-guard');
}
