import { PtyProgram } from '../src/capture/pty.ts';
import { buildProgram } from '../test/real/pty-harness.ts';
import { machine, median, percentile, table } from './machine.ts';

const KEYS = 400;
const PAUSE_MS = 5;
const BYTES = 64 * 2 ** 20;
const ROUNDS = 5;
const SIZE = { columns: 120, rows: 40 };
const ENV = { PATH: process.env['PATH'], HOME: '/', LANG: 'C.UTF-8', TERM: 'xterm-256color' };

/** guard's bridge between two terminals and nothing else. */
const BRIDGE = `
import { exitStatus } from './src/capture/child-exit.ts';
import { TerminalBridge } from './src/capture/terminal-bridge.ts';
const bridge = new TerminalBridge({ argv: process.argv.slice(2), env: process.env });
const end = await bridge.done;
process.exit(end.endedBy ? 1 : exitStatus(end.exit));
`;

type Argv = readonly [string, ...string[]];

interface Watched {
  readonly program: PtyProgram;
  /** Resolves with the next output. */
  next(): Promise<void>;
  readonly bytes: () => number;
}

function watch(argv: Argv): Watched {
  let wake: () => void = () => undefined;
  let bytes = 0;
  const program = new PtyProgram({
    argv,
    env: ENV,
    size: SIZE,
    output: (chunk) => {
      bytes += chunk.length;
      wake();
    },
  });
  return { program, next: () => new Promise((resolve) => (wake = resolve)), bytes: () => bytes };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Milliseconds from a key to its echo. */
async function press({ program, next }: Watched): Promise<number> {
  const echoed = next();
  const began = process.hrtime.bigint();
  program.write(Buffer.from('x'));
  await echoed;
  const took = Number(process.hrtime.bigint() - began) / 1e6;
  await pause(PAUSE_MS);
  return took;
}

async function opened(argv: Argv): Promise<Watched> {
  const watched = watch(argv);
  const shown = watched.next();
  await shown;
  await pause(300);
  return watched;
}

/** Both in turn, key by key, so that the machine's mood touches both alike. */
async function echoes(ways: readonly Argv[]): Promise<readonly (readonly number[])[]> {
  const terminals = await Promise.all(ways.map(opened));
  const times = ways.map((): number[] => []);
  for (let key = 0; key < KEYS; key += 1) {
    for (const [index, terminal] of terminals.entries()) times[index]?.push(await press(terminal));
  }
  for (const { program } of terminals) program.hangUp();
  await Promise.all(terminals.map(({ program }) => program.done));
  return times;
}

/** MiB a second. */
async function relay(argv: Argv): Promise<number> {
  const began = process.hrtime.bigint();
  const { program, bytes } = watch(argv);
  await program.done;
  if (bytes() < BYTES) throw new Error(`only ${bytes()} bytes arrived`);
  return BYTES / 2 ** 20 / (Number(process.hrtime.bigint() - began) / 1e9);
}

/** What a terminal session costs: keystroke to echo, and bytes through two PTYs against one. */
export async function run(): Promise<void> {
  using bridge = await buildProgram(BRIDGE);
  const through = (...argv: string[]): Argv => [process.execPath, bridge.file, ...argv];
  const cat = ['sh', '-c', 'printf ready; exec cat'] as const;
  const [plain = [], guarded = []] = await echoes([cat, through(...cat)]);
  const at = (times: readonly number[], share: number): string => percentile(times, share).toFixed(3);
  console.log(`\n### Terminal (${machine()})\n`);
  console.log(
    table(
      [`${KEYS} keystrokes to their echo, ms`, 'p50', 'p90', 'p99'],
      [
        ['one PTY', at(plain, 0.5), at(plain, 0.9), at(plain, 0.99)],
        ["through guard's bridge", at(guarded, 0.5), at(guarded, 0.9), at(guarded, 0.99)],
      ],
    ),
  );
  console.log(`\nAdded at the median: ${(median(guarded) - median(plain)).toFixed(3)} ms`);
  const flood = ['sh', '-c', `head -c ${BYTES} /dev/zero | tr '\\0' x`] as const;
  const rates: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    rates[0].push(await relay(flood));
    rates[1].push(await relay(through(...flood)));
  }
  const [direct, bridged] = [median(rates[0]), median(rates[1])];
  console.log(
    `\n${BYTES / 2 ** 20} MiB through one PTY: ${direct.toFixed(0)} MiB/s; through guard's bridge (start of its process included): ${bridged.toFixed(0)} MiB/s (${(bridged / direct).toFixed(2)})`,
  );
}
