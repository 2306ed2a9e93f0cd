import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { runChild, startChild } from '../../src/host/children.ts';
import { systemClock } from '../../src/host/clock.ts';

const node = process.execPath;

describe('children', () => {
  test('arguments arrive as they are: no shell reads them', () => {
    const hostile = ['$(touch /tmp/x)', '; rm -rf /', '`id`', 'a b', "it's", '*'];
    const run = runChild(node, ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', ...hostile]);
    expect(JSON.parse(run.stdout.toString())).toEqual(hostile);
    expect(run).toMatchObject({ status: 0, signal: undefined, problem: undefined });
  });

  test.each([
    ['a missing program', ['/no/such/program', []], {}, /ENOENT/],
    ['a slow one', [node, ['-e', 'setInterval(()=>{},1e3)']], { timeoutMs: 200 }, /ETIMEDOUT/],
    [
      'a talkative one',
      [node, ['-e', 'for(;;)console.log("x".repeat(999))']],
      { limitBytes: 5000 },
      /ENOBUFS/,
    ],
  ] as const)('%s is a problem, not an exception', (_, [file, args], options, problem) => {
    expect(String(runChild(file, args, options).problem)).toMatch(problem);
  });

  test('input, environment and status', () => {
    const run = runChild(
      node,
      ['-e', 'process.stdin.pipe(process.stdout); process.exitCode = Number(process.env.N)'],
      {
        input: 'in',
        env: { N: '3' },
      },
    );
    expect([run.stdout.toString(), run.status]).toEqual(['in', 3]);
  });

  test('startChild never uses a shell', async () => {
    const child = startChild('echo $HOME', [], { stdio: 'ignore' });
    const [error] = await once(child, 'error');
    expect(String(error)).toMatch(/ENOENT/);
  });
});

test('the monotonic clock never goes back', () => {
  const first = systemClock.monotonic();
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
  expect(Math.abs(systemClock.wall() - Date.now())).toBeLessThan(1000);
});
