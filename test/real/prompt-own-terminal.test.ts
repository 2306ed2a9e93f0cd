import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltProgram, buildProgram, sleep, TestTerminal } from './pty-harness.ts';

/** Asks before anything runs on the terminal, as a session does that judges a whole command first. */
const PROGRAM = `
import { linePrompter } from './src/prompt/line-prompter.ts';
const question = {
  id: 'q', statement: 'rm -rf build', target: 'this machine', environment: 'dev', actor: { kind: 'human', id: 'alice' },
  message: { effect: 'deletes build', why: 'it is gone then', instead: 'move it' }, rule: 'r', explain: ['because'],
  details: ['more'], cascades: [], shape: false, timeoutMs: 30_000,
};
process.stdout.write('pid ' + process.pid + ' ');
await new Promise((resolve) => setTimeout(resolve, Number(process.env.WAIT ?? 0)));
const answer = await linePrompter(process.env.STYLE).ask(question, new AbortController().signal);
console.log(JSON.stringify(answer));
`;

const SETTLED_MS = 450;
let built: BuiltProgram;
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
afterAll(() => built[Symbol.dispose]());

function start(env: Record<string, string> = {}): TestTerminal {
  const script = `before=$(stty -g); ${process.execPath} ${built.file}; test "$before" = "$(stty -g)" && echo same`;
  const terminal = new TestTerminal(['sh', '-c', script], { env });
  open.push(terminal);
  return terminal;
}

describe('a question before any program runs', () => {
  test.each<[string, string, string]>([
    ['panel', 'y', '{"kind":"yes"}'],
    ['panel', '\x1b', '{"kind":"no","because":"person"}'],
    ['plain', '1\r', '{"kind":"yes"}'],
    ['plain', '\r', '{"kind":"no","because":"person"}'],
  ])('%s, %j', async (style, keys, answer) => {
    const terminal = start({ STYLE: style });
    await terminal.see('rm -rf build');
    await sleep(SETTLED_MS);
    terminal.type(keys);
    await terminal.see('same');
    expect(terminal.text()).toContain(answer);
  });

  test.each(['panel', 'plain'])('%s: what was typed before does not answer', async (style) => {
    const terminal = start({ STYLE: style, WAIT: '500' });
    await terminal.see('pid');
    terminal.type('y\r1\r');
    await terminal.see('rm -rf build');
    await sleep(SETTLED_MS);
    expect(terminal.text()).not.toContain('{"kind"');
    terminal.type('\x03');
    await terminal.see('same');
    expect(terminal.text()).toContain('"person"');
  });

  test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGHUP'])('%s is a no', async (signal) => {
    const terminal = start();
    await terminal.see('rm -rf build');
    await sleep(SETTLED_MS);
    const pid = Number(/pid (\d+)/.exec(terminal.raw)?.[1]);
    process.kill(pid, signal);
    await terminal.see('same');
    expect(terminal.text()).toContain('{"kind":"no","because":"no-terminal"}');
  });
});
