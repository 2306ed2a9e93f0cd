import { createInterface } from 'node:readline';
import { printable } from '../terminal/printable.ts';

/** What was typed before the question is dropped for this long, in milliseconds. */
const SETTLING_MS = 200;
const LIMIT_MS = 120_000;

/** True when a person can be asked: questions go to standard error, answers come from standard input. */
export function isAtTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Throws away what waits in the terminal's buffer: it was typed for something else. */
async function dropTypeAhead(): Promise<void> {
  const { stdin } = process;
  const drop = () => undefined;
  stdin.setRawMode(true);
  stdin.on('data', drop).resume();
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  stdin.off('data', drop).pause();
  stdin.setRawMode(false);
}

async function readLine(): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  const late = setTimeout(() => lines.close(), LIMIT_MS);
  try {
    for await (const line of lines) return line;
    return undefined;
  } finally {
    clearTimeout(late);
    lines.close();
    process.stdin.pause();
  }
}

/** Asks to type `word` in full; anything else, two minutes of silence or the end of input is a no. */
export async function typedConfirmation(lines: readonly string[], word: string): Promise<boolean> {
  if (!isAtTerminal()) return false;
  await dropTypeAhead();
  const question = [...lines, `Type ${word} in full to go on: `].map(printable).join('\n');
  process.stderr.write(question);
  const typed = await readLine();
  if (typed === undefined) process.stderr.write('\n');
  return typed?.trim() === word;
}
