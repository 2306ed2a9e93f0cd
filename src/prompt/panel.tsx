import { Box, type Key as InkKey, Text, useInput } from 'ink';
import { useEffect, useRef, useState } from 'react';
import type { Answer, Question } from '../model/prompter.ts';
import type { TerminalSize } from '../model/terminal-hold.ts';
import type { NamedKey } from '../terminal/keys.ts';
import { type Asking, type Key, press, START } from './asking.ts';
import { panelOf } from './layout.ts';
import type { Line, Segment, Tone } from './lines.ts';
import type { PromptStyle } from './style.ts';

const COUNTDOWN_STEP_MS = 1_000;

export interface PanelProps {
  readonly question: Question;
  readonly style: PromptStyle;
  readonly size: TerminalSize;
  /** When the question becomes a no, on the clock of `now`; both in milliseconds. */
  readonly deadline: number;
  readonly now: () => number;
  readonly answered: (answer: Answer) => void;
}

/** One question, drawn. Everything it shows comes from `panelOf`, everything it decides from `press`. */
export function Panel(props: PanelProps) {
  const { question, style, size, deadline, now, answered } = props;
  const [asking, setAsking] = useState<Asking>(START);
  // Two keys may come before the next render.
  const latest = useRef<Asking>(START);
  const [left, setLeft] = useState(() => deadline - now());
  useEffect(() => {
    const timer = setInterval(() => setLeft(deadline - now()), COUNTDOWN_STEP_MS);
    return () => clearInterval(timer);
  }, [deadline, now]);
  useInput((input, key) => {
    const step = press(question, latest.current, keyOf(input, key));
    latest.current = step.asking;
    setAsking(step.asking);
    if (step.answer !== undefined) answered(step.answer);
  });
  const panel = panelOf({ question, asking, style, size, leftMs: left });
  if (asking.scroll > panel.scroll) latest.current = { ...latest.current, scroll: panel.scroll };
  const rows = panel.lines.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a line is its position
    <Row key={index} line={line} color={style.color} />
  ));
  if (!panel.border) {
    return (
      <Box flexDirection="column" width={panel.columns}>
        {rows}
      </Box>
    );
  }
  return (
    <Box
      flexDirection="column"
      width={panel.columns}
      borderStyle={style.unicode ? 'round' : 'classic'}
      {...(style.color ? { borderColor: BORDER[question.environment] } : {})}
      paddingX={1}
    >
      {rows}
    </Box>
  );
}

const BORDER = { prod: 'red', staging: 'yellow', dev: 'green' } as const;

function Row({ line, color }: { readonly line: Line; readonly color: boolean }) {
  return (
    <Text wrap="truncate">
      {line.map((segment, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a segment is its position
        <Piece key={index} segment={segment} color={color} />
      ))}
      {line.length === 0 ? ' ' : ''}
    </Text>
  );
}

interface Look {
  readonly color?: string;
  readonly bold?: boolean;
  readonly dimColor?: boolean;
  readonly inverse?: boolean;
}

const LOOK: Readonly<Record<Tone, Look>> = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  prod: { color: 'red', bold: true, inverse: true },
  staging: { color: 'yellow', bold: true, inverse: true },
  dev: { color: 'green', bold: true, inverse: true },
  warning: { color: 'yellow', bold: true },
};

function Piece({ segment, color }: { readonly segment: Segment; readonly color: boolean }) {
  const { color: hue, ...weight } = LOOK[segment.tone];
  return (
    <Text {...weight} {...(color && hue !== undefined ? { color: hue } : {})}>
      {segment.text}
    </Text>
  );
}

/** ink's flags for keys, in the order in which they are looked at. */
const NAMED = [
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
] as const satisfies readonly (readonly [keyof InkKey, NamedKey])[];

const CONTROL: Readonly<Record<string, NamedKey>> = {
  c: 'interrupt',
  d: 'end-of-input',
  t: 'trial',
  u: 'erase-line',
};

/** Text may be several characters that came together. */
function keyOf(input: string, key: InkKey): Key {
  const named = NAMED.find(([flag]) => key[flag]);
  if (named !== undefined) return { kind: 'key', key: named[1] };
  if (key.ctrl) return { kind: 'key', key: CONTROL[input] ?? 'other' };
  if (key.meta || input === '') return { kind: 'key', key: 'other' };
  return { kind: 'text', text: input };
}
