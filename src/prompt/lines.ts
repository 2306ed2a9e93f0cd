import { printable, printableLines } from '../terminal/printable.ts';
import { cells, type Ellipsis, fitText, wrap } from '../terminal/width.ts';
import type { PromptStyle } from './style.ts';

export type Tone = 'plain' | 'dim' | 'strong' | 'prod' | 'staging' | 'dev' | 'warning';

export interface Segment {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of a panel; its segments together are never wider than the panel. */
export type Line = readonly Segment[];

/** Signs with their stand-ins where the terminal can't show them. */
export interface Signs {
  readonly ellipsis: Ellipsis;
  readonly dot: string;
  readonly caret: string;
}

export function signs(style: Pick<PromptStyle, 'unicode'>): Signs {
  return style.unicode ? { ellipsis: '…', dot: '·', caret: '▏' } : { ellipsis: '...', dot: '|', caret: '_' };
}

/** Text fit for this terminal: nothing invisible, nothing it can't show. */
export function shown(text: string, style: Pick<PromptStyle, 'unicode'>): string {
  const safe = printable(text);
  return style.unicode ? safe : safe.replace(/[^\x20-\x7e]/gu, escaped);
}

/** The same for text of several lines. */
export function shownLines(text: string, style: Pick<PromptStyle, 'unicode'>): readonly string[] {
  return printableLines(text).map((line) => shown(line, style));
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Lines of `text`, wrapped, the first behind a label, the others below its text. */
export function labelled(label: string, text: string, columns: number): readonly Line[] {
  const indent = Math.min(LABEL_COLUMNS, Math.max(0, columns - MIN_TEXT_COLUMNS));
  const head = indent < cells(label) + 1 ? `${label} ` : label.padEnd(indent);
  const [first = '', ...rest] = wrap(head + text, columns);
  const below = wrap(rest.join(' '), Math.max(1, columns - indent));
  const lines: Line[] = [
    [
      { text: first.slice(0, head.length), tone: 'dim' },
      { text: first.slice(head.length), tone: 'plain' },
    ],
  ];
  if (rest.length > 0) {
    lines.push(...below.map((line): Line => [{ text: ' '.repeat(indent) + line, tone: 'plain' }]));
  }
  return lines;
}

const LABEL_COLUMNS = 9;
const MIN_TEXT_COLUMNS = 12;

/** One line out of segments, cut at the width. */
export function line(segments: Line, columns: number, ellipsis: Ellipsis): Line {
  let room = columns;
  const kept: Segment[] = [];
  for (const segment of segments) {
    const text = fitText(segment.text, room, ellipsis);
    if (text !== '') kept.push({ ...segment, text });
    room -= cells(text);
    if (text !== segment.text || room <= 0) break;
  }
  return kept;
}

export function plain(text: string, tone: Tone = 'plain'): Line {
  return [{ text, tone }];
}
