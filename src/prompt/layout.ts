import type { Question } from '../model/prompter.ts';
import type { TerminalSize } from '../model/terminal-hold.ts';
import { cells, wrap } from '../terminal/width.ts';
import type { Asking } from './asking.ts';
import {
  type Line,
  labelled,
  line,
  plain,
  type Signs,
  shown,
  shownLines,
  signs,
  type Tone,
} from './lines.ts';
import type { PromptStyle } from './style.ts';

/** Lines of the statement that are shown before `d`. */
const STATEMENT_LINES = 6;
const MAX_PANEL_COLUMNS = 100;
/** Border and padding, both sides. */
const FRAME_COLUMNS = 4;
const FRAME_ROWS = 2;
/** A lower terminal gets the panel without its border. */
const MIN_ROWS_WITH_BORDER = 8;

export interface PanelInput {
  readonly question: Question;
  readonly asking: Asking;
  readonly style: PromptStyle;
  /** The cells that may be drawn on. */
  readonly size: TerminalSize;
  readonly leftMs: number;
}

export interface Panel {
  readonly lines: readonly Line[];
  readonly border: boolean;
  /** Outer width. */
  readonly columns: number;
  /** The first line shown, where `asking.scroll` went too far. */
  readonly scroll: number;
}

/** What the lines between border and keys may take. */
interface Box {
  readonly width: number;
  readonly rows: number;
  readonly mark: Signs;
}

/** Rows that belong together. `least` are kept on a low terminal; `rank` 0 is never dropped, higher ranks go first. */
interface Block {
  readonly lines: readonly Line[];
  readonly least: number;
  readonly rank: number;
}

/** What the panel shows, never wider or higher than `size`. */
export function panelOf(input: PanelInput): Panel {
  const border = input.size.rows >= MIN_ROWS_WITH_BORDER;
  const columns = Math.max(1, Math.min(input.size.columns - 1, MAX_PANEL_COLUMNS));
  const width = Math.max(1, border ? columns - FRAME_COLUMNS : columns);
  const rows = Math.max(1, input.size.rows - (border ? FRAME_ROWS : 0));
  const mark = signs(input.style);
  const foot = footer(input, width, mark);
  const box: Box = { width, rows: rows - foot.length, mark };
  const body =
    input.asking.view === 'question'
      ? { lines: squeeze(questionBlocks(input, width, mark), box), scroll: 0 }
      : page(input, box);
  return { lines: [...body.lines, ...foot].slice(0, rows), border, columns, scroll: body.scroll };
}

function questionBlocks(input: PanelInput, width: number, mark: Signs): readonly Block[] {
  const { question } = input;
  const block = (label: string, text: string | undefined, rank: number): readonly Block[] =>
    text === undefined || text === ''
      ? []
      : [{ lines: labelled(label, shown(text, input.style), width), least: 1, rank }];
  return [
    { lines: [header(input, width, mark)], least: 1, rank: 0 },
    { lines: statement(input, width, mark), least: 1, rank: 1 },
    ...block('effect', question.message.effect, 0),
    ...block('why', question.message.why, 4),
    ...block('instead', question.message.instead, 5),
    ...block('rows', question.rows, 2),
    ...block('also', question.cascades.join('; '), 3),
    ...block('open', transaction(input), 3),
  ];
}

function header(input: PanelInput, width: number, mark: Signs): Line {
  const { question, style } = input;
  const tone: Tone = question.environment;
  const who = `${question.actor.kind} ${question.actor.id}`;
  return line(
    [
      { text: `[${question.environment.toUpperCase()}]`, tone },
      { text: ` ${shown(question.target, style)}`, tone: 'strong' },
      { text: ` ${mark.dot} ${shown(who, style)}`, tone: 'dim' },
    ],
    width,
    mark.ellipsis,
  );
}

function statement(input: PanelInput, width: number, mark: Signs): readonly Line[] {
  const all = shownLines(input.question.statement, input.style).flatMap((text) => wrap(text, width));
  if (all.length <= STATEMENT_LINES) return all.map((text) => plain(text, 'strong'));
  const kept = all.slice(0, STATEMENT_LINES).map((text) => plain(text, 'strong'));
  return [...kept, more(input, width, mark)];
}

function more(input: PanelInput, width: number, mark: Signs): Line {
  const key = input.question.typed === undefined ? 'd' : 'Tab';
  return line(plain(`${mark.ellipsis} ${key} shows all`, 'dim'), width, mark.ellipsis);
}

