import { execFileSync, spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

/** One line that says what the numbers were measured on. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const psql = execFileSync('psql', ['--version'], { encoding: 'utf8' }).trim();
  return `${cpus().length} × ${cpu?.model ?? 'cpu'}, ${memory} GiB, Linux ${release()}, Node ${process.version}, ${psql}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

export interface Timed {
  /** Milliseconds from start to end. */
  readonly wall: number;
  /** Milliseconds of processor time, user and system, children included. */
  readonly cpu: number;
}

/** One whole process, by bash's own clock. */
export function timeProcess(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Timed {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" > /dev/null 2>&1';
  const { stderr } = spawnSync('bash', ['-c', script, 'bash', ...argv], {
    env: { ...env },
    encoding: 'utf8',
  });
  const [wall = Number.NaN, user = 0, system = 0] = stderr.trim().split(' ').map(Number);
  return { wall: wall * 1_000, cpu: (user + system) * 1_000 };
}
