import type { Span } from '../model/span.ts';
import { printable } from '../terminal/printable.ts';
import { cells, fitText } from '../terminal/width.ts';

/** Lines of one span that are shown, cells of one line, and how much of a long line stands before the caret. */
const MOST_LINES = 4;
const WIDTH = 100;
const BEFORE = 30;
/** Where a span begins far into one long line nothing further back is looked at, in UTF-16 units. */
const LONGEST_LINE = 4_096;
const MARK = '^';

interface Line {
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/** Splits a text at code points; a span may reach beyond its end. */
function cut(text: string, { start, end }: Span): Line {
  const from = indexOfPoint(text, 0, start);
  const to = indexOfPoint(text, from, Math.max(0, end - start));
  const lineStart = Math.max(text.lastIndexOf('\n', from - 1) + 1, from - LONGEST_LINE, 0);
  const newline = text.indexOf('\n', to);
  return {
    before: from === 0 ? '' : text.slice(lineStart, from),
    marked: text.slice(from, to),
    after: text.slice(to, newline < 0 ? to + LONGEST_LINE : Math.min(newline, to + LONGEST_LINE)),
  };
}

function indexOfPoint(text: string, from: number, points: number): number {
  let at = from;
  for (let left = points; left > 0 && at < text.length; left -= 1) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}

function shown(text: string): string {
  return printable(text.replaceAll('\t', ' ').replaceAll('\r', ''));
}

function underlineLine({ before, marked, after }: Line): readonly string[] {
  let head = shown(before);
  if (cells(head) > BEFORE) head = `…${[...head].slice(-BEFORE + 1).join('')}`;
  const text = fitText(`${head}${shown(marked)}${shown(after)}`, WIDTH);
  const room = Math.max(1, WIDTH - cells(head));
  const width = Math.min(Math.max(1, cells(shown(marked))), room);
  return [text, `${' '.repeat(cells(head))}${MARK.repeat(width)}`];
}

/** The lines that a span (code points) stands on, each with carets below; what is long is cut, what is invisible written out. */
export function underline(text: string, span: Span): readonly string[] {
  const { before, marked, after } = cut(text, span);
  const lines = marked.split('\n');
  const last = lines.length - 1;
  const kept = lines.slice(0, MOST_LINES).map((line, index) => ({
    before: index === 0 ? before : '',
    marked: line,
    after: index === last ? after : '',
  }));
  const more = lines.length - kept.length;
  return [...kept.flatMap(underlineLine), ...(more > 0 ? [`… and ${more} more lines`] : [])];
}
