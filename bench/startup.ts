import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine, median, type Timed, table, timeProcess } from './machine.ts';

const ROUNDS = 21;
const GUARD = join(process.cwd(), 'bin/guard');
const NODE = process.execPath;

/** Whole processes in turn, so that a drift of the machine's speed touches all of them alike. */
export async function run(): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), 'guard-bench-'));
  const env = { ...process.env, XDG_STATE_HOME: state };
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ['node -e 0', [NODE, '-e', '0']],
    ['guard --help', [NODE, GUARD, '--help']],
    ['guard exec -- true', [NODE, GUARD, 'exec', '--', 'true']],
    ['guard check --lang sql', [NODE, GUARD, 'check', '--lang', 'sql', 'SELECT 1']],
  ];
  const times = commands.map((): Timed[] => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, [, argv]] of commands.entries()) {
      const time = timeProcess(argv, env);
      if (round > 0) times[index]?.push(time);
    }
  }
  rmSync(state, { recursive: true, force: true });
  const walls = (index: number): readonly number[] => (times[index] ?? []).map(({ wall }) => wall);
  const cpu = (index: number): number => median((times[index] ?? []).map((time) => time.cpu));
  const least = (index: number): number => Math.min(...walls(index));
  const rows = commands.map(([name], index) => [
    name,
    median(walls(index)).toFixed(0),
    `${least(index).toFixed(0)} (+${(least(index) - least(0)).toFixed(0)})`,
    `${cpu(index).toFixed(0)} (+${(cpu(index) - cpu(0)).toFixed(0)})`,
    (cpu(index) / cpu(0)).toFixed(2),
  ]);
  console.log(`\n### Start-up (${machine()})\n`);
  console.log(
    table(
      ['command, ms', 'median wall', 'least wall', 'median processor time', 'its ratio to node -e 0'],
      rows,
    ),
  );
}
