import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ChildExit, exitStatus } from '../../src/capture/child-exit.ts';
import type { Argv } from '../../src/capture/launcher.ts';
import { PtyProgram } from '../../src/capture/pty.ts';
import { sleep } from './pty-harness.ts';

const SIZE = { columns: 80, rows: 24 };
const ENV = { PATH: process.env['PATH'], HOME: '/', LANG: 'C.UTF-8', TERM: 'xterm' };

interface Ran {
  readonly exit: ChildExit;
  readonly output: Buffer;
}

async function run(
  argv: Argv,
  drive: (program: PtyProgram, output: () => string) => void | Promise<void> = () => {},
): Promise<Ran> {
  const chunks: Buffer[] = [];
  const output = (): string => Buffer.concat(chunks).toString('utf8');
  const program = new PtyProgram({
    argv,
    env: ENV,
    size: SIZE,
    output: (chunk) => chunks.push(Buffer.from(chunk)),
  });
  await drive(program, output);
  const exit = await program.done;
  return { exit, output: Buffer.concat(chunks) };
}

describe('a program on a PTY', () => {
  test('25 runs of 3 MB lose not a byte', async () => {
    const bytes = 3_000_000;
    const script = `head -c ${bytes} /dev/zero | tr '\\0' x; printf END`;
    for (let round = 0; round < 25; round += 1) {
      const { output } = await run(['sh', '-c', script]);
      expect(output.length, `round ${round}`).toBe(bytes + 3);
      expect(output.subarray(-5).toString()).toBe('xxEND');
    }
  });

  test.each<[string, Argv, ChildExit, number]>([
    ['a status', ['sh', '-c', 'exit 7'], { kind: 'status', status: 7 }, 7],
    ['success', ['true'], { kind: 'status', status: 0 }, 0],
    ['255', ['sh', '-c', 'exit 255'], { kind: 'status', status: 255 }, 255],
    ['SIGTERM', ['sh', '-c', 'kill -TERM $$'], { kind: 'signal', signal: 'SIGTERM' }, 143],
    ['SIGKILL', ['sh', '-c', 'kill -KILL $$'], { kind: 'signal', signal: 'SIGKILL' }, 137],
    ['SIGSEGV', ['sh', '-c', 'kill -SEGV $$'], { kind: 'signal', signal: 'SIGSEGV' }, 139],
  ])('reports %s exactly', async (_, argv, exit, status) => {
    const ran = await run(argv);
    expect(ran.exit).toEqual(exit);
    expect(exitStatus(ran.exit)).toBe(status);
  });

  test('is the process that was asked for, leads its session and has the terminal', async () => {
    let pid = 0;
    const { output } = await run(
      ['sh', '-c', 'echo $$; ps -o sid=,tpgid= -p $$; test -t 0 && tty'],
      (program) => {
        pid = program.pid;
      },
    );
    const [own, session, terminal] = output.toString().split('\r\n');
    expect(Number(own)).toBe(pid);
    expect(session?.trim().split(/\s+/)).toEqual([String(pid), String(pid)]);
    expect(terminal).toMatch(/^\/dev\/pts\//);
  });

  test('inherits nothing but its terminal and what was given', async () => {
    const other = new PtyProgram({ argv: ['sleep', '60'], env: ENV, size: SIZE, output: () => {} });
    try {
      const { output } = await run(['sh', '-c', 'ls -l /proc/$$/fd; echo done']);
      const targets = [...output.toString().matchAll(/ (\d+) -> (\S+)/g)].map((match) => match[2]);
      expect(targets.filter((target) => target?.includes('ptmx'))).toEqual([]);
      expect(new Set(targets.filter((target) => target?.startsWith('/dev/pts/'))).size).toBe(1);
    } finally {
      other.hangUp();
      await other.done;
    }
  });

  test('does not wait for background processes that keep the terminal', async () => {
    const begun = Date.now();
    const { output, exit } = await run(['sh', '-c', 'trap "" HUP; sleep 30 & echo last; exit 3']);
    expect(output.toString()).toBe('last\r\n');
    expect(exit).toEqual({ kind: 'status', status: 3 });
    expect(Date.now() - begun).toBeLessThan(10_000);
  });

  test('ends although a background process floods the terminal', async () => {
    const { exit, output } = await run(['sh', '-c', 'yes & sleep 0.2; exit 4']);
    expect(exit).toEqual({ kind: 'status', status: 4 });
    expect(output.toString()).not.toContain('5577');
  });

  test('has its size at the start and hears of a new one', async () => {
    const script = 'stty size; trap "stty size; exit" WINCH; while :; do sleep 0.05; done';
    const { output } = await run(['bash', '-c', script], async (program, seen) => {
      while (!seen().includes('24 80')) await sleep(5);
      await sleep(100);
      program.resize({ columns: 132, rows: 50 });
    });
    expect(output.toString()).toBe('24 80\r\n50 132\r\n');
  });

  test('job control is its own: Ctrl-Z stops, Ctrl-C interrupts', async () => {
    const { output } = await run(['bash', '--norc', '-i'], async (program, seen) => {
      const type = (text: string): boolean => program.write(Buffer.from(text));
      const see = async (text: string): Promise<void> => {
        while (!seen().includes(text)) await sleep(5);
      };
      type('PS1="re""ady> "\r');
      await see('ready> ');
      type('sleep 50\r');
      await sleep(300);
      type('\x1a');
      await see('Stopped');
      type('kill %1; echo kil""led\r');
      await see('killed');
      type('cat\r');
      await sleep(300);
      type('\x03');
      await sleep(300);
      type('exit 5\r');
    });
    expect(output.toString()).toContain('^Z');
    expect(output.toString()).toContain('^C');
  });

  test('takes a megabyte of input without losing any of it', async () => {
    const size = 1_000_000;
    const { output } = await run(
      ['sh', '-c', `stty raw -echo; echo ready; head -c ${size} | md5sum`],
      async (program, seen) => {
        while (!seen().includes('ready')) await sleep(5);
        program.write(Buffer.alloc(size, 'z'));
      },
    );
    const expected = execFileSync('sh', ['-c', `head -c ${size} /dev/zero | tr '\\0' z | md5sum`]).toString();
    expect(output.toString()).toContain(expected.slice(0, 32));
  });

  test('a command that does not exist is said to be so', () => {
    expect(
      () => new PtyProgram({ argv: ['no-such-program'], env: ENV, size: SIZE, output: () => {} }),
    ).toThrow(expect.objectContaining({ code: 'COMMAND_NOT_FOUND' }));
  });

  test('a start that fails leaves no descriptors behind', () => {
    const before = readdirSync('/proc/self/fd').length;
    const start = (): PtyProgram =>
      new PtyProgram({ argv: ['cat', 'a\0b'], env: ENV, size: SIZE, output: () => {} });
    for (let round = 0; round < 5; round += 1) {
      expect(start).toThrow(expect.objectContaining({ code: 'PTY_FAILED' }));
    }
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  test('a run leaves no descriptors behind', async () => {
    await run(['true']);
    const before = readdirSync('/proc/self/fd').length;
    for (let round = 0; round < 5; round += 1) await run(['echo', 'x']);
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  test('gets extra descriptors from 3 on', async () => {
    const fd = openSync('/etc/hostname', 'r');
    const chunks: Buffer[] = [];
    const program = new PtyProgram({
      argv: ['cat', '/dev/fd/3'],
      env: ENV,
      size: SIZE,
      inherit: [fd],
      output: (chunk) => chunks.push(Buffer.from(chunk)),
    });
    await program.done;
    closeSync(fd);
    expect(Buffer.concat(chunks).toString().trim()).toBe(readFileSync('/etc/hostname', 'utf8').trim());
  });

  test('hanging up ends it', async () => {
    const { exit } = await run(['sh', '-c', 'echo here; exec sleep 100'], async (program, seen) => {
      while (!seen().includes('here')) await sleep(5);
      program.hangUp();
    });
    expect(exit).toEqual({ kind: 'signal', signal: 'SIGHUP' });
  });
});
