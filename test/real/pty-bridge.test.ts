import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { exitStatus } from '../../src/capture/child-exit.ts';
import { type BuiltProgram, buildProgram, sleep, TestTerminal, temporaryFolder } from './pty-harness.ts';

/** guard in small: the bridge alone. */
const PROGRAM = `
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { exitStatus } from './src/capture/child-exit.ts';
import { TerminalBridge } from './src/capture/terminal-bridge.ts';

const bridge = new TerminalBridge({ argv: process.argv.slice(2), env: process.env });
writeFileSync(process.env.PIDS, JSON.stringify({ guard: process.pid, program: bridge.pid }));
const after = Number(process.env.AFTER ?? 1e9);
if (process.env.TROUBLE === 'throw') setTimeout(() => { throw new Error('on purpose'); }, after);
if (process.env.TROUBLE === 'reject') setTimeout(() => Promise.reject(new Error('on purpose')), after);
if (process.env.TROUBLE === 'exit') setTimeout(() => process.exit(9), after);
const end = await bridge.done;
process.exit(end.endedBy ? 128 + constants.signals[end.endedBy] : exitStatus(end.exit));
`;

const PIPED = `
import { exitStatus } from './src/capture/child-exit.ts';
import { startPiped } from './src/capture/piped.ts';
process.exit(exitStatus(await startPiped({ argv: process.argv.slice(2), env: process.env }).done));
`;

let built: BuiltProgram;
let piped: BuiltProgram;
const folder = temporaryFolder();
const open: TestTerminal[] = [];
let count = 0;

beforeAll(async () => {
  [built, piped] = await Promise.all([buildProgram(PROGRAM), buildProgram(PIPED)]);
});
afterEach(async () => {
  for (const terminal of open.splice(0)) {
    terminal.program.hangUp();
    await terminal.program.done;
  }
});
afterAll(() => {
  built[Symbol.dispose]();
  piped[Symbol.dispose]();
  folder[Symbol.dispose]();
});

interface Pids {
  readonly guard: number;
  readonly program: number;
}

