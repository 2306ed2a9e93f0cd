import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import {
  type Classified,
  keptRegression,
  REGRESSION_FILE,
  RegressionRun,
} from '../test/corpus/regression.ts';
import { machine, percentile, table } from './machine.ts';
import { regressionTexts } from './regression-texts.ts';

const SHOWN_REASONS = 25;

function keep(texts: readonly string[]): void {
  const lines = texts.map((text) => `${JSON.stringify(text)}\n`).join('');
  writeFileSync(REGRESSION_FILE, gzipSync(lines, { level: 9 }));
}

function counted(words: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function printKinds(all: readonly Classified[]): void {
  const unclear = new Map(counted(all.filter(({ reasons }) => reasons.length > 0).map(({ kind }) => kind)));
  const rows = counted(all.map(({ kind }) => kind)).map(([kind, of]) => [kind, of, unclear.get(kind) ?? 0]);
  console.log(`\n${table(['statement', 'texts', 'not complete'], rows)}`);
}

function printTimes(all: readonly Classified[]): void {
  const times = all.map(({ microseconds }) => microseconds);
  const at = (share: number): string => percentile(times, share).toFixed(0);
  console.log(
    `\nµs of processor time a text, each seen for the first time: p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, most ${at(1)}`,
  );
  const slowest = [...all].sort((a, b) => b.microseconds - a.microseconds).slice(0, 3);
  for (const { kind, microseconds, text } of slowest)
    console.log(`  ${(microseconds / 1_000).toFixed(0)} ms ${kind}, ${text.length} characters`);
}

/**
 * Every statement that PostgreSQL's own regression tests hold and its grammar accepts, through the whole engine.
 *   npm run bench:regression            the kept statements
 *   npm run bench:regression -- --fetch   from Debian's source package, psql and a server; --keep stores them
 */
export async function run(): Promise<void> {
  const fetched = process.argv.includes('--fetch');
  const texts = fetched ? await regressionTexts() : keptRegression();
  if (fetched && process.argv.includes('--keep')) keep(texts);
  const engine = await RegressionRun.over(texts);
  const all = texts.map((text) => engine.classify(text));
  const complete = all.filter(({ reasons }) => reasons.length === 0).length;
  const traced = all.filter((each) => each.traced).length;
  console.log(`## PostgreSQL's regression statements\n\n${machine()}\n`);
  console.log(
    `${all.length} texts, no crash: ${complete} complete (${((100 * complete) / all.length).toFixed(2)} %), ${all.length - complete} not; result columns followed in ${traced}.\n`,
  );
  const reasons = counted(all.flatMap((each) => each.reasons));
  console.log(table(['why not complete', 'texts'], reasons.slice(0, SHOWN_REASONS)));
  if (reasons.length > SHOWN_REASONS) console.log(`and ${reasons.length - SHOWN_REASONS} further reasons`);
  printKinds(all);
  printTimes(all);
}
