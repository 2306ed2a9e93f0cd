// Figures over the folder of samples: verdicts of SQL statements, masked and damaged texts, classified columns.
//   GUARD_SAMPLES=<folder> node bench/corpora.mjs
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const samples = process.env.GUARD_SAMPLES;
if (samples === undefined || !existsSync(samples)) {
  console.log('corpora: there is no folder of samples (set GUARD_SAMPLES); nothing measured');
  process.exit(0);
}

const STRICTNESS = ['allow', 'prompt', 'approve', 'block'];
/** Words of other guards, as the mildest verdict that agrees with them. */
const MILDEST = { deny: 'block', confirm: 'prompt', mask: 'allow', audit: 'allow', allow: 'allow' };

const inside = (name) => join(samples, name);
const percent = (part, whole) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}%`);

function rowsOf(name) {
  const bytes = readFileSync(inside(name));
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function loadEngine() {
  // Beside the sources, so that packages resolve.
  const folder = mkdtempSync(join(here, '.bundle-'));
  const outfile = join(folder, 'engine.mjs');
  await build({
    stdin: {
      contents: `
        export { createChecker } from '../src/session/check.ts';
        export { loadBuiltIn } from '../src/policy/built-in.ts';
        export { catalogFromDdl } from '../src/parse/sql/ddl-catalog.ts';
        export { loadSqlParser } from '../src/parse/sql/parse-sql.ts';
        export { maskText } from '../src/mask/text.ts';
        export { detect } from '../src/mask/detect.ts';`,
      resolveDir: here,
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outfile,
    logLevel: 'error',
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function agrees(expect, answer) {
  const strict = STRICTNESS.indexOf(answer.verdict) >= STRICTNESS.indexOf(MILDEST[expect]);
  if (expect === 'allow' || expect === 'audit') return answer.verdict === 'allow';
  if (expect === 'mask') return answer.verdict !== 'allow' || answer.obligations.mask.length > 0;
  return strict;
}

async function verdicts(check, name, actor, lang = 'sql') {
  const tally = new Map();
  const missed = [];
  for (const { sql, line, steps, id = line, expect } of rowsOf(name)) {
    // What comes before a statement says what its names stand for: together they are one message.
    const text = steps?.join(';\n') ?? sql ?? line;
    const answer = await check({ text, lang, env: 'prod', actor });
    const counts = tally.get(expect) ?? { right: 0, approval: 0, all: 0 };
    counts.all += 1;
    if (agrees(expect, answer)) counts.right += 1;
    else if (expect === 'deny' && answer.verdict === 'approve') counts.approval += 1;
    else missed.push(`${id} ${expect}→${answer.verdict}`);
    tally.set(expect, counts);
  }
  const words = [...tally]
    .map(([expect, { right, approval, all }]) => {
      const more = approval === 0 ? '' : ` (${approval} more need another person's approval)`;
      return `${expect} ${right} of ${all}${more}`;
    })
    .join(', ');
  console.log(`${name}, ${actor} in prod: ${words}`);
  if (missed.length > 0) console.log(`  not as expected: ${missed.join(', ')}`);
}

/** Characters of labelled values that the mask hid, and texts without values that it changed. */
function masking(engine, name, negative) {
  let [hidden, values, partly, changed, texts] = [0, 0, 0, 0, 0];
  for (const { text, spans = [] } of rowsOf(name)) {
    texts += 1;
    const found = engine.detect(text).map(({ start, end }) => [start, end]);
    if (negative || spans.length === 0) {
      if (engine.maskText(text) !== text) changed += 1;
      continue;
    }
    const points = [...text];
    const offset = (count) => points.slice(0, count).join('').length;
    for (const span of spans) {
      values += 1;
      const [start, end] = [offset(span.start), offset(span.end)];
      if (found.some(([from, to]) => from <= start && end <= to)) hidden += 1;
      else if (found.some(([from, to]) => from < end && start < to)) partly += 1;
    }
  }
  const parts =
    values > 0
      ? [`${percent(hidden, values)} of ${values} values hidden whole, ${percent(partly, values)} in part`]
      : [];
  if (changed > 0 || negative) parts.push(`${changed} of ${texts} texts changed that hold no value`);
  console.log(`${name}: ${parts.join('; ')}`);
}

const engine = await loadEngine();
await engine.loadSqlParser();
const policy = await engine.loadBuiltIn(dirname(here));
const schemaFile = inside('sql-schema.sql');
const schema = existsSync(schemaFile) ? engine.catalogFromDdl(readFileSync(schemaFile, 'utf8')) : undefined;
const check = engine.createChecker({ policy, ...(schema === undefined ? {} : { schema }) });

console.log(
  'SQL verdicts (deny means block, confirm at least a question, mask a mask duty or more; no database, so no estimates):',
);
for (const name of ['sql-attacks.jsonl', 'sql-benign.jsonl']) {
  if (!existsSync(inside(name))) console.log(`${name}: absent`);
  else for (const actor of ['human', 'agent']) await verdicts(check, name, actor);
}
if (existsSync(inside('sql-meta.jsonl'))) {
  for (const actor of ['human', 'agent']) await verdicts(check, 'sql-meta.jsonl', actor, 'psql');
} else console.log('sql-meta.jsonl: absent');

console.log('\nValues found by their shape alone (columns are masked by class, which this does not count):');
for (const [name, negative] of [
  ['mask-cred_gitleaks_tp_balanced.jsonl.gz', false],
  ['mask-cred_gitleaks_fp.jsonl.gz', true],
  ['mask-cred_secretlint_tp.jsonl.gz', false],
  ['mask-cred_secretlint_fp.jsonl.gz', true],
  ['mask-pii_presidio_unit.jsonl', false],
  ['mask-pii_presidio_synth_v2.jsonl', false],
  ['mask-phi_psql_tables.jsonl', false],
  ['mask-neg_terminal.jsonl', true],
]) {
  if (existsSync(inside(name))) masking(engine, name, negative);
  else console.log(`${name}: absent`);
}

console.log('\nColumns by name alone:');
process.stdout.write(
  execFileSync(process.execPath, [join(here, 'classifier.mjs')], { encoding: 'utf8', env: process.env }),
);