/** Runs `script` in bash; `$GUARD` in it is the small guard. */
function inBash(
  script: string,
  env: Record<string, string> = {},
): { readonly terminal: TestTerminal; readonly pids: () => Promise<Pids> } {
  count += 1;
  const file = join(folder.path, `pids-${count}`);
  const terminal = new TestTerminal(['bash', '--norc', '-c', script], {
    env: { GUARD: `${process.execPath} ${built.file}`, PIDS: file, PS1: '> ', ...env },
  });
  open.push(terminal);
  const pids = async (): Promise<Pids> => {
    await terminal.see(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('}'));
    return JSON.parse(readFileSync(file, 'utf8'));
  };
  return { terminal, pids };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Shows the terminal's settings before and after. */
const AROUND = (command: string): string =>
  `stty -g > $PIDS.before; ${command}; rc=$?; stty -g > $PIDS.after; cmp -s $PIDS.before $PIDS.after && echo "same rc=$rc" || stty -a`;

describe('the terminal is as it was on every way out', () => {
  test.each<[string, string, number]>([
    ['a normal end', 'true', 0],
    ['a status', "sh -c 'exit 7'", 7],
    ['a program killed', "sh -c 'kill -9 $$'", 137],
    ['a program that leaves its own terminal raw', 'stty raw -echo', 0],
  ])('%s', async (_, command, status) => {
    const { terminal } = inBash(AROUND(`$GUARD ${command}`));
    await terminal.see(`same rc=${status}`);
  });

  test.each<[NodeJS.Signals, number]>([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
  ])('%s to guard', async (signal, status) => {
    const { terminal, pids } = inBash(`trap : INT; ${AROUND('$GUARD cat')}`);
    const { guard, program } = await pids();
    terminal.type('raw?\r');
    await terminal.see('raw?\nraw?');
    process.kill(guard, signal);
    await terminal.see(`same rc=${status}`);
    expect(alive(program)).toBe(false);
  });

  test('a program that ignores SIGHUP is killed, at once at the second signal', async () => {
    const { terminal, pids } = inBash(AROUND(`$GUARD bash -c 'trap "" HUP TERM; echo up; exec sleep 100'`));
    const { guard, program } = await pids();
    await terminal.see('up');
    process.kill(guard, 'SIGTERM');
    await sleep(200);
    expect(alive(program)).toBe(true);
    process.kill(guard, 'SIGTERM');
    await terminal.see('same rc=143');
    expect(alive(program)).toBe(false);
  });

  test.each([
    ['throw', 1],
    ['reject', 1],
    ['exit', 9],
  ])('guard itself fails: %s', async (trouble, status) => {
    const script = `sh -c 'printf "\\033[?1049h\\033[?1000h\\033[?25l"; exec cat'`;
    const { terminal, pids } = inBash(AROUND(`$GUARD ${script}`), { TROUBLE: trouble, AFTER: '600' });
    const { program } = await pids();
    await terminal.see(`same rc=${status}`);
    await terminal.see(() => !alive(program));
    expect(terminal.picture()).toMatchObject({ screen: 'normal', modes: { mouseTrackingMode: 'none' } });
    expect(terminal.raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(terminal.raw.lastIndexOf('\x1b[?25l'));
  });

  test('stopped from outside and continued', async () => {
    const { terminal, pids } = inBash('PS1="> " exec bash --norc -i');
    await terminal.see('> ');
    terminal.type('$GUARD cat\r');
    const { guard } = await pids();
    terminal.type('one\r');
    await terminal.see('one\none');
    process.kill(guard, 'SIGTSTP');
    await terminal.see('Stopped');
    terminal.type('stty -a | grep -ow icanon\r');
    await terminal.see('\nicanon');
    terminal.type('fg\r');
    await sleep(300);
    terminal.type('two\r');
    await terminal.see('two\ntwo');
    terminal.type('\x04');
    await sleep(300);
    terminal.type('echo back $((1+1))\r');
    await terminal.see('back 2');
  });

  test('guard killed with -9: the program loses its terminal', async () => {
    const { terminal, pids } = inBash('$GUARD cat; exec sleep 60');
    const { guard, program } = await pids();
    process.kill(guard, 'SIGKILL');
    await terminal.see(() => !alive(program));
  });

  test('a terminal that goes away ends the program', async () => {
    const { terminal, pids } = inBash('exec $GUARD cat');
    const { guard, program } = await pids();
    terminal.program.hangUp();
    await terminal.see(() => !alive(guard) && !alive(program));
  });
});

describe('what passes', () => {
  test('every byte, both ways, as it is', async () => {
    const { terminal } = inBash("exec $GUARD sh -c 'stty raw -echo; echo ready; exec cat'");
    await terminal.see('ready');
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const begun = terminal.raw.length;
    terminal.program.write(all);
    await terminal.see(() => terminal.raw.length >= begun + 256);
    expect(Buffer.from(terminal.raw.slice(begun), 'latin1')).toEqual(all);
  });

  test('a bare line feed is not turned into a new line', async () => {
    const { terminal } = inBash('exec $GUARD sh -c \'stty -opost; printf "a\\nb"; exec sleep 5\'');
    await terminal.see(/a\n b/);
  });

  test("Ctrl-Z and Ctrl-C are the program's", async () => {
    const { terminal, pids } = inBash('PS1="> " exec $GUARD bash --norc -i');
    await terminal.see('> ');
    terminal.type('sleep 50\r');
    await sleep(300);
    terminal.type('\x1a');
    await terminal.see('Stopped');
    terminal.type('kill %1; cat\r');
    await sleep(300);
    terminal.type('\x03');
    await terminal.see('^C');
    terminal.type('echo still $((6 * 7))\r');
    await terminal.see('still 42');
    expect(alive((await pids()).guard)).toBe(true);
  });

  test('the line settings of the terminal: erase key and UTF-8', async () => {
    const { terminal } = inBash("stty erase ^G iutf8; exec $GUARD sh -c 'stty -a; cat'");
    await terminal.see('erase = ^G');
    expect(terminal.text()).toMatch(/[^-]iutf8/);
  });

  test('the size, at the start and later', async () => {
    const { terminal } = inBash(
      `exec $GUARD bash -c 'trap "stty size" WINCH; stty size; while :; do sleep 0.05; done'`,
    );
    await terminal.see('24 80');
    terminal.resize(111, 33);
    await terminal.see('33 111');
  });

  test('a slow terminal slows the program and takes no memory', async () => {
    const { terminal, pids } = inBash("exec $GUARD sh -c 'yes | head -c 100000000; echo the-end'");
    const { guard } = await pids();
    terminal.program.pause();
    await sleep(1_500);
    const pages = Number(readFileSync(`/proc/${guard}/statm`, 'latin1').split(' ')[1]);
    expect(pages * 4096).toBeLessThan(120 * 1024 * 1024);
    expect(alive(guard)).toBe(true);
  });
});

describe('without a terminal', () => {
  test('bytes and statuses are exact', () => {
    const input = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) % 256));
    const output = execFileSync(process.execPath, [piped.file, 'cat'], { input, maxBuffer: 10_000_000 });
    expect(output.equals(input)).toBe(true);
  });

  test.each<[string, number | null]>([
    ['exit 0', 0],
    ['exit 3', 3],
    ['kill -9 $$', 137],
    ['kill -TERM $$', 143],
  ])('%s', async (script, status) => {
    const child = spawn(process.execPath, [piped.file, 'sh', '-c', script], { stdio: 'ignore' });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(status);
  });

  test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGQUIT'])(
    '%s goes on to the program',
    async (signal) => {
      const name = signal.slice(3);
      const script = `trap 'echo got ${name}; exit 5' ${name}; echo up; while :; do sleep 0.05; done`;
      const child = spawn(process.execPath, [piped.file, 'sh', '-c', script], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += String(chunk);
      });
      while (!output.includes('up')) await sleep(10);
      child.kill(signal);
      expect(await new Promise((resolve) => child.once('close', resolve))).toBe(5);
      expect(output).toBe(`up\ngot ${name}\n`);
    },
  );

  test('statuses are as a shell counts them', () => {
    expect(exitStatus({ kind: 'signal', signal: 'SIGINT' })).toBe(130);
  });
});
