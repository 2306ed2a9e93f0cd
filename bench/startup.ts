import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine, median, table } from './machine.ts';

const ROUNDS = 21;
const GUARD = join(process.cwd(), 'bin/guard');

/** Whole processes in turn, so that a drift of the machine's speed touches all of them alike. */
export async function run(): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), 'guard-bench-'));
  const env = { ...process.env, XDG_STATE_HOME: state };
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ['node -e 0', ['-e', '0']],
    ['guard --help', [GUARD, '--help']],
    ['guard exec -- true', [GUARD, 'exec', '--', 'true']],
    ['guard check --lang sql', [GUARD, 'check', '--lang', 'sql', 'SELECT 1']],
  ];
  const times = commands.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, [, args]] of commands.entries()) {
      const began = process.hrtime.bigint();
      spawnSync(process.execPath, [...args], { env, stdio: 'ignore' });
      if (round > 0) times[index]?.push(Number(process.hrtime.bigint() - began) / 1e6);
    }
  }
  rmSync(state, { recursive: true, force: true });
  const base = median(times[0] ?? []);
  const rows = commands.map(([name], index) => {
    const time = median(times[index] ?? []);
    return [name, time.toFixed(1), `+${(time - base).toFixed(1)}`, (time / base).toFixed(2)];
  });
  console.log(`\n### Start-up (${machine()})\n`);
  console.log(table(['command', 'median ms', 'over node -e 0', 'ratio'], rows));
}
