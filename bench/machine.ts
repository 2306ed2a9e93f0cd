import { execFileSync } from 'node:child_process';
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
