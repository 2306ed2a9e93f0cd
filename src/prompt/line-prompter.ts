import { createInterface } from 'node:readline';
import type { Answer, Prompter, Question } from '../model/prompter.ts';
import { choiceLines, choiceOf, listLines, promptLine, questionLines } from './plain-lines.ts';
import { promptStyle } from './style.ts';

const DEFAULT_COLUMNS = 80;

/** Asks on a terminal that no program is using: numbered lines, answered by a line. */
export function linePrompter(requested: 'panel' | 'plain' | undefined): Prompter {
  void requested;
  return { ask };
}

async function ask(question: Question, cancel: AbortSignal): Promise<Answer> {
  const style = promptStyle(process.env, 'plain');
  const columns = process.stderr.columns || DEFAULT_COLUMNS;
  const write = (lines: readonly string[]) => process.stderr.write(`${lines.join('\n')}\n`);
  write([...questionLines(question, style, columns), ...choiceLines(question, question.timeoutMs)]);
  const lines = createInterface({ input: process.stdin, terminal: false });
  const limit = AbortSignal.any([cancel, AbortSignal.timeout(question.timeoutMs)]);
  const ended = new Promise<Answer>((resolve) => {
    limit.addEventListener('abort', () =>
      resolve({ kind: 'no', because: cancel.aborted ? 'cancelled' : 'timeout' }),
    );
    lines.once('close', () => resolve({ kind: 'no', because: 'no-terminal' }));
  });
  try {
    return await Promise.race([
      ended,
      converse(question, lines, (entered) => explain(question, entered, columns)),
    ]);
  } finally {
    lines.close();
    process.stdin.pause();
  }
}

function explain(question: Question, what: 'explain' | 'details', columns: number): void {
  const style = promptStyle(process.env, 'plain');
  process.stderr.write(
    `${listLines(what === 'explain' ? question.explain : question.details, style, columns).join('\n')}\n`,
  );
}

async function converse(
  question: Question,
  lines: ReturnType<typeof createInterface>,
  tell: (what: 'explain' | 'details') => void,
): Promise<Answer> {
  const style = promptStyle(process.env, 'plain');
  process.stderr.write(promptLine(question, style));
  for await (const entered of lines) {
    const choice = choiceOf(question, entered);
    if (choice === 'yes') return { kind: 'yes' };
    if (choice === 'shape') return { kind: 'shape' };
    if (choice === 'no') return { kind: 'no', because: 'person' };
    if (choice !== 'unclear') tell(choice);
    process.stderr.write(promptLine(question, style));
  }
  return { kind: 'no', because: 'no-terminal' };
}
