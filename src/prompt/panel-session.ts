import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Question } from '../model/prompter.ts';
import type { TerminalHold, TerminalSize } from '../model/terminal-hold.ts';
import { PasteWatch } from '../terminal/paste-watch.ts';
import { START } from './asking.ts';
import { type Canvas, openCanvas } from './canvas.ts';
import { KeyFilter } from './key-filter.ts';
import { panelOf } from './layout.ts';
import type { mountPanel, PanelView } from './panel-view.tsx';
import { ASK_KIND, ASK_POSITION, type Position, PositionFence } from './position-fence.ts';
import { BELL, PASTE_OFF, PASTE_ON } from './sequences.ts';
import type { PromptStyle } from './style.ts';

/** How long a terminal may take to say where its cursor is: a slow line across the world. */
const POSITION_LIMIT_MS = 700;
/** A window that is being dragged changes its size many times a second. */
const RESIZE_PAUSE_MS = 60;
/** Border rows of the panel. */
const FRAME_ROWS = 2;

export interface PanelSessionOptions {
  readonly question: Question;
  readonly style: PromptStyle;
  readonly hold: TerminalHold;
  readonly mount: typeof mountPanel;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  readonly deadline: number;
  readonly answered: (answer: Answer) => void;
}

/** One panel from the first cell drawn to the last one erased. */
export class PanelSession {
  readonly #options: PanelSessionOptions;
  readonly #pastes: PasteWatch;
  #fence: PositionFence | undefined;
  #keys: KeyFilter | undefined;
  #canvas: Canvas | undefined;
  /** Taken off the screen by a resize, not yet put right. */
  #leaving: Canvas | undefined;
  #view: PanelView | undefined;
  #closed = false;
  #stale = false;
  #placing = false;

  constructor(options: PanelSessionOptions) {
    this.#options = options;
    this.#pastes = new PasteWatch(options.hold.midPaste);
  }

  /** Bytes from the terminal. */
  input(bytes: Uint8Array): void {
    // Once the panel's own keys are read, only a paste that began before them is of interest here.
    const early = this.#keys === undefined || this.#pastes.pasting ? this.#pastes.push(bytes) : 0;
    const own = this.#keys === undefined ? bytes : bytes.subarray(early);
    if (own.length < bytes.length) this.#options.hold.typeAhead(bytes.subarray(0, early));
    if (own.length === 0) return;
    if (this.#fence !== undefined) this.#fence.push(own);
    else if (this.#keys !== undefined) this.#keys.push(own);
    else this.#options.hold.typeAhead(own);
  }

  async open(): Promise<void> {
    const { hold, question, style, now, deadline, answered, mount } = this.#options;
    const canvas = await this.#place();
    if (canvas === undefined) return;
    hold.write(PASTE_ON);
    this.#view = mount({
      question,
      style,
      size: canvas.size,
      deadline,
      now,
      answered,
      frame: (lines) => this.#canvas?.paint(lines),
    });
    this.#keys = new KeyFilter({
      word: question.typed !== undefined,
      now,
      key: (bytes) => this.#view?.key(bytes),
      ignored: () => hold.write(BELL),
      report: (raw) => hold.typeAhead(Buffer.from(raw, 'latin1')),
    });
  }

  /** The window changed: what was drawn is somewhere else now, so it is taken away and drawn anew once that is over. */
  async resized(): Promise<void> {
    this.#stale = true;
    if (this.#view === undefined || this.#placing) return;
    this.#placing = true;
    const drawn = this.#canvas;
    this.#canvas = undefined;
    if (drawn?.vanish(this.#options.hold.size()) === true) this.#leaving = drawn;
    else drawn?.close();
    const placed = await this.#placeAgain();
    this.#leaving?.close(placed);
    this.#leaving = undefined;
    const canvas = this.#openAt(placed);
    this.#placing = false;
    if (canvas !== undefined) this.#view.resize(canvas.size);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#fence?.close();
    this.#view?.close();
    this.#keys?.[Symbol.dispose]();
    if (this.#view !== undefined) this.#options.hold.write(PASTE_OFF);
    this.#canvas?.close();
    this.#canvas = undefined;
    this.#leaving?.close();
    this.#leaving = undefined;
  }

  async #place(): Promise<Canvas | undefined> {
    const position = await this.#askPosition((bytes) => this.#options.hold.typeAhead(bytes));
    return this.#openAt(position);
  }

  /** Waits until the size stays, then asks. Keys that come meanwhile belong to the question. */
  async #placeAgain(): Promise<Position | undefined> {
    let position: Position | undefined;
    while (this.#stale && !this.#closed) {
      this.#stale = false;
      await sleep(RESIZE_PAUSE_MS);
      if (!this.#stale) position = await this.#askPosition((bytes) => this.#keys?.push(bytes));
    }
    return position;
  }

  #openAt(position: Position | undefined): Canvas | undefined {
    const { hold, style } = this.#options;
    if (this.#closed) return undefined;
    this.#canvas = openCanvas({
      hold,
      position,
      wanted: this.#wanted(hold.size()),
      alternateScreen: style.alternateScreen,
    });
    return this.#canvas;
  }

  async #askPosition(other: (bytes: Uint8Array) => void): Promise<Position | undefined> {
    const fence = new PositionFence(other);
    this.#fence = fence;
    this.#options.hold.write(ASK_KIND + ASK_POSITION);
    const position = await fence.wait(POSITION_LIMIT_MS);
    this.#fence = undefined;
    return position;
  }

  /** Rows of the panel when it has the whole terminal. */
  #wanted(size: TerminalSize): number {
    const { question, style } = this.#options;
    const rows = Math.max(1, size.rows - 1);
    const panel = panelOf({
      question,
      asking: START,
      style,
      size: { ...size, rows },
      leftMs: question.timeoutMs,
    });
    return panel.lines.length + (panel.border ? FRAME_ROWS : 0);
  }
}
