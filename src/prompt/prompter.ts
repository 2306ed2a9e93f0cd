import type { Answer, Prompter, Question } from '../model/prompter.ts';
import type { HoldableTerminal, TerminalHold } from '../model/terminal-hold.ts';
import { type Ending, watchEnding } from './ending.ts';
import { loadPanelView } from './load-panel-view.ts';
import { PanelSession } from './panel-session.ts';
import { PlainSession } from './plain-session.ts';
import type { PromptStyle } from './style.ts';

export interface PrompterOptions {
  /** The terminal to ask on; without one every question is a no. */
  readonly terminal: HoldableTerminal | undefined;
  readonly style: PromptStyle;
  /** Milliseconds, never going back. */
  readonly now?: () => number;
}

/** What a question looks like to its terminal. */
interface Session {
  input(bytes: Uint8Array): void;
  open?(): Promise<void>;
  resized?(): Promise<void>;
  close(): void;
}

interface Asked {
  readonly question: Question;
  readonly deadline: number;
  readonly ending: Ending;
}

const NO_TERMINAL: Answer = { kind: 'no', because: 'no-terminal' };

/** Asks on the user's terminal, one question at a time; a question that waits for its turn is already running out. */
export function createPrompter(options: PrompterOptions): Prompter {
  const now = options.now ?? (() => performance.now());
  let turn: Promise<unknown> = Promise.resolve();
  return {
    ask: async (question, cancel) => {
      const { terminal, style } = options;
      if (terminal === undefined) return NO_TERMINAL;
      const ending = watchEnding(question.timeoutMs, cancel);
      const asked: Asked = { question, deadline: now() + question.timeoutMs, ending };
      let begun = false;
      const mine = turn.then(() => {
        begun = true;
        return askNow(asked, { terminal, style, now });
      });
      turn = mine;
      // A question that still waits for its turn ends at once; one on the screen first puts the screen right.
      const over = ending.over.then((answer) => (begun ? mine : answer));
      return await Promise.race([mine, over]).finally(() => ending[Symbol.dispose]());
    },
  };
}

interface Place {
  readonly terminal: HoldableTerminal;
  readonly style: PromptStyle;
  readonly now: () => number;
}

/** Never rejects: whatever goes wrong is a no. */
async function askNow(asked: Asked, place: Place): Promise<Answer> {
  if (asked.ending.isOver()) return asked.ending.over;
  let hold: TerminalHold | undefined;
  try {
    hold = place.terminal.hold();
    return await converse(asked, place, hold);
  } catch {
    return NO_TERMINAL;
  } finally {
    hold?.release();
  }
}

async function converse(asked: Asked, place: Place, hold: TerminalHold): Promise<Answer> {
  let answered: (answer: Answer) => void = () => {};
  const answer = new Promise<Answer>((resolve) => {
    answered = resolve;
  });
  const session = await openSession({ ...asked, ...place, hold, answered });
  try {
    hold.listen({
      input: (bytes) => session.input(bytes),
      resized: () => {
        session.resized?.().catch(() => asked.ending.lost());
      },
      lost: () => asked.ending.lost(),
    });
    await Promise.race([session.open?.(), asked.ending.over]);
    return await Promise.race([asked.ending.over, answer]);
  } finally {
    session.close();
  }
}

interface SessionOptions extends Asked, Place {
  readonly hold: TerminalHold;
  readonly answered: (answer: Answer) => void;
}

/** The panel; plain lines where that is wanted or where the panel can't be loaded. */
async function openSession(options: SessionOptions): Promise<Session> {
  if (options.style.kind === 'plain') return new PlainSession(options);
  const mount = await loadPanelView().catch(() => undefined);
  return mount === undefined ? new PlainSession(options) : new PanelSession({ ...options, mount });
}
