import type { Answer, Question } from '../model/prompter.ts';
import type { NamedKey } from '../terminal/keys.ts';

/** Longest word anybody has to type. */
const MAX_TYPED_CHARACTERS = 256;

export type View = 'question' | 'explain' | 'details';

/** Where the person is in one question. */
export interface Asking {
  readonly view: View;
  /** First line shown of a view that is longer than the panel. */
  readonly scroll: number;
  readonly typed: string;
  /** The last word that was submitted was not the right one. */
  readonly wrong: boolean;
}

export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'key'; readonly key: NamedKey };

export interface Step {
  readonly asking: Asking;
  readonly answer?: Answer;
}

export const START: Asking = { view: 'question', scroll: 0, typed: '', wrong: false };

const NO: Answer = { kind: 'no', because: 'person' };
const NEXT_VIEW: Readonly<Record<View, View>> = {
  question: 'explain',
  explain: 'details',
  details: 'question',
};

/** What one key does. Whatever is not plainly a yes leads to a no or to nothing. */
export function press(question: Question, asking: Asking, key: Key): Step {
  if (key.kind === 'key') return pressNamed(question, asking, key.key);
  if (question.typed !== undefined) {
    const typed = (asking.typed + key.text).slice(0, MAX_TYPED_CHARACTERS);
    return { asking: { ...asking, view: 'question', typed, wrong: false } };
  }
  return pressLetter(question, asking, key.text);
}

function pressLetter(question: Question, asking: Asking, text: string): Step {
  switch (text.toLowerCase()) {
    case 'y':
      return { asking, answer: { kind: 'yes' } };
    case 'n':
      return { asking, answer: NO };
    case 's':
      return question.shape ? { asking, answer: { kind: 'shape' } } : { asking };
    case 't':
      return question.trial ? { asking, answer: { kind: 'trial' } } : { asking };
    case 'e':
      return show(asking, 'explain');
    case 'd':
      return show(asking, 'details');
    case ' ':
      return { asking: { ...asking, scroll: asking.scroll + PAGE } };
    default:
      return { asking };
  }
}

/** Lines that a page key moves by. */
const PAGE = 5;

const SCROLL: Partial<Readonly<Record<NamedKey, number>>> = {
  up: -1,
  down: 1,
  'page-up': -PAGE,
  'page-down': PAGE,
};

function pressNamed(question: Question, asking: Asking, key: NamedKey): Step {
  switch (key) {
    case 'escape':
    case 'interrupt':
    case 'end-of-input':
      return { asking, answer: NO };
    case 'enter':
      return question.typed === undefined ? { asking, answer: NO } : submit(question.typed, asking);
    case 'backspace':
      return { asking: { ...asking, typed: [...asking.typed].slice(0, -1).join('') } };
    case 'trial':
      return question.trial ? { asking, answer: { kind: 'trial' } } : { asking };
    case 'erase-line':
      return { asking: { ...asking, typed: '' } };
    case 'tab':
      return { asking: { ...asking, view: NEXT_VIEW[asking.view], scroll: 0 } };
    case 'up':
    case 'down':
    case 'page-up':
    case 'page-down':
      return { asking: { ...asking, scroll: Math.max(0, asking.scroll + (SCROLL[key] ?? 0)) } };
    case 'other':
      return { asking };
  }
}

function submit(word: string, asking: Asking): Step {
  if (asking.typed.trim() === word) return { asking, answer: { kind: 'yes' } };
  return { asking: { ...asking, typed: '', wrong: true } };
}

/** The same key again leads back. */
function show(asking: Asking, view: View): Step {
  return { asking: { ...asking, view: asking.view === view ? 'question' : view, scroll: 0 } };
}
