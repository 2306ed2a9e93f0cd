/** A byte sequence that no keyboard sends and nobody can guess, for each thing guard does in readline. */
export interface PrivateKeys {
  readonly accept: string;
  readonly acceptAndNext: string;
  readonly insertMode: string;
  readonly endOfLine: string;
  readonly killLine: string;
  readonly yank: string;
  readonly erase: string;
  readonly paste: string;
  readonly previous: string;
  readonly endOfHistory: string;
}

const PASTE_END = '\x1b[201~';

/** `secret`: a few random digits; they make up the keys. */
export function privateKeys(secret: string): PrivateKeys {
  const key = (index: number): string => `\x1b[${secret}${index}~`;
  return {
    accept: key(0),
    acceptAndNext: key(1),
    insertMode: key(2),
    endOfLine: key(3),
    killLine: key(4),
    yank: key(5),
    erase: key(6),
    paste: key(7),
    previous: key(8),
    endOfHistory: key(9),
  };
}

/** Puts text into the line as it is, whatever mode readline is in. The text must hold no control character but tab and newline. */
export function pasteKeys(keys: PrivateKeys, text: string): string {
  return `${keys.paste}${text}${PASTE_END}`;
}

/** GNU readline's commands: https://tiswww.case.edu/php/chet/readline/readline.html#Bindable-Readline-Commands */
function bindings(keys: PrivateKeys, map: string): readonly (readonly [string, string])[] {
  return [
    [keys.accept, 'accept-line'],
    [keys.acceptAndNext, 'operate-and-get-next'],
    // In vi's command mode the cursor can't stand behind the last character.
    [keys.insertMode, map === 'emacs-standard' ? 'beginning-of-line' : 'vi-insertion-mode'],
    [keys.endOfLine, 'end-of-line'],
    [keys.killLine, 'kill-whole-line'],
    [keys.yank, 'yank'],
    [keys.erase, 'backward-delete-char'],
    [keys.paste, 'bracketed-paste-begin'],
    [keys.previous, 'previous-history'],
    [keys.endOfHistory, 'end-of-history'],
  ];
}

const KEYMAPS = ['emacs-standard', 'vi-insert', 'vi-command'] as const;
/** What ends a line without guard. Bytes that reach readline behind guard's back must not run anything. */
const ENDING_KEYS: Readonly<Record<(typeof KEYMAPS)[number], readonly string[]>> = {
  'emacs-standard': ['\\C-m', '\\C-j', '\\C-o', '\\e#'],
  'vi-insert': ['\\C-m', '\\C-j', '\\C-o'],
  'vi-command': ['\\C-m', '\\C-j', '\\C-o', '#'],
};
const HARMLESS = 'redraw-current-line';

function spelled(sequence: string): string {
  return sequence.replace('\x1b', '\\e');
}

function keymap(keys: PrivateKeys, map: (typeof KEYMAPS)[number]): readonly string[] {
  return [
    `set keymap ${map}`,
    ...bindings(keys, map).map(([sequence, command]) => `"${spelled(sequence)}": ${command}`),
    ...ENDING_KEYS[map].map((key) => `"${key}": ${HARMLESS}`),
  ];
}

/** Readline's settings: the user's own, then guard's keys. `own`: the user's file, if there is one. */
export function inputrcText(keys: PrivateKeys, own: string | undefined): string {
  const lines = [
    ...(own === undefined ? [] : [`$include ${own}`]),
    // Says when a line begins and when it is done.
    'set enable-bracketed-paste on',
    ...KEYMAPS.flatMap((map) => keymap(keys, map)),
    '$if mode=vi',
    'set keymap vi-insert',
    '$else',
    'set keymap emacs-standard',
    '$endif',
  ];
  return lines.map((line) => `${line}\n`).join('');
}
