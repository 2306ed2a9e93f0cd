/** BEL: something was ignored. */
export const BELL = '\x07';
/** DEC private mode 2004, bracketed paste: pasted text comes between marks (xterm, "Bracketed Paste Mode"). */
export const PASTE_ON = '\x1b[?2004h';
export const PASTE_OFF = '\x1b[?2004l';
