import { printable } from '../../../terminal/printable.ts';
import type { LineRefusal } from './line-port.ts';

const AGAIN = 'Press the up arrow and Enter to run it again.';

/** psql refused the command before guard could look at it. */
export const MISSED: LineRefusal = {
  message: 'guard refused this: a command of psql itself that guard had not read.',
  detail: 'psql is in restricted mode, and guard opens it only for lines it has read and judged.',
  hint: AGAIN,
};

export const UNREADABLE: LineRefusal = {
  message: 'guard refused this: a line that guard could not read.',
  detail: 'psql did not tell guard what is in it, so nothing of it was run.',
  hint: `${AGAIN} Without a connection only Ctrl-D works.`,
};

export const WITHOUT_READLINE: LineRefusal = {
  message: 'guard refused this: a command of psql itself.',
  detail: 'This psql edits lines without GNU readline (-n, or another library), so guard can not read them.',
  hint: 'Start psql with readline, or give the command with -c.',
};

export const CONTINUED: LineRefusal = {
  message: 'guard refused this: a command of psql itself behind the end of a quote, or behind a variable.',
  detail: 'Where the command begins can not be told for sure from this line alone.',
  hint: 'Put the command on a line of its own. The statement so far is kept.',
};

export const CONTINUED_OPEN: LineRefusal = {
  message: 'guard refused this: a command of psql itself in the middle of a statement.',
  detail:
    'This psql has no restricted mode that holds, so guard reads a command only at the beginning of a statement.',
  hint: 'Write statement and command on one line, or update psql.',
};

export const CONTROL_CHARACTERS: LineRefusal = {
  message: 'guard refused this: a command of psql itself with control characters in it.',
  detail: 'They could make psql read something else than guard has judged.',
  hint: 'Type the line anew.',
};

export const LEFT_OPEN: LineRefusal = {
  message: 'guard refused this: the end of a line that left a quote or a conditional block open.',
  detail: 'Until it is closed psql can not be locked again.',
  hint: 'Close quotes and \\if blocks on the line that opens them.',
};

export const INCLUDE: LineRefusal = {
  message: 'guard refused this: runs a file at the prompt.',
  detail: 'The file can hold commands of psql itself, and guard does not read files at the prompt yet.',
  hint: 'Give the file with -f: guard -- psql -f FILE.',
};

export const EDITOR: LineRefusal = {
  message: 'guard refused this: edits a statement in another program.',
  detail: 'psql runs what the editor leaves behind, and guard can not read that before.',
  hint: 'Edit the statement at the prompt: the up arrow brings all its lines back.',
};

export const CONDITIONAL: LineRefusal = {
  message: 'guard refused this: a conditional block at the prompt.',
  detail: 'In a branch that is skipped psql can not be locked.',
  hint: 'Put the block into a file and give it with -f.',
};

export const ELSEWHERE: LineRefusal = {
  message: 'guard refused this: connects somewhere else, around guard.',
  detail: 'Only \\c DATABASE USER, in plain words, leads through guard again.',
  hint: 'Start another session there: guard -- psql TARGET.',
};

export const LOCKING: LineRefusal = {
  message: "guard refused this: changes psql's restricted mode.",
  detail: 'guard keeps psql restricted between the lines it has judged.',
  hint: 'Nothing has to be done: every line is opened by itself.',
};

/** A refusal as psql shows errors, for a terminal in raw mode. */
export function refusalText({ message, detail, hint }: LineRefusal): string {
  const parts = [
    ['ERROR', message],
    ['DETAIL', detail],
    ['HINT', hint],
  ] as const;
  return parts
    .flatMap(([label, text]) => (text === undefined ? [] : [`${label}:  ${printable(text)}\r\n`]))
    .join('');
}
