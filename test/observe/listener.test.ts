import { describe, expect, test } from 'vitest';
import { listenerOf, listenerOfSocket, type ProcReader } from '../../src/observe/listener.ts';
import {
  listenersAt,
  parseListeners,
  parseSocketFiles,
  plainAddress,
} from '../../src/observe/listener-table.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

function row(local: string, uid: number, inode: number, state = '0A'): string {
  const remote = local.length > 20 ? `${'0'.repeat(32)}:0000` : '00000000:0000';
  return `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000000000000000 100 0 0 10 0`;
}

const V4_LOOPBACK = '0100007F:1538';
const V4_ANY = '00000000:1538';
const V6_LOOPBACK = '00000000000000000000000001000000:1538';
const V6_ANY = '00000000000000000000000000000000:1538';
const V4_IN_V6 = '0000000000000000FFFF00000100007F:1538';

describe('parseListeners', () => {
  test.each([
    [V4_LOOPBACK, '127.0.0.1'],
    [V4_ANY, '0.0.0.0'],
    [V6_LOOPBACK, '::1'],
    [V6_ANY, '::'],
    [V4_IN_V6, '127.0.0.1'],
  ])('%s is %s', (local, address) => {
    expect(parseListeners(`${HEAD}\n${row(local, 1000, 77)}\n`)).toEqual([
      { address, port: 5432, uid: 1000, inode: '77' },
    ]);
  });

  test('connections are no listeners', () => {
    expect(parseListeners(row(V4_LOOPBACK, 1000, 77, '01'))).toEqual([]);
  });
});

test.each([
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['::1', '::1'],
  ['10.0.0.1', '10.0.0.1'],
])('plainAddress %s', (address, plain) => {
  expect(plainAddress(address)).toBe(plain);
});

test('the most exact listener is the one that answers', () => {
  const sockets = parseListeners([row(V4_ANY, 1, 1), row(V4_LOOPBACK, 2, 2), row(V6_ANY, 3, 3)].join('\n'));
  expect(listenersAt(sockets, '127.0.0.1', 5432).map((one) => one.inode)).toEqual(['2']);
  expect(listenersAt(sockets, '10.0.0.5', 5432).map((one) => one.inode)).toEqual(['1', '3']);
  expect(listenersAt(sockets, '127.0.0.1', 5433)).toEqual([]);
});

interface Process {
  readonly comm: string;
  readonly exe?: string;
  readonly cwd?: string;
  readonly uid?: number;
  /** Inodes of its sockets; absent when we may not look. */
  readonly sockets?: readonly string[];
}

interface World {
  readonly tcp?: string;
  readonly unix?: string;
  readonly processes?: Readonly<Record<string, Process>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly owners?: Readonly<Record<string, number>>;
  readonly links?: Readonly<Record<string, string>>;
}

function procOf(world: World): ProcReader {
  const processes = world.processes ?? {};
  const parse = (path: string) => /^\/proc\/(\d+)(?:\/(.*))?$/.exec(path) ?? [];
  return {
    readText: (path) => {
      if (path === '/proc/net/tcp') return world.tcp;
      if (path === '/proc/net/unix') return world.unix;
      const [, pid, name] = parse(path);
      return name === 'comm' && pid !== undefined ? `${processes[pid]?.comm}\n` : world.files?.[path];
    },
    list: (path) => {
      if (path === '/proc') return ['net', 'self', ...Object.keys(processes)];
      const [, pid] = parse(path);
      return (processes[pid ?? '']?.sockets ?? []).map((_, index) => String(index));
    },
    link: (path) => {
      const [, pid = '', name = ''] = parse(path);
      if (name === 'exe' || name === 'cwd') return processes[pid]?.[name];
      const inode = processes[pid]?.sockets?.[Number(name.slice('fd/'.length))];
      return inode === undefined ? undefined : `socket:[${inode}]`;
    },
    owner: (path) => processes[parse(path)[1] ?? '']?.uid ?? world.owners?.[path],
    real: (path) => world.links?.[path] ?? path,
  };
}

const OWN = process.geteuid?.() ?? 0;
const OTHER = 4242;
const POSTMASTER: Process = {
  comm: 'postgres',
  exe: '/usr/lib/postgresql/15/bin/postgres',
  cwd: '/data',
  sockets: ['77'],
};
const PID_FILE = { '/data/postmaster.pid': '9\n/data\n' };

