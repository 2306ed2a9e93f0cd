import stringWidth from 'string-width';

/** What to put where text was cut. */
export type Ellipsis = '…' | '...' | '';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How many cells a printable text takes. */
export function cells(text: string): number {
  return stringWidth(text);
}

/** At most `columns` cells of `text`, whole graphemes, the cut shown by `ellipsis` where it fits. */
export function fitText(text: string, columns: number, ellipsis: Ellipsis = '…'): string {
  if (cells(text) <= columns) return text;
  const mark = cells(ellipsis) <= columns ? ellipsis : '';
  return head(text, columns - cells(mark)).head + mark;
}

/** Breaks a printable text into lines of at most `columns` cells, at spaces where there are any. */
export function wrap(text: string, columns: number): readonly string[] {
  const width = Math.max(1, columns);
  const lines: string[] = [];
  let rest = text;
  while (cells(rest) > width) {
    const { line, after } = breakOnce(rest, width);
    lines.push(line);
    rest = after;
  }
  lines.push(rest);
  return lines;
}

function breakOnce(text: string, columns: number): { readonly line: string; readonly after: string } {
  const cut = head(text, columns);
  if (cut.head === '') return { line: '?', after: cut.rest.slice(firstGrapheme(cut.rest).length) };
  const space = cut.rest.startsWith(' ') ? cut.head.length : cut.head.lastIndexOf(' ');
  if (space <= 0) return { line: cut.head, after: cut.rest };
  return { line: text.slice(0, space), after: text.slice(space + 1) };
}

/** Splits at the last grapheme boundary at or before `columns` cells. */
function head(text: string, columns: number): { readonly head: string; readonly rest: string } {
  let width = 0;
  let end = 0;
  for (const { segment, index } of GRAPHEMES.segment(text)) {
    width += cells(segment);
    if (width > columns) break;
    end = index + segment.length;
  }
  return { head: text.slice(0, end), rest: text.slice(end) };
}

function firstGrapheme(text: string): string {
  for (const { segment } of GRAPHEMES.segment(text)) return segment;
  return '';
}
