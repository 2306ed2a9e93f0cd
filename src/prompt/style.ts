export interface PromptStyle {
  /** `plain`: numbered lines without cursor movement. */
  readonly kind: 'panel' | 'plain';
  readonly color: boolean;
  /** False: ASCII only, for terminals that don't read UTF-8. */
  readonly unicode: boolean;
  /** The terminal has a second screen that leaves the first one as it is. */
  readonly alternateScreen: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Terminals known to have `?1049` (terminfo smcup); linux, vt100, ansi, cons25 have not. */
const WITH_ALTERNATE_SCREEN =
  /^(?:xterm|screen|tmux|rxvt|alacritty|kitty|foot|wezterm|ghostty|konsole|gnome|vte|iterm|st|contour|mintty|putty|dtterm|eterm|nsterm)(?:[-.]|$)/i;

/** What the user's terminal can show, by the usual variables; `requested` is `--prompt`. */
export function promptStyle(env: Environment, requested?: 'panel' | 'plain'): PromptStyle {
  const term = env['TERM'] ?? '';
  const dumb = term === '' || term === 'dumb' || term === 'emacs';
  // LC_ALL, LC_CTYPE, LANG: the first that is not empty counts (POSIX.1-2017, 8.2).
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return {
    kind: dumb || requested === 'plain' ? 'plain' : 'panel',
    color: !dumb && !env['NO_COLOR'],
    unicode: /utf-?8/i.test(locale),
    alternateScreen: WITH_ALTERNATE_SCREEN.test(term),
  };
}
