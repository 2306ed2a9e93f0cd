import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Argv } from '../../src/capture/launcher.ts';
import {
  type BuiltProgram,
  buildProgram,
  sleep,
  TestTerminal,
  type TestTerminalOptions,
  temporaryFolder,
} from './pty-harness.ts';

/** guard in small: the bridge and the prompter; SIGUSR2 asks, the answers are appended to a file. */
const PROGRAM = `
import { appendFileSync } from 'node:fs';
import { exitStatus } from './src/capture/child-exit.ts';
import { TerminalBridge } from './src/capture/terminal-bridge.ts';
import { createPrompter } from './src/prompt/prompter.ts';
import { promptStyle } from './src/prompt/style.ts';

const bridge = new TerminalBridge({ argv: process.argv.slice(2), env: process.env });
const prompter = createPrompter({ terminal: bridge, style: promptStyle(process.env, process.env.STYLE) });
const question = {
  id: 'q1',
  statement: 'DELETE FROM claims WHERE filed < 2019;',
  target: 'claims-prod',
  environment: 'prod',
  actor: { kind: 'human', id: 'alice' },
  message: { effect: 'deletes rows of claims', why: 'they can not be brought back', instead: 'archive them first' },
  rule: 'bulk-write',
  explain: ['bulk-write: more than 1,000 rows', 'finding: data.delete.bulk'],
  details: ['fingerprint 12ab', 'actor human (os: uid 1000)'],
  rows: 'about 48,200 of 50,000 rows',
  cascades: ['claim_lines'],
  shape: true,
  timeoutMs: 60_000,
  ...JSON.parse(process.env.QUESTION ?? '{}'),
};
let cancel = new AbortController();
process.on('SIGUSR2', async () => {
  cancel = new AbortController();
  const answer = await prompter.ask(question, cancel.signal);
  appendFileSync(process.env.ANSWERS, JSON.stringify(answer) + '\\n');
});
process.on('SIGUSR1', () => cancel.abort('server-lost'));
if (process.env.CRASH) setTimeout(() => { throw new Error('crash on purpose'); }, Number(process.env.CRASH));
const end = await bridge.done;
process.exit(end.endedBy ? 128 + 15 : exitStatus(end.exit));
`;

/** Longer than the time in which keys are ignored. */
const SETTLED_MS = 450;

let built: BuiltProgram;
const folder = temporaryFolder();
const open: TestTerminal[] = [];

beforeAll(async () => {
  built = await buildProgram(PROGRAM);
});
afterEach(async () => {
  for (const terminal of open.splice(0)) {
    terminal.program.hangUp();
    await terminal.program.done;
  }
});
afterAll(() => {
  built[Symbol.dispose]();
  folder[Symbol.dispose]();
});

class Session {
  readonly terminal: TestTerminal;
  readonly #answers: string;

