import chalk from 'chalk';
import { cleanup, render } from 'ink-testing-library';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Answer, Question } from '../../src/model/prompter.ts';
import { Panel } from '../../src/prompt/panel.tsx';
import type { PromptStyle } from '../../src/prompt/style.ts';
import { cells } from '../../src/terminal/width.ts';
import { masked, question, STYLE } from './questions.ts';

interface Shown {
  readonly text: () => string;
  readonly raw: () => string;
  readonly press: (...keys: string[]) => Promise<void>;
  readonly answers: Answer[];
}

const SIZE = { columns: 80, rows: 24 };
const SGR = /\x1b\[[0-9;]*m/g;

/** The real one: React schedules its work by what it found at import, before the timers were faked. */
const { setImmediate: realImmediate } = globalThis;

/** A few turns of the event loop: whatever a key has caused is on the screen then. */
async function drawn(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise<void>((resolve) => realImmediate(resolve));
    await vi.advanceTimersByTimeAsync(1);
  }
}

function show(
  changes: Partial<Question> = {},
  style: Partial<PromptStyle> = {},
  size: { readonly columns: number; readonly rows: number } = SIZE,
): Shown {
  const answers: Answer[] = [];
  const asked = question(changes);
  const view = render(
    <Panel
      question={asked}
      style={{ ...STYLE, ...style }}
      size={size}
      deadline={asked.timeoutMs}
      now={() => Date.now()}
      answered={(answer) => answers.push(answer)}
    />,
  );
  return {
    raw: () => view.lastFrame() ?? '',
    text: () => (view.lastFrame() ?? '').replace(SGR, ''),
    press: async (...keys) => {
      for (const key of keys) {
        view.stdin.write(key);
        await vi.advanceTimersByTimeAsync(5);
        await drawn();
      }
    },
    answers,
  };
}

