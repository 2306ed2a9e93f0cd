import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../real/cluster.ts';
import { GUARD, type GuardHome, guardHome, homeFor, targetArguments } from '../real/guard-process.ts';

// No network but the target: the kernel is asked what guard and everything below it opened, not guard.

interface Traced {
  readonly status: number | null;
  readonly stderr: string;
  /** Address families of the sockets that were made. */
  readonly families: readonly string[];
  /** `address:port` of everything that was connected or sent to. */
  readonly reached: readonly string[];
}

const ADDRESS = /sin6?_port=htons\((\d+)\),.{0,80}?(?:inet_addr\("|inet_pton\(AF_INET6, ")([^"]+)"/g;

function traced(home: GuardHome, args: readonly string[]): Traced {
  const file = join(home.folder, 'trace');
  const argv = [
    '-f',
    '-qq',
    '-s',
    '256',
    '-e',
    'trace=socket,connect,sendto,sendmsg',
    '-o',
    file,
    GUARD,
    ...args,
  ];
  const { status, stderr } = spawnSync('strace', argv, {
    env: { ...home.env },
    cwd: home.home,
    encoding: 'utf8',
    input: '',
  });
  const trace = readFileSync(file, 'utf8');
  const families = [...trace.matchAll(/\bsocket\((AF_[A-Z0-9]+)/g)].map(([, family = '']) => family);
  const reached = [...trace.matchAll(ADDRESS)].map(([, port, address]) => `${address}:${port}`);
  return { status, stderr, families: [...new Set(families)], reached: [...new Set(reached)] };
}

test('the trace sees a connection where there is one', () => {
  using home = guardHome();
  const { reached, families } = traced(home, ['exec', '--quiet', '--env', 'dev', '--', 'node', '-e', '1']);
  expect({ reached, families }).toEqual({ reached: [], families: [] });
  const script = "require('net').connect(9, '127.0.0.1').on('error', () => {})";
  const file = join(home.folder, 'trace');
  spawnSync('strace', ['-f', '-qq', '-e', 'trace=connect', '-o', file, process.execPath, '-e', script]);
  expect([...readFileSync(file, 'utf8').matchAll(ADDRESS)].map(([, port]) => port)).toEqual(['9']);
});

test.each([
  [['demo', '--script']],
  [['check', '--lang', 'sql', 'SELECT 1']],
  [['audit', 'log']],
  [['doctor']],
  [['status']],
])('guard %j opens no network', (args) => {
  using home = guardHome();
  const { families, reached } = traced(home, args);
  expect(families.filter((family) => family !== 'AF_UNIX')).toEqual([]);
  expect(reached).toEqual([]);
});

describe('a session', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  test('reaches its target and nothing else', () => {
    using home = homeFor(cluster);
    const { reached } = traced(home, [
      'exec',
      '--quiet',
      '--',
      'psql',
      ...targetArguments(cluster),
      '-c',
      'SELECT 1',
    ]);
    expect(reached).toEqual([`127.0.0.1:${cluster.port}`]);
  });
});
