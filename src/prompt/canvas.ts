import type { TerminalHold, TerminalSize } from '../model/terminal-hold.ts';
import { cells } from '../terminal/width.ts';
import type { Position } from './position-fence.ts';

/** A stretch of the terminal that a panel is drawn on and that is given back as it was. */
export interface Canvas {
  /** What may be drawn on. */
  readonly size: TerminalSize;
  /** Draws the whole panel; each line at most `size.columns` wide. */
  paint(lines: readonly string[]): void;
  /**
   * The window changed: takes the drawing away at once, before the next change can move it, and says whether the
   * cursor stands where the program left it, so that asking for it tells where that is now.
   */
  vanish(size: TerminalSize): boolean;
  /** `position`: where the program's cursor is by now, when the window changed. */
  close(position?: Position): void;
}

export interface CanvasChoice {
  readonly hold: TerminalHold;
  /** Where the program's cursor is; unknown when the terminal did not say. */
  readonly position: Position | undefined;
  /** Rows the panel would like to have, given a terminal's whole height. */
  readonly wanted: number;
  readonly alternateScreen: boolean;
}

/** No cursor, and no wrapping: a character that is wider than it should be must not reach the next row. */
const BEGIN = '\x1b[?25l\x1b[?7l';
const END = '\x1b[?7h\x1b[?25h';
/** DECSC and DECRC: position, colours, character set. */
const SAVE = '\x1b7';
const RESTORE = '\x1b8';
const PLAIN = '\x1b[0m\x1b(B\x0f';
const ERASE_LINE = '\x1b[2K';
const ERASE_BELOW = '\x1b[J';
const ENTER_ALTERNATE = '\x1b[?1049h\x1b[2J';
const LEAVE_ALTERNATE = '\x1b[?1049l';

/**
 * Below the cursor where there is room. Else on the terminal's second screen, which leaves the first as it is. A
 * full-screen program has that one already: then over its bottom rows, and it is made to draw itself again.
 */
export function openCanvas(choice: CanvasChoice): Canvas {
  const { hold, position, wanted } = choice;
  if (hold.screen === 'alternate') return bottomCanvas(hold);
  const { rows } = hold.size();
  if (position !== undefined && rows - position.row >= wanted) return inlineCanvas(hold, position);
  if (choice.alternateScreen) return alternateCanvas(hold);
  return position === undefined ? newLineCanvas(hold) : inlineCanvas(hold, scrollUp(choice, position));
}

function at(row: number, column = 1): string {
  return `\x1b[${row};${column}H`;
}

/** Keeps the cursor where the program left it, so that it stays with its text when the window changes. */
function inlineCanvas(hold: TerminalHold, anchor: Position): Canvas {
  const { columns, rows } = hold.size();
  const home = at(anchor.row, anchor.column);
  hold.write(SAVE + BEGIN);
  let widths: readonly number[] = [];
  let vanished = false;
  return {
    size: { columns, rows: rows - anchor.row },
    vanish: (size) => {
      const moved = anchor.xtermJs === true ? wrappedRows(widths, size, anchor.row) : 0;
      hold.write(`${PLAIN}${moved === 0 ? '' : `\x1b[${moved}A`}${ERASE_BELOW}`);
      vanished = true;
      return true;
    },
    paint: (lines) => {
      widths = lines.map(cells);
      const drawn = lines.map((line, index) => at(anchor.row + 1 + index) + ERASE_LINE + line);
      const next = anchor.row + 1 + lines.length;
      hold.write(PLAIN + drawn.join('') + (next > rows ? '' : at(next) + ERASE_BELOW) + home);
    },
    close: (position = vanished ? undefined : anchor) => {
      if (position === undefined) {
        // Where the cursor is nobody knows, but it is where it should be.
        hold.write(PLAIN + END);
        return;
      }
      const below = position.row < hold.size().rows ? at(position.row + 1) + ERASE_BELOW : '';
      hold.write(PLAIN + below + RESTORE + at(position.row, position.column) + END);
    },
  };
}

/**
 * How many rows more the lines take once a narrower window has wrapped them. xterm.js moves the cursor down by that many,
 * away from its text; other terminals keep the two together.
 */
function wrappedRows(widths: readonly number[], size: TerminalSize, row: number): number {
  return widths
    .slice(0, Math.max(0, size.rows - row))
    .reduce((sum, width) => sum + Math.max(0, Math.ceil(width / size.columns) - 1), 0);
}

/** Makes room at the bottom; the rows that leave at the top go to the terminal's history. */
function scrollUp({ hold, wanted }: CanvasChoice, position: Position): Position {
  const { rows } = hold.size();
  const missing = Math.min(wanted - (rows - position.row), position.row - 1);
  hold.write(at(rows) + '\n'.repeat(missing));
  const moved = { ...position, row: position.row - missing };
  hold.write(at(moved.row, moved.column));
  return moved;
}

function alternateCanvas(hold: TerminalHold): Canvas {
  hold.write(ENTER_ALTERNATE + BEGIN);
  return {
    size: hold.size(),
    vanish: () => false,
    paint: (lines) => {
      const drawn = lines.map((line, index) => at(1 + index) + ERASE_LINE + line);
      hold.write(
        PLAIN + drawn.join('') + (lines.length < hold.size().rows ? at(lines.length + 1) + ERASE_BELOW : ''),
      );
    },
    close: () => hold.write(LEAVE_ALTERNATE + END),
  };
}

function bottomCanvas(hold: TerminalHold): Canvas {
  const size = hold.size();
  hold.write(SAVE + BEGIN);
  hold.redrawAfterwards();
  let height = 0;
  return {
    size,
    vanish: () => false,
    paint: (lines) => {
      height = Math.max(height, lines.length);
      const first = size.rows - height + 1;
      const filled = [...Array.from({ length: height - lines.length }, () => ''), ...lines];
      hold.write(PLAIN + filled.map((line, index) => at(first + index) + ERASE_LINE + line).join(''));
    },
    close: () => {
      const first = size.rows - height + 1;
      const rows = Array.from({ length: height }, (_, index) => at(first + index) + ERASE_LINE);
      hold.write(PLAIN + rows.join('') + RESTORE + END);
    },
  };
}

/** Nothing is known: on fresh lines below, by relative movement only; the program goes on at the line below its own. */
function newLineCanvas(hold: TerminalHold): Canvas {
  const { columns, rows } = hold.size();
  let drawn = 0;
  const back = (): string => (drawn > 1 ? `\x1b[${drawn - 1}A\r` : '\r');
  hold.write(`${BEGIN}\r\n`);
  return {
    size: { columns, rows: rows - 1 },
    vanish: () => false,
    paint: (lines) => {
      hold.write(PLAIN + back() + ERASE_BELOW + lines.join('\r\n'));
      drawn = lines.length;
    },
    close: () => hold.write(PLAIN + back() + ERASE_BELOW + END),
  };
}