describe('listenerOf', () => {
  const cases: readonly (readonly [string, World, string])[] = [
    ['a postmaster at work', { processes: { 9: POSTMASTER }, files: PID_FILE }, 'postgres'],
    [
      'a postmaster whose program was updated',
      { processes: { 9: { ...POSTMASTER, exe: `${POSTMASTER.exe} (deleted)` } }, files: PID_FILE },
      'postgres',
    ],
    ['a program that is called postgres', { processes: { 9: POSTMASTER } }, 'other'],
    ['one with the pid file of another', { processes: { 8: POSTMASTER }, files: PID_FILE }, 'other'],
    [
      'ssh that calls itself postgres',
      { processes: { 9: { ...POSTMASTER, exe: '/usr/bin/ssh' } }, files: PID_FILE },
      'forwarder',
    ],
    ['ssh', { processes: { 9: { comm: 'ssh', exe: '/usr/bin/ssh', sockets: ['77'] } } }, 'forwarder'],
    [
      'kubectl',
      { processes: { 9: { comm: 'kubectl', exe: '/usr/bin/kubectl', sockets: ['77'] } } },
      'forwarder',
    ],
    ['a cloud proxy', { processes: { 9: { comm: 'cloud-sql-proxy', sockets: ['77'] } } }, 'forwarder'],
    [
      'a long name that the kernel cut',
      { processes: { 9: { comm: 'session-manager', sockets: ['77'] } } },
      'forwarder',
    ],
    ['node', { processes: { 9: { comm: 'node', exe: '/usr/bin/node', sockets: ['77'] } } }, 'other'],
    [
      'a process of ours that we can not see into',
      { processes: { 9: { comm: 'postgres', uid: OWN } } },
      'unknown',
    ],
    ['nobody', {}, 'unknown'],
  ];
  test.each(cases)('%s', (_, world, kind) => {
    const listener = listenerOf('127.0.0.1', 5432, procOf({ tcp: row(V4_LOOPBACK, OWN, 77), ...world }));
    expect(listener.kind).toBe(kind);
  });

  test.each([
    ['postgres', 'postgres'],
    ['sshd', 'forwarder'],
    ['haproxy', 'forwarder'],
    ['anything', 'unknown'],
  ])("another user's %s", (comm, kind) => {
    const world = { tcp: row(V4_LOOPBACK, OTHER, 77), processes: { 9: { comm, uid: OTHER } } };
    expect(listenerOf('127.0.0.1', 5432, procOf(world)).kind).toBe(kind);
  });

  test("another user's PostgreSQL beside a forwarder of theirs", () => {
    const processes = { 9: { comm: 'postgres', uid: OTHER }, 10: { comm: 'ssh', uid: OTHER } };
    expect(listenerOf('127.0.0.1', 5432, procOf({ tcp: row(V4_LOOPBACK, OTHER, 77), processes })).kind).toBe(
      'forwarder',
    );
  });

  test('of several at one port the least trusted counts', () => {
    const tcp = [row(V4_ANY, OWN, 77), row(V4_ANY, OWN, 78)].join('\n');
    const processes = { 9: POSTMASTER, 10: { comm: 'ssh', sockets: ['78'] } };
    expect(listenerOf('127.0.0.1', 5432, procOf({ tcp, processes, files: PID_FILE }))).toEqual({
      kind: 'forwarder',
      program: 'ssh',
    });
  });

  test('without /proc nothing is known', () => {
    const none: ProcReader = {
      readText: () => undefined,
      list: () => [],
      link: () => undefined,
      owner: () => undefined,
      real: () => undefined,
    };
    expect(listenerOf('127.0.0.1', 5432, none).kind).toBe('unknown');
    expect(listenerOfSocket('/tmp/.s.PGSQL.5432', none).kind).toBe('unknown');
  });
});

describe('listenerOfSocket', () => {
  const path = '/run/postgresql/.s.PGSQL.5432';
  const line = (flags: string, inode: number, bound = path) =>
    `00000000917a9122: 00000002 00000000 ${flags} 0001 01 ${inode} ${bound}`;
  const owners = { [path]: OWN };

  test('accepted connections carry the path, but are not the listener', () => {
    expect(parseSocketFiles([line('00000000', 1), line('00010000', 2)].join('\n'))).toEqual([
      { inode: '2', path },
    ]);
  });

  test.each<readonly [string, World, string]>([
    ['a postmaster', { processes: { 9: POSTMASTER }, files: PID_FILE }, 'postgres'],
    ['a socket that ssh forwards', { processes: { 9: { comm: 'ssh', sockets: ['77'] } } }, 'forwarder'],
    ['a file nobody listens at', { unix: '' }, 'unknown'],
  ])('%s', (_, world, kind) => {
    expect(listenerOfSocket(path, procOf({ unix: line('00010000', 77), owners, ...world })).kind).toBe(kind);
  });

  test('a folder by another name', () => {
    const linked = '/var/run/postgresql/.s.PGSQL.5432';
    const world: World = {
      unix: line('00010000', 77),
      owners: { [linked]: OWN },
      links: { [linked]: path },
      processes: { 9: POSTMASTER },
      files: PID_FILE,
    };
    expect(listenerOfSocket(linked, procOf(world)).kind).toBe('postgres');
  });
});
