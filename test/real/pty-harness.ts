import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import xterm, { type Terminal as XtermTerminal } from '@xterm/headless';
import { build } from 'esbuild';
import type { Argv, Launcher } from '../../src/capture/launcher.ts';
import { PtyProgram } from '../../src/capture/pty.ts';

/** A program of the tests' own, bundled the way guard is, so that it can run in a terminal as a real process. */
export interface BuiltProgram extends Disposable {
  readonly file: string;
}

/** Bundles TypeScript `source` (imports are relative to the repository) beside node_modules, so that packages resolve. */
export async function buildProgram(source: string): Promise<BuiltProgram> {
  const root = process.cwd();
  const folder = mkdtempSync(join(root, 'node_modules', '.guard-test-'));
  const file = join(folder, 'program.mjs');
  await build({
    stdin: { contents: source, resolveDir: root, loader: 'tsx', sourcefile: 'program.tsx' },
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    jsx: 'automatic',
    packages: 'external',
    logLevel: 'silent',
  });
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A fresh folder under the system's temporary one. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'guard-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const POLL_MS = 10;
const PATIENCE_MS = 15_000;
/** No output for this long counts as "nothing more comes". */
const QUIET_MS = 150;

export interface TestTerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd?: string;
  readonly launcher?: Launcher;
}

/** A terminal as a person has it: a real PTY with xterm's own screen model behind it, which also answers queries. */
export class TestTerminal {
  readonly program: PtyProgram;
  readonly #screen: XtermTerminal;
  #raw: Buffer[] = [];
  #lastOutput = Date.now();

  constructor(argv: Argv, options: TestTerminalOptions = {}) {
    const size = { columns: options.columns ?? 80, rows: options.rows ?? 24 };
    this.#screen = new xterm.Terminal({
      cols: size.columns,
      rows: size.rows,
      allowProposedApi: true,
      logLevel: 'off',
    });
    this.#screen.onData((answer) => this.type(answer));
    this.program = new PtyProgram({
      argv,
      env: { PATH: process.env['PATH'], HOME: '/', LANG: 'C.UTF-8', TERM: 'xterm-256color', ...options.env },
      size,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.launcher === undefined ? {} : { launcher: options.launcher }),
      output: (chunk) => {
        this.#lastOutput = Date.now();
        this.#raw.push(Buffer.from(chunk));
        this.#screen.write(chunk);
      },
    });
  }

  type(text: string): void {
    this.program.write(Buffer.from(text));
  }

  /** As a terminal pastes: with marks where the program asked for them. */
  paste(text: string): void {
    const marked = this.#screen.modes.bracketedPasteMode;
    this.type(marked ? `\x1b[200~${text}\x1b[201~` : text);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.program.resize({ columns, rows });
  }

  /** Every byte that came out so far. */
  get raw(): string {
    return Buffer.concat(this.#raw).toString('latin1');
  }

  /** The visible screen, one string per row, right ends trimmed. */
  rows(): readonly string[] {
    const buffer = this.#screen.buffer.active;
    return Array.from(
      { length: this.#screen.rows },
      (_, row) => buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? '',
    );
  }

  text(): string {
    return this.rows().join('\n');
  }

  /** Everything a person can see: rows with their attributes, the cursor, which screen. */
  picture(): unknown {
    const buffer = this.#screen.buffer.active;
    const { mouseTrackingMode, bracketedPasteMode, applicationCursorKeysMode, applicationKeypadMode } =
      this.#screen.modes;
    return {
      rows: Array.from({ length: this.#screen.rows }, (_, row) => this.#row(row)),
      cursor: [buffer.cursorX, buffer.cursorY],
      history: buffer.baseY,
      screen: buffer.type,
      modes: { mouseTrackingMode, bracketedPasteMode, applicationCursorKeysMode, applicationKeypadMode },
    };
  }

  async see(what: string | RegExp | (() => boolean)): Promise<void> {
    const seen = (): boolean => {
      if (typeof what === 'function') return what();
      return typeof what === 'string' ? this.text().includes(what) : what.test(this.text());
    };
    const limit = Date.now() + PATIENCE_MS;
    while (!seen()) {
      if (Date.now() > limit) throw new Error(`never seen: ${String(what)}\n${this.text()}`);
      await sleep(POLL_MS);
    }
  }

  async quiet(): Promise<void> {
    while (Date.now() - this.#lastOutput < QUIET_MS) await sleep(POLL_MS);
    await new Promise<void>((resolve) => this.#screen.write('', resolve));
  }

  #row(row: number): string {
    const buffer = this.#screen.buffer.active;
    const line = buffer.getLine(buffer.viewportY + row);
    const attributes = Array.from({ length: this.#screen.cols }, (_, column) => {
      const cell = line?.getCell(column);
      return [cell?.getFgColor(), cell?.isBold(), cell?.isInverse(), cell?.isDim()].join(',');
    });
    return `${line?.translateToString(true) ?? ''}|${[...new Set(attributes)].join(' ')}`;
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
