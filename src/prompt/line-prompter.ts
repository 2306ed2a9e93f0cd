import type { Prompter } from '../model/prompter.ts';
import { OwnTerminal } from './own-terminal.ts';
import { createPrompter } from './prompter.ts';
import { promptStyle } from './style.ts';

/** Asks on a terminal that no program is using yet; nothing is written to standard output where it can be helped. */
export function linePrompter(requested: 'panel' | 'plain' | undefined): Prompter {
  const output = process.stderr.isTTY === true ? process.stderr : process.stdout;
  return createPrompter({
    terminal: new OwnTerminal({ input: process.stdin, output }),
    style: promptStyle(process.env, requested),
  });
}