  constructor(argv: Argv, options: TestTerminalOptions & { readonly question?: object } = {}) {
    this.#answers = join(folder.path, `answers-${Math.random()}`);
    writeFileSync(this.#answers, '');
    this.terminal = new TestTerminal([process.execPath, built.file, ...argv], {
      ...options,
      env: {
        ANSWERS: this.#answers,
        QUESTION: JSON.stringify(options.question ?? {}),
        ...options.env,
      },
    });
    open.push(this.terminal);
  }

  get answers(): readonly unknown[] {
    const text = readFileSync(this.#answers, 'utf8');
    return text === ''
      ? []
      : text
          .trim()
          .split('\n')
          .map((line): unknown => JSON.parse(line));
  }

  ask(): void {
    process.kill(this.terminal.program.pid, 'SIGUSR2');
  }

  /** Asks and waits until keys count. */
  async asked(what: string | RegExp = 'claims-prod'): Promise<void> {
    this.ask();
    await this.terminal.see(what);
    await sleep(SETTLED_MS);
  }

  async answered(count = 1): Promise<void> {
    await this.terminal.see(() => this.answers.length >= count);
    // On a busy machine the panel may stand there for a while after the answer.
    await this.terminal.see(() => !/╭|\+-{10}/.test(this.terminal.text()));
    await this.terminal.quiet();
  }
}

async function bash(options: TestTerminalOptions & { readonly question?: object } = {}): Promise<Session> {
  const session = new Session(['bash', '--norc', '-i'], {
    ...options,
    env: { PS1: '> ', ...options.env },
  });
  await session.terminal.see('> ');
  return session;
}

const YES = { kind: 'yes' };
const NO = { kind: 'no', because: 'person' };

describe('the panel on a real terminal', () => {
  test.each<[string, string, unknown]>([
    ['y', 'y', YES],
    ['n', 'n', NO],
    ['s', 's', { kind: 'shape' }],
    ['Esc', '\x1b', NO],
    ['Ctrl-C', '\x03', NO],
    ['Enter', '\r', NO],
    ['y and Enter in one piece', 'y\r', YES],
  ])('%s answers and leaves the screen as it was', async (_, key, answer) => {
    const session = await bash();
    const { terminal } = session;
    terminal.type('echo one; echo two; printf no-newline\r');
    await terminal.see('no-newline>');
    await terminal.quiet();
    const before = terminal.picture();
    await session.asked();
    for (const text of [
      '[PROD]',
      'human alice',
      'DELETE FROM claims',
      'about 48,200',
      'claim_lines',
      'no in ',
    ]) {
      expect(terminal.text()).toContain(text);
    }
    terminal.type(key);
    await session.answered();
    expect(session.answers).toEqual([answer]);
    expect(terminal.picture()).toEqual(before);
  });

  test('the screen is as it was where there is no room below the cursor', async () => {
    const session = await bash();
    const { terminal } = session;
    terminal.type('seq 1 60; printf "\\033[1;31mred"\r');
    // The line that was typed holds both words too.
    await terminal.see(/^60\nred> ?$/m);
    await terminal.quiet();
    const before = terminal.picture();
    await session.asked();
    terminal.type('e');
    await terminal.see('data.delete.bulk');
    terminal.type('n');
    await session.answered();
    expect(terminal.picture()).toEqual(before);
  });

  test('the session goes on after an answer', async () => {
    const session = await bash();
    const { terminal } = session;
    await session.asked();
    terminal.type('y');
    await session.answered();
    terminal.type('echo still $((40 + 2))\r');
    await terminal.see('still 42');
    terminal.type('exit 3\r');
    expect(await terminal.program.done).toEqual({ kind: 'status', status: 3 });
  });

  test('typed before the panel: to the program; in its first moments: nowhere', async () => {
    const session = await bash();
    const { terminal } = session;
    terminal.type('sleep 1\r');
    await sleep(200);
    terminal.type('y\recho type-ahead\r');
    session.ask();
    await terminal.see('claims-prod');
    terminal.type('y');
    await sleep(SETTLED_MS);
    expect(session.answers).toEqual([]);
    terminal.type('n');
    await session.answered();
    expect(session.answers).toEqual([NO]);
    await terminal.see('\ntype-ahead');
    expect(terminal.text()).toContain('y: command not found');
  });

  test('a paste does not answer and is not passed on', async () => {
    const session = await bash();
    const { terminal } = session;
    await session.asked();
    terminal.paste('y');
    terminal.paste('y\n');
    await sleep(200);
    expect(session.answers).toEqual([]);
    terminal.type('n');
    await session.answered();
    expect(session.answers).toEqual([NO]);
    expect(terminal.text()).not.toContain('y');
  });

  test("the program's modes are off while guard asks and on again afterwards", async () => {
    const session = new Session(['sh', '-c', `stty raw -echo; printf '${MODES}ready'; exec cat`]);
    const { terminal } = session;
    await terminal.see('ready');
    await terminal.quiet();
    const before = terminal.picture();
    expect(before).toMatchObject({
      modes: {
        mouseTrackingMode: 'drag',
        bracketedPasteMode: true,
        applicationCursorKeysMode: true,
        applicationKeypadMode: true,
      },
    });
    await session.asked();
    expect(terminal.picture()).toMatchObject({
      modes: {
        mouseTrackingMode: 'none',
        bracketedPasteMode: true,
        applicationCursorKeysMode: false,
        applicationKeypadMode: false,
      },
    });
    terminal.type('n');
    await session.answered();
    expect(terminal.picture()).toEqual(before);
    expect(terminal.raw.lastIndexOf('\x1b[?25l')).toBeGreaterThan(terminal.raw.lastIndexOf('\x1b[?25h'));
  });

  test('output waits while guard asks and comes whole afterwards', async () => {
    const session = new Session(['sh', '-c', 'echo start; sleep 1.2; seq 1 300000; echo all-out; cat']);
    const { terminal } = session;
    await terminal.see('start');
    await session.asked();
    await sleep(1_500);
    expect(terminal.text()).toContain('claims-prod');
    expect(terminal.text()).not.toContain('300000');
    terminal.type('y');
    await terminal.see('all-out');
    const after = terminal.raw.slice(terminal.raw.lastIndexOf(SHOW_CURSOR) + SHOW_CURSOR.length);
    const numbers = after.match(/^\d+(?=\r$)/gm) ?? [];
    expect(numbers).toHaveLength(300_000);
    expect(numbers.at(-1)).toBe('300000');
  });

  test('a full-screen program draws itself again', async () => {
    const session = new Session(['less', '/etc/services']);
    const { terminal } = session;
    await terminal.see('/etc/services');
    await terminal.quiet();
    // less itself shows another last line after it has drawn itself again.
    const before = terminal.rows().slice(0, -1);
    expect(terminal.picture()).toMatchObject({ screen: 'alternate' });
    await session.asked();
    expect(terminal.text()).toContain('y yes');
    terminal.type('y');
    await session.answered();
    await sleep(300);
    await terminal.quiet();
    expect(terminal.rows().slice(0, -1)).toEqual(before);
    terminal.type('q');
    await terminal.program.done;
  });

  test.each([
    [40, 24],
    [120, 40],
    [80, 10],
    [40, 10],
    [60, 5],
  ])('a new size of %i x %i while guard asks: drawn anew, nothing left behind', async (columns, rows) => {
    const session = await bash();
    const { terminal } = session;
    terminal.type('seq 1 5\r');
    await terminal.see('5\n>');
    await terminal.quiet();
    await session.asked();
    terminal.resize(columns, rows);
    await sleep(500);
    await terminal.quiet();
    await terminal.see(/\[PROD\][\s\S]*y yes/);
    for (const row of terminal.rows()) expect(row.length).toBeLessThanOrEqual(columns);
    terminal.type('n');
    await session.answered();
    const text = terminal.text();
    for (const left of ['PROD', 'claims', '│', '╭', '╰', 'yes']) expect(text).not.toContain(left);
    terminal.type('echo $COLUMNS x $LINES\r');
    await terminal.see(`${columns} x ${rows}`);
  });

  test('an answer in the middle of a resize leaves cursor and wrapping as they were', async () => {
    const session = await bash();
    const { terminal } = session;
    await session.asked();
    terminal.resize(90, 30);
    await sleep(30);
    terminal.type('y');
    await session.answered();
    expect(session.answers).toEqual([YES]);
    await sleep(300);
    expect(terminal.text().trim()).toBe('>');
    expect(terminal.raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(terminal.raw.lastIndexOf('\x1b[?25l'));
    expect(terminal.raw.lastIndexOf('\x1b[?7h')).toBeGreaterThan(terminal.raw.lastIndexOf('\x1b[?7l'));
  });

  test('several sizes in a row end well', async () => {
    const session = await bash();
    const { terminal } = session;
    await session.asked();
    for (const [columns, rows] of [
      [100, 30],
      [50, 12],
      [90, 20],
      [41, 9],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      await sleep(15);
    }
    await sleep(500);
    await terminal.see(/\[PROD\][\s\S]*y yes/);
    terminal.type('y');
    await session.answered();
    expect(session.answers).toEqual([YES]);
    expect(terminal.text().trim()).toBe('>');
  });

  test('40 columns and 10 rows', async () => {
    const session = await bash({ columns: 40, rows: 10 });
    const { terminal } = session;
    const before = terminal.picture();
    await session.asked('[PROD]');
    for (const part of ['DELETE FROM claims', 'y yes', 'n no', 'no in '])
      expect(terminal.text()).toContain(part);
    terminal.type('y');
    await session.answered();
    expect(terminal.picture()).toEqual(before);
  });

  test('NO_COLOR: no colour, weight only', async () => {
    const session = await bash({ env: { NO_COLOR: '1' } });
    const begun = session.terminal.raw.length;
    await session.asked();
    expect(session.terminal.raw.slice(begun)).not.toMatch(
      /\x1b\[(?:[0-9;]*;)?(?:3[0-7]|4[0-7]|9[0-7]|38|48)[;m]/,
    );
    const colourful = await bash();
    const start = colourful.terminal.raw.length;
    await colourful.asked();
    expect(colourful.terminal.raw.slice(start)).toMatch(/\x1b\[31m/);
  });

  test('CI or DEV in the environment change nothing', async () => {
    const session = await bash({ env: { CI: 'true', DEV: 'true', INK_SCREEN_READER: 'true' } });
    const before = session.terminal.picture();
    await session.asked();
    session.terminal.type('y');
    await session.answered();
    expect(session.terminal.picture()).toEqual(before);
  });

  test('ASCII without a UTF-8 locale', async () => {
    const session = await bash({ env: { LANG: 'C', LC_ALL: 'C' } });
    await session.asked();
    expect(session.terminal.text()).toMatch(/^[\x20-\x7e\n]*$/);
    expect(session.terminal.text()).toContain('+---');
  });

  test.each([
    ['TERM=dumb', { TERM: 'dumb' }],
    ['--prompt plain', { STYLE: 'plain' }],
  ])('%s: numbered lines, no cursor movement', async (_, env) => {
    const session = new Session(['sh', '-c', 'stty -echo; echo ready; exec cat'], { env });
    const { terminal } = session;
    await terminal.see('ready');
    const begun = terminal.raw.length;
    await session.asked('Your choice');
    terminal.type('1\r');
    await session.answered();
    expect(session.answers).toEqual([YES]);
    expect(terminal.raw.slice(begun)).not.toContain('\x1b');
  });

  test('a typed confirmation', async () => {
    const session = await bash({ question: { typed: 'claims-prod', shape: false } });
    const { terminal } = session;
    const before = terminal.picture();
    await session.asked('type claims-prod');
    for (const letter of 'claims') {
      terminal.type(letter);
      await sleep(5);
    }
    await terminal.see('claims▏');
    terminal.type('\r');
    await terminal.see('not the same');
    for (const letter of 'claims-prod') {
      terminal.type(letter);
      await sleep(5);
    }
    await terminal.see('claims-prod▏');
    terminal.type('\r');
    await session.answered();
    expect(session.answers).toEqual([YES]);
    expect(terminal.picture()).toEqual(before);
  });

  test('time over and a lost server are a no, and the screen is as it was', async () => {
    const session = await bash({ question: { timeoutMs: 1_500 } });
    const { terminal } = session;
    const before = terminal.picture();
    await session.asked();
    expect(terminal.text()).toContain('no in 0:0');
    await session.answered();
    expect(terminal.picture()).toEqual(before);
    await session.asked();
    process.kill(terminal.program.pid, 'SIGUSR1');
    await session.answered(2);
    expect(session.answers).toEqual([
      { kind: 'no', because: 'timeout' },
      { kind: 'no', because: 'server-lost' },
    ]);
    expect(terminal.picture()).toEqual(before);
  });

  test('a program that ends while guard asks leaves no panel behind', async () => {
    const session = new Session(['sh', '-c', 'echo start; sleep 1.5; echo end; exit 6']);
    const { terminal } = session;
    await terminal.see('start');
    await session.asked();
    expect(await terminal.program.done).toEqual({ kind: 'status', status: 6 });
    expect(session.answers).toEqual([{ kind: 'no', because: 'no-terminal' }]);
    expect(terminal.text().trim()).toBe('start\nend');
  });

  test('a sequence of the program that was cut by the question is whole afterwards', async () => {
    const script = 'printf "A\\033[3"; sleep 1.5; printf "1mRED\\033[0m"; exec cat';
    const session = new Session(['bash', '-c', script]);
    const { terminal } = session;
    await terminal.see('A');
    await session.asked();
    terminal.type('y');
    await session.answered();
    await sleep(1_000);
    await terminal.see('ARED');
    expect(terminal.text().trim()).toBe('ARED');
    expect(JSON.stringify(terminal.picture())).toContain('ARED|-1,0,0,0 1,0,0,0');
  });
});

/** The last thing guard writes when it gives the terminal back. */
const SHOW_CURSOR = '\x1b[?25h';
/** Mouse with drag, SGR coordinates, paste, keypad, hidden cursor. */
const MODES = '\\033[?1002h\\033[?1006h\\033[?2004h\\033[?1h\\033=\\033[?25l';
