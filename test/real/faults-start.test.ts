import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, GuardTerminal, homeFor, runGuard, targetArguments } from './guard-process.ts';

let cluster: Cluster;
let home: GuardHome;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql('CREATE TABLE seen(n int); ALTER TABLE seen OWNER TO nina', 'clinic');
});
afterAll(() => cluster.stop());
beforeEach(() => {
  home = homeFor(cluster);
});
afterEach(() => home[Symbol.dispose]());

const TARGET = 'TARGET';
const psql = (target: string = TARGET): string[] => {
  const conninfo = target.replace(TARGET, targetArguments(cluster)[0] ?? '');
  return ['--', 'psql', '-XAtw', '-c', 'INSERT INTO seen VALUES (1)', conninfo];
};

async function seen(): Promise<number> {
  const [row] = await cluster.sql('SELECT count(*)::int AS n FROM seen', 'clinic');
  return Number(row?.['n']);
}

describe('a connection that can not be', () => {
  const cases: readonly (readonly [string, string, number, RegExp])[] = [
    [
      'server down',
      'host=127.0.0.1 port=1 user=nina dbname=clinic',
      2,
      /connection to server at "127\.0\.0\.1", port 1 failed: Connection refused/,
    ],
    ['no such host', 'host=nowhere.invalid port=1 user=nina dbname=clinic', 2, /nowhere\.invalid/],
    ['wrong password', 'TARGET password=wrong', 2, /password authentication failed/],
    ['no such database', 'TARGET dbname=nothing', 2, /database "[^"]+" does not exist/],
    ['bad URI', 'postgresql://[::1/db', 78, /guard: .*IPv6 host address/],
    ['bad port', 'postgresql://h:99999/db', 78, /guard: invalid port number/],
    ['bad conninfo', "host='x", 78, /guard: /],
    ['unknown service', 'service=nowhere', 78, /guard: definition of service "nowhere" not found/],
    [
      'channel binding',
      'TARGET channel_binding=require',
      78,
      /channel_binding=require does not work through guard/,
    ],
    ['GSSAPI', 'TARGET gssencmode=require', 78, /gssencmode=require does not work through guard/],
    ['no root certificate', 'TARGET sslmode=verify-full', 78, /root certificate file .* does not exist/],
  ];
  test.each(cases)('%s', async (_name, target, status, says) => {
    const run = await runGuard(home, ['exec', ...psql(target)]);
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toMatch(says);
    expect(run.stderr).not.toMatch(/at .*\.js:\d+|nina's secret/);
  });

  test('a person sees the same, and gets the terminal back', async () => {
    const args = ['--', 'psql', 'host=127.0.0.1 port=1 user=nina dbname=clinic'];
    const around = [
      'sh',
      '-c',
      'stty -a > before; "$@"; code=$?; stty -a > after; cmp before after && exit $code',
      'sh',
    ];
    const terminal = new GuardTerminal(home, args, { around });
    await terminal.see('Connection refused');
    expect(await terminal.status()).toBe(2);
  });
});

describe('a policy that can not be read', () => {
  test.each([
    [
      'bad.yaml',
      'apiVersion: guard/v1\nkind: Policy\nmetadata:\n  name: x\nrules: 7\n',
      /bad\.yaml:5:8: .*\n.*rules: 7\n {8,}\^/,
    ],
    ['cut.yaml', 'apiVersion: guard/v1\nkind: "Policy\n', /cut\.yaml:\d+:\d+: /],
  ])('%s: place and caret, status 78', async (name, text, says) => {
    writeFileSync(join(home.home, name), text);
    const run = await runGuard(home, ['exec', '--policy', name, ...psql()]);
    expect(run).toMatchObject({ status: 78, stdout: '' });
    expect(run.stderr).toMatch(says);
    expect(await seen()).toBe(0);
  });

  test.each([
    ['a file that is not there', 'none.yaml'],
    ['a folder', '.'],
  ])('%s', async (_name, path) => {
    const run = await runGuard(home, ['exec', '--policy', path, ...psql()]);
    expect(run).toMatchObject({ status: 78, stdout: '' });
    expect(run.stderr).toMatch(/^guard: /);
    expect(await seen()).toBe(0);
  });
});

describe('a log that can not be written', () => {
  const inProd = (around: readonly string[] = []): ReturnType<typeof runGuard> =>
    runGuard(
      home,
      [
        'exec',
        '--env',
        'prod',
        '--',
        'psql',
        '-XAtw',
        '-c',
        'SELECT n FROM seen',
        '-c',
        'SELECT 1',
        targetArguments(cluster)[0] ?? '',
      ],
      { around },
    );

  test('the state folder is a file', async () => {
    writeFileSync(join(home.state, 'guard'), '');
    const run = await inProd();
    expect(run).toMatchObject({ status: 78, stdout: '' });
    expect(run.stderr).toContain('it is not a folder');
  });

  test('the audit folder is a file: nothing runs', async () => {
    mkdirSync(join(home.state, 'guard'), { mode: 0o700 });
    writeFileSync(join(home.state, 'guard/audit'), '');
    const { status, stdout } = await inProd();
    expect(status).toBe(74);
    expect(stdout).toBe('');
  });

  test('a full disk: nothing runs that is not on record', async () => {
    // The same command twice: with room, then without.
    const { status, stdout, stderr } = await inProd(fullDisk());
    expect(status).toBe(74);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/at .*\.js:\d+/);
  });
});

/** Where no file system may be mounted, files that may not grow fail in much the same way. */
function fullDisk(): readonly string[] {
  const mountable = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
  const room = 'mount -t tmpfs -o size=3m,mode=0700 none "$XDG_STATE_HOME"';
  const full = 'cat /dev/zero > "$XDG_STATE_HOME/fill" 2>/dev/null; exec "$@"';
  return mountable
    ? ['unshare', '-m', 'sh', '-c', `${room} && "$@" > healthy || exit 0; ${full}`, 'sh']
    : ['sh', '-c', '"$@" > healthy || exit 0; exec prlimit --fsize=0 -- "$@"', 'sh'];
}