function transaction({ question, leftMs }: PanelInput): string | undefined {
  if (question.transaction === undefined) return undefined;
  const { locks } = question.transaction;
  const openMs = question.transaction.openMs + Math.max(0, question.timeoutMs - leftMs);
  const held = locks.length === 0 ? 'no locks' : `holds ${locks.join(', ')}`;
  return `transaction for ${duration(openMs)}, ${held}`;
}

/** `4:59`; hours are shown as minutes. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}

/** Takes lines away until the blocks fit: first those that say more of the same, then whole blocks by rank. */
function squeeze(blocks: readonly Block[], { width, rows, mark }: Box): readonly Line[] {
  let kept = [...blocks];
  while (height(kept) > rows) {
    const longest = kept
      .filter((block) => block.lines.length > block.least)
      .sort(byLength)
      .at(0);
    if (longest !== undefined)
      kept = kept.map((block) => (block === longest ? cut(block, width, mark) : block));
    else {
      const dropped = kept
        .filter((block) => block.rank > 0)
        .sort((a, b) => b.rank - a.rank)
        .at(0);
      if (dropped === undefined) break;
      kept = kept.filter((block) => block !== dropped);
    }
  }
  return kept.flatMap((block) => block.lines);
}

function height(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + block.lines.length, 0);
}

function byLength(a: Block, b: Block): number {
  return b.lines.length - a.lines.length;
}

/** One line less; the last one shows that something is missing. */
function cut(block: Block, width: number, mark: Signs): Block {
  const lines = block.lines.slice(0, -1);
  const last = lines.at(-1) ?? [];
  const sign = ` ${mark.ellipsis}`;
  const text = last.map((segment) => segment.text).join('');
  if (text.endsWith(sign)) return { ...block, lines };
  const tone = last.at(-1)?.tone ?? 'plain';
  const room = Math.max(0, width - cells(sign));
  const shorter = [...line(last, room, ''), { text: sign, tone }];
  return { ...block, lines: [...lines.slice(0, -1), shorter] };
}

/** One page of the explanation or of the details. */
function page(input: PanelInput, box: Box): { readonly lines: readonly Line[]; readonly scroll: number } {
  const { question, asking, style } = input;
  const texts = asking.view === 'explain' ? question.explain : [question.statement, ...question.details];
  const all = texts.flatMap((text) => shownLines(text, style)).flatMap((text) => wrap(text, box.width));
  const room = Math.max(1, box.rows - 1);
  const first = Math.min(asking.scroll, Math.max(0, all.length - room));
  const visible = all.slice(first, first + room).map((text) => plain(text));
  const last = first + visible.length;
  const where = all.length <= room ? '' : ` ${first + 1}-${last} of ${all.length}, arrows move`;
  const head = line(plain(`${asking.view}${where}`, 'dim'), box.width, box.mark.ellipsis);
  return { lines: [head, ...visible], scroll: first };
}

function footer(input: PanelInput, width: number, mark: Signs): readonly Line[] {
  const { question, asking } = input;
  const left = `no in ${clock(input.leftMs)}`;
  if (question.typed === undefined) {
    const keys = [
      'y yes',
      'n no',
      'e explain',
      'd details',
      ...(question.trial ? ['t try, then decide'] : []),
      ...(question.shape ? ['s allow this shape'] : []),
    ];
    return flow([...keys, left], width).map((text) => plain(text, 'strong'));
  }
  const wrong = asking.wrong ? 'not the same, ' : '';
  const ask = `${wrong}type ${shown(question.typed, input.style)} and Enter to go on: `;
  const field = wrap(`${ask}${shown(asking.typed, input.style)}${mark.caret}`, width);
  const tone: Tone = asking.wrong ? 'warning' : 'strong';
  return [
    ...field.slice(-3).map((text) => plain(text, tone)),
    ...flow(
      ['Esc no', ...(question.trial ? ['Ctrl-T try, then decide'] : []), 'Tab explain', left],
      width,
    ).map((text) => plain(text, 'dim')),
  ];
}

/** Words side by side, as many to a line as fit. */
function flow(words: readonly string[], columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const joined = `${lines.at(-1) ?? ''}  ${word}`;
    if (lines.length > 0 && joined.length <= columns) lines[lines.length - 1] = joined;
    else lines.push(...wrap(word, columns));
  }
  return lines;
}
