import chalk from 'chalk';
import { render } from 'ink';
import type { TerminalSize } from '../model/terminal-hold.ts';
import { FrameStream, KeyStream } from './ink-screen.ts';
import { Panel, type PanelProps } from './panel.tsx';

/** A mounted panel. */
export interface PanelView {
  key(bytes: string): void;
  resize(size: TerminalSize): void;
  close(): void;
}

export type PanelViewOptions = PanelProps & {
  readonly frame: (lines: readonly string[]) => void;
};

/** Basic 16 colours: every terminal that has colours has these. */
const BASIC_COLORS = 1;

/** Mounts ink on streams of guard's own: ink sees neither the terminal nor the process's streams. */
export function mountPanel(options: PanelViewOptions): PanelView {
  // Weight and colour are asked for explicitly, by the user's terminal and not by this process's environment.
  if (chalk.level < BASIC_COLORS) chalk.level = BASIC_COLORS;
  const { frame, ...props } = options;
  let mounted = true;
  const screen = new FrameStream(props.size, (lines) => {
    if (mounted) frame(lines);
  });
  const keys = new KeyStream();
  const output: unknown = screen;
  const input: unknown = keys;
  if (!isInkOutput(output) || !isInkInput(input)) throw new TypeError('ink needs other streams');
  const app = render(<Panel {...props} />, {
    stdout: output,
    stdin: input,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: false,
  });
  return {
    key: (bytes) => {
      keys.write(bytes);
    },
    resize: (size) => {
      screen.resizeTo(size);
      app.rerender(<Panel {...props} size={size} />);
    },
    close: () => {
      mounted = false;
      app.unmount();
      app.cleanup();
      keys.destroy();
    },
  };
}

/** ink's types ask for a terminal's streams; these are the members it uses of them. */
function isInkOutput(stream: unknown): stream is NodeJS.WriteStream {
  return stream instanceof FrameStream && stream.columns > 0;
}

function isInkInput(stream: unknown): stream is NodeJS.ReadStream & { fd: 0 } {
  return stream instanceof KeyStream && stream.isTTY;
}
