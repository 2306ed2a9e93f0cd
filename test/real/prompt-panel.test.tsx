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
    await terminal.see('60');
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
});