beforeEach(() => {
  vi.useFakeTimers({
    now: 0,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'setImmediate'],
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe('what the panel says', () => {
  test('how long the transaction is open by now, not when the question came', async () => {
    const shown = show({ transaction: { openMs: 12_000, locks: [] } });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(shown.text()).toContain('transaction for 32 s, no locks');
    expect(shown.text()).toContain('no in 0:40');
  });

  test('on a low terminal, what goes with it rather than why', () => {
    const low = show({}, {}, { columns: 80, rows: 8 }).text();
    expect(low).toContain('claim_lines');
    expect(low).not.toContain('they can not be brought back');
  });

  test('everything a person needs to decide', () => {
    const text = show({ transaction: { openMs: 12_000, locks: ['claims (row exclusive)'] } }).text();
    for (const part of [
      '[PROD]',
      'claims-prod',
      'human alice',
      'DELETE FROM claims WHERE filed < 2019',
      'deletes rows of claims',
      'they can not be brought back',
      'archive them first',
      'about 48,200 of 50,000 rows',
      'claim_lines; notes',
      'transaction for 12 s, holds claims (row exclusive)',
      'y yes',
      'n no',
      'e explain',
      'd details',
      's allow this shape',
      'no in 1:00',
    ]) {
      expect(text).toContain(part);
    }
  });

  test.each(['prod', 'staging', 'dev'] as const)(
    'the environment %s is a word, not only a colour',
    (environment) => {
      expect(show({ environment }).text()).toContain(`[${environment.toUpperCase()}]`);
    },
  );

  test('the shape is offered only where it may be', () => {
    expect(show({ shape: false }).text()).not.toContain('shape');
  });

  test('a long statement is cut after six lines and says how to see the rest', async () => {
    const statement = masked(Array.from({ length: 20 }, (_, line) => `line ${line + 1}`).join('\n'));
    const panel = show({ statement });
    expect(panel.text()).toContain('line 6');
    expect(panel.text()).not.toContain('line 7');
    expect(panel.text()).toContain('… d shows all');
    await panel.press('d');
    expect(panel.text()).toContain('line 18');
    await panel.press('\x1b[B', '\x1b[B', '\x1b[6~');
    expect(panel.text()).toContain('line 20');
    await panel.press(' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', '\x1b[5~', '\x1b[5~');
    expect(panel.text()).not.toContain('shape 12ab34');
    await panel.press(' ', ' ');
    expect(panel.text()).toContain('shape 12ab34');
  });

  test('controls and turned text are written out', () => {
    const text = show({ statement: masked('DROP\x1b[2J \u202ex'), target: 'a\rb' }).text();
    expect(text).toContain('DROP\\e[2J \\u{202e}x');
    expect(text).toContain('a\\rb');
    expect(text).not.toContain('\x1b');
  });

  test('without colour no colour is used', () => {
    const colours = /\x1b\[(?:3[0-7]|4[0-7]|9[0-7]|38|48)[;m]/;
    chalk.level = 1;
    expect(show().raw()).toMatch(colours);
    expect(show({}, { color: false }).raw()).not.toMatch(colours);
  });

  test('without UTF-8 everything is ASCII', () => {
    const ascii = show({ statement: masked('SELECT ő FROM t') }, { unicode: false });
    expect(ascii.text()).toMatch(/^[\x20-\x7e\n]*$/);
    expect(ascii.text()).toContain('\\u{151}');
  });

  const LONG = {
    statement: masked('SELECT '.repeat(80)),
    message: { effect: 'effect '.repeat(30), why: 'why '.repeat(60), instead: 'instead '.repeat(40) },
    cascades: Array.from({ length: 30 }, (_, index) => `table_${index}`),
    target: 'a-very-long-target-name-'.repeat(5),
    transaction: { openMs: 400_000, locks: ['claims (access exclusive)'] },
  };

  test.each([
    [80, 24],
    [40, 10],
    [40, 24],
    [20, 8],
    [200, 60],
    [12, 5],
  ])('never wider or higher than %i x %i', (columns, rows) => {
    for (const typed of [undefined, 'a-very-long-target-name']) {
      const panel = show({ ...LONG, ...(typed === undefined ? {} : { typed }) }, {}, { columns, rows });
      const lines = panel.text().split('\n');
      expect(lines.length).toBeLessThanOrEqual(rows);
      for (const text of lines) expect(cells(text)).toBeLessThan(columns);
    }
  });

  test('40 x 10 still shows what matters', () => {
    const text = show(LONG, {}, { columns: 40, rows: 10 }).text();
    for (const part of ['[PROD]', 'SELECT', 'effect', 'y yes', 'n no', 'no in 1:00'])
      expect(text).toContain(part);
  });
});

test('a text that had to be cut shows so at its end and keeps what fits', () => {
  const text = show(
    { statement: masked('DELETE FROM claims\n WHERE filed < 2019'), cascades: [] },
    {},
    { columns: 40, rows: 9 },
  ).text();
  expect(text).toContain('DELETE FROM claims … ');
});

describe('keys', () => {
  const NO: Answer = { kind: 'no', because: 'person' };

  test.each<[string, string, Answer[]]>([
    ['y', 'y', [{ kind: 'yes' }]],
    ['Y', 'Y', [{ kind: 'yes' }]],
    ['n', 'n', [NO]],
    ['Esc', '\x1b', [NO]],
    ['Enter', '\r', [NO]],
    ['Ctrl-C', '\x03', [NO]],
    ['Ctrl-D', '\x04', [NO]],
    ['s', 's', [{ kind: 'shape' }]],
    ['x', 'x', []],
    ['Space', ' ', []],
    ['yes in one piece', 'yes', []],
    ['F5', '\x1b[15~', []],
    ['Alt-y', '\x1by', []],
  ])('%s', async (_, key, answers) => {
    const panel = show();
    await panel.press(key);
    expect(panel.answers).toEqual(answers);
  });

  test('s means nothing where it is not offered', async () => {
    const panel = show({ shape: false });
    await panel.press('s');
    expect(panel.answers).toEqual([]);
  });

  test('e and d show and hide; an answer is possible there too', async () => {
    const panel = show();
    await panel.press('e');
    expect(panel.text()).toContain('more than 1,000 rows');
    await panel.press('d');
    expect(panel.text()).toContain('shape 12ab34');
    await panel.press('d');
    expect(panel.text()).toContain('deletes rows');
    await panel.press('e', 'y');
    expect(panel.answers).toEqual([{ kind: 'yes' }]);
  });
});

describe('typed confirmation', () => {
  const TYPED = { typed: 'claims-prod', shape: false };

  test('the word and Enter', async () => {
    const panel = show(TYPED);
    expect(panel.text()).toContain('type claims-prod and Enter');
    await panel.press(...'claims-prod');
    expect(panel.answers).toEqual([]);
    expect(panel.text()).toContain('claims-prod▏');
    await panel.press('\r');
    expect(panel.answers).toEqual([{ kind: 'yes' }]);
  });

  test('y, n, e and s are only letters', async () => {
    const panel = show(TYPED);
    await panel.press('y', 'n', 'e', 's');
    expect(panel.answers).toEqual([]);
    expect(panel.text()).toContain('ynes▏');
  });

  test.each(['claims-pro', 'CLAIMS-PROD', 'claims-prod2', ''])('%j is wrong and stays', async (word) => {
    const panel = show(TYPED);
    await panel.press(...word, '\r');
    expect(panel.answers).toEqual([]);
    expect(panel.text()).toContain('not the same');
  });

  test('backspace and Ctrl-U correct, Tab explains, Esc is no', async () => {
    const panel = show(TYPED);
    await panel.press(...'xx', '\x7f', '\x15', ...'claims-prodd', '\x7f', '\t');
    expect(panel.text()).toContain('more than 1,000 rows');
    await panel.press('\r');
    expect(panel.answers).toEqual([{ kind: 'yes' }]);
    const other = show(TYPED);
    await other.press(...'claims-prod', '\x1b');
    expect(other.answers).toEqual([{ kind: 'no', because: 'person' }]);
  });
});

test('the time that is left counts down', async () => {
  const panel = show({ timeoutMs: 299_000 });
  expect(panel.text()).toContain('no in 4:59');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(panel.text()).toContain('no in 4:49');
  await vi.advanceTimersByTimeAsync(600_000);
  expect(panel.text()).toContain('no in 0:00');
});
