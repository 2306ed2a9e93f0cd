// Makes a fresh checkout ready: packages, what tests need from the system (--with-test-packages), and the build.
// Quick when nothing changed: each step leaves a stamp with the hash of what it depends on.
// Node's own modules only: this runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, '.stamp');
const forTests = process.argv.includes('--with-test-packages');

/** Debian packages that the tests need: package → a program or file that proves it is there. */
const SYSTEM_PACKAGES = {
  postgresql: '/usr/lib/postgresql',
  'postgresql-client': '/usr/bin/psql',
  pgbouncer: '/usr/sbin/pgbouncer',
  openssl: '/usr/bin/openssl',
  procps: '/bin/ps',
  'util-linux': '/usr/bin/setsid',
  strace: '/usr/bin/strace',
  less: '/usr/bin/less',
  'groff-base': '/usr/bin/groff',
  zsh: '/usr/bin/zsh',
  'python3-psycopg2': '/usr/lib/python3/dist-packages/psycopg2',
};

/** psql releases that close CVE-2026-18408, by major version. */
const PSQL_MINIMUM = { 14: 24, 15: 19, 16: 15, 17: 11, 18: 6 };

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .filter((name) => name !== 'node_modules')
    .flatMap((name) => filesBelow(join(path, name)));
}

function hashOf(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const file of paths.flatMap((path) => filesBelow(join(root, path))))
    hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

function step(name, hash, done, work) {
  const stamp = join(stamps, name);
  if (done() && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, hash);
}

function run(file, args, options = {}) {
  const { status, error } = spawnSync(file, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  });
  if (error !== undefined || status !== 0) {
    console.error(
      `ready: ${[file, ...args].join(' ')} failed${error === undefined ? ` with status ${status}` : `: ${error.message}`}`,
    );
    process.exit(1);
  }
}

function psqlVersion() {
  return spawnSync('psql', ['--version'], { encoding: 'utf8' }).stdout ?? '';
}

function psqlIsFixed(version) {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const minimum = PSQL_MINIMUM[major];
  return minimum === undefined || Number(minor) >= minimum;
}

const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

function aptGet(...args) {
  run('apt-get', ['-qq', ...args], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
}

function installSystemPackages() {
  const missing = Object.entries(SYSTEM_PACKAGES)
    .filter(([, proof]) => !existsSync(proof))
    .map(([name]) => name);
  if (missing.length === 0) return;
  if (!canInstall) {
    console.error(
      `ready: the tests need these Debian packages (or their like): ${missing.join(' ')}\n       install them, for example: sudo apt-get install ${missing.join(' ')}`,
    );
    process.exit(1);
  }
  // The tests start servers of their own; Debian's default cluster is neither needed nor made.
  mkdirSync('/etc/postgresql-common', { recursive: true });
  if (!existsSync('/etc/postgresql-common/createcluster.conf'))
    writeFileSync('/etc/postgresql-common/createcluster.conf', 'create_main_cluster = false\n');
  aptGet('update');
  aptGet('install', '-y', '--no-install-recommends', ...missing);
}

/** Tried once for each release of psql: where the archive has nothing newer, asking again on every run would not help. */
function upgradePsql() {
  if (!canInstall) {
    console.error('ready: this psql lacks the fix of CVE-2026-18408; the tests run all the same');
    return;
  }
  const [, major] = /(\d+)\./.exec(psqlVersion()) ?? [];
  aptGet('update');
  // The metapackage alone would not do it: its versioned dependency is what has to move.
  aptGet('install', '-y', '--no-install-recommends', `postgresql-${major}`, `postgresql-client-${major}`);
}

step(
  'packages',
  hashOf(['package.json', 'package-lock.json']),
  () => existsSync(join(root, 'node_modules/.package-lock.json')),
  // Not `npm ci`: that refuses a lock file made where the registry offers no packages for other systems.
  () => run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']),
);
if (forTests) {
  installSystemPackages();
  const version = psqlVersion();
  step(
    'psql',
    version,
    () => true,
    () => psqlIsFixed(version) || upgradePsql(),
  );
}
step(
  'build',
  hashOf([
    ...['bin', 'src', 'scripts', 'policies/default.yaml'],
    ...['package.json', 'package-lock.json', 'tsconfig.json'],
  ]),
  () =>
    ['dist/guard.js', 'dist/demo/clinic.tar.gz', 'policies/default.json', 'share/man/guard.1'].every((made) =>
      existsSync(join(root, made)),
    ),
  () => run(process.execPath, ['scripts/build.mjs']),
);
