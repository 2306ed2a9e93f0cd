import type { Question } from '../model/prompter.ts';
import { wrap } from '../terminal/width.ts';
import { clock } from './layout.ts';
import { shown, shownLines } from './lines.ts';
import type { PromptStyle } from './style.ts';

type Shown = Pick<PromptStyle, 'unicode'>;

/** A question in numbered lines, for screen readers and terminals without cursor movement. */
export function questionLines(question: Question, style: Shown, columns: number): readonly string[] {
  const { environment, target, actor, message, transaction } = question;
  const part = (label: string, text: string | undefined): readonly string[] =>
    text === undefined || text === '' ? [] : wrap(`${label}: ${shown(text, style)}`, columns);
  const open =
    transaction === undefined
      ? undefined
      : `${clock(transaction.openMs)} so far, locks: ${transaction.locks.join(', ') || 'none'}`;
  return [
    ...wrap(`guard asks. ${environment.toUpperCase()}: ${shown(target, style)}`, columns),
    ...part('You are', `${actor.kind} ${actor.id}`),
    'Statement:',
    ...indented(question.statement, style, columns),
    ...part('Effect', message.effect),
    ...part('Why', message.why),
    ...part('Instead', message.instead),
    ...part('Rows', question.rows),
    ...part('Also', question.cascades.join('; ')),
    ...part('Open transaction', open),
  ];
}

/** What may be entered; the default is always no. */
export function choiceLines(question: Question, leftMs: number): readonly string[] {
  const typed = question.typed !== undefined;
  return [
    ...(typed ? [] : ['1 yes']),
    '2 no',
    '3 explain',
    '4 details',
    ...(question.shape && !typed ? ['5 yes, and allow this shape for a while'] : []),
    ...(question.trial ? ['6 try it in a transaction, see the count, then decide'] : []),
    `No answer means no in ${clock(leftMs)}.`,
  ];
}

/** The line the person types on. */
export function promptLine(question: Question, style: Shown): string {
  return question.typed === undefined
    ? 'Your choice [2]: '
    : `Type ${shown(question.typed, style)} in full to go on [2]: `;
}

export function listLines(texts: readonly string[], style: Shown, columns: number): readonly string[] {
  return texts.flatMap((text) => indented(text, style, columns));
}

function indented(text: string, style: Shown, columns: number): readonly string[] {
  return shownLines(text, style)
    .flatMap((line) => wrap(line, Math.max(1, columns - INDENT.length)))
    .map((line) => INDENT + line);
}

const INDENT = '  ';

export type Choice = 'yes' | 'no' | 'explain' | 'details' | 'shape' | 'trial' | 'unclear';

const WORDS: Readonly<Record<string, Choice>> = {
  '': 'no',
  '1': 'yes',
  y: 'yes',
  yes: 'yes',
  '2': 'no',
  n: 'no',
  no: 'no',
  '3': 'explain',
  e: 'explain',
  explain: 'explain',
  '4': 'details',
  d: 'details',
  details: 'details',
  '5': 'shape',
  s: 'shape',
  '6': 'trial',
  t: 'trial',
};

/** What an entered line means for this question. */
export function choiceOf(question: Question, entered: string): Choice {
  const text = entered.trim();
  if (question.typed !== undefined && text === question.typed) return 'yes';
  const word = text.toLowerCase();
  const choice = Object.hasOwn(WORDS, word) ? (WORDS[word] ?? 'unclear') : 'unclear';
  return isOffered(question, choice) ? choice : 'unclear';
}

function isOffered(question: Question, choice: Choice): boolean {
  const typed = question.typed !== undefined;
  if (choice === 'shape') return question.shape && !typed;
  if (choice === 'trial') return question.trial;
  return choice !== 'yes' || !typed;
}
