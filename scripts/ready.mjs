// Makes a fresh checkout ready: packages, what tests need from the system (--test), and the build.
// Quick when nothing changed: each step leaves a stamp with the hash of what it depends on.
// Node's own modules only: this runs before anything is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, '.stamp');
const forTests = process.argv.includes('--test');

/** Debian packages that the real tests need: package → a program or file that proves it is there. */
const SYSTEM_PACKAGES = {
  postgresql: '/usr/lib/postgresql',
  'postgresql-client': '/usr/bin/psql',
  pgbouncer: '/usr/sbin/pgbouncer',
  openssl: '/usr/bin/openssl',
  procps: '/usr/bin/ps',
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

function psqlIsFixed() {
  try {
    const [, major, minor] =
      /(\d+)\.(\d+)/.exec(execFileSync('psql', ['--version'], { encoding: 'utf8' })) ?? [];
    const minimum = PSQL_MINIMUM[major];
    return minimum === undefined || Number(minor) >= minimum;
  } catch {
    return false;
  }
}

function installSystemPackages() {
  const missing = Object.entries(SYSTEM_PACKAGES)
    .filter(([, proof]) => !existsSync(proof))
    .map(([name]) => name);
  if (!psqlIsFixed() && !missing.includes('postgresql-client'))
    missing.push('postgresql-client', 'postgresql');
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(
      `ready: the tests need these Debian packages (or their like): ${missing.join(' ')}\n       install them, for example: sudo apt-get install ${missing.join(' ')}`,
    );
    process.exit(1);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // The tests start servers of their own; Debian's default cluster is neither needed nor made.
  mkdirSync('/etc/postgresql-common', { recursive: true });
  if (!existsSync('/etc/postgresql-common/createcluster.conf'))
    writeFileSync('/etc/postgresql-common/createcluster.conf', 'create_main_cluster = false\n');
  run('apt-get', ['update', '-qq'], { env });
  // With the server's package its versioned dependencies are upgraded too: the metapackage alone would not do it.
  const versioned = missing.includes('postgresql-client')
    ? ['postgresql-15', 'postgresql-client-15'].filter(isCandidate)
    : [];
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing, ...versioned], { env });
}

function isCandidate(name) {
  return /Candidate: [^(]/.test(spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' }).stdout ?? '');
}

step(
  'packages',
  hashOf(['package.json', 'package-lock.json']),
  () => existsSync(join(root, 'node_modules/.package-lock.json')),
  () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']),
);
if (forTests) installSystemPackages();
step(
  'build',
  hashOf(['bin', 'src', 'policies', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json']),
  () => existsSync(join(root, 'dist/guard.js')),
  () => run(process.execPath, ['scripts/build.mjs']),
);
