// How well the column classifier reads schemas it was not made for.
//   GUARD_SAMPLES=<folder with phi-columns.csv> node bench/classifier.mjs [--errors SCHEMA]
// Columns come without types, so surrogate keys, years and quasi-identifiers are left out of the count.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const samples = process.env.GUARD_SAMPLES;
const table = samples === undefined ? undefined : join(samples, 'phi-columns.csv');
if (table === undefined || !existsSync(table)) {
  console.log(
    'classifier: no phi-columns.csv (set GUARD_SAMPLES to the folder of samples); nothing measured',
  );
  process.exit(0);
}

const bundled = await build({
  entryPoints: [join(root, 'src/catalog/classify.ts')],
  bundle: true,
  format: 'esm',
  write: false,
});
const { classifyRelations } = await import(
  `data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].text).toString('base64')}`
);

const NEUTRAL = /^(QUASI|C_AGE|C_DATE_YEAR_ONLY|R_OTHER_ID|N_URL|O_IP)|PROVIDER/;
const DIRECT = /^(A_|B_|D_|E_|F_|G_|H_|I_|J_|K_|L_|M_|P_|Q_|CRED)/;

const [, ...lines] = readFileSync(table, 'utf8').trim().split('\n');
const schemas = new Map();
for (const line of lines) {
  const [schema, relation, column, label] = line.split(',');
  const relations = schemas.get(schema) ?? new Map();
  relations.set(relation, [...(relations.get(relation) ?? []), { column, label }]);
  schemas.set(schema, relations);
}

const shown = process.argv[process.argv.indexOf('--errors') + 1];
for (const [schema, relations] of schemas) report(schema, relations);

function report(schema, relations) {
  const bare = [...relations].map(([name, columns]) => ({
    schema,
    name,
    columns: columns.map(({ column }) => ({ name: column, type: '' })),
  }));
  const tally = {
    direct: [0, 0],
    date: [0, 0],
    text: [0, 0],
    right: 0,
    wrong: 0,
    wrongDirect: 0,
    rightDirect: 0,
  };
  classifyRelations(bare).forEach((classes, index) => {
    const relation = bare[index];
    classes.forEach((found, at) => {
      const { column, label } = relations.get(relation.name)[at];
      count(tally, label, found, `${relation.name}.${column}`);
    });
  });
  const percent = (part, whole) =>
    whole === 0 ? '   -' : `${((100 * part) / whole).toFixed(0)}%`.padStart(4);
  console.log(
    `${schema.padEnd(14)} recall direct ${percent(...tally.direct)} of ${tally.direct[1]}, dates ${percent(...tally.date)} of ${tally.date[1]}, ` +
      `free text ${percent(...tally.text)} of ${tally.text[1]}; precision direct ${percent(tally.rightDirect, tally.rightDirect + tally.wrongDirect)}, ` +
      `all ${percent(tally.right, tally.right + tally.wrong)}`,
  );
}

function count(tally, label, found, where) {
  const hit = found.class !== undefined && !found.unsure;
  const kind =
    label === 'FREE_TEXT'
      ? 'text'
      : label.startsWith('C_DATE')
        ? 'date'
        : DIRECT.test(label)
          ? 'direct'
          : undefined;
  if (NEUTRAL.test(label)) return;
  const direct = hit && !/\.(date|text)$/.test(found.class);
  if (kind !== undefined) {
    tally[kind][1]++;
    if (hit) tally[kind][0]++;
    if (hit) tally.right++;
    if (direct) tally.rightDirect++;
  } else if (hit) {
    tally.wrong++;
    if (direct) tally.wrongDirect++;
  }
  if (
    process.argv.includes('--errors') &&
    (shown === undefined || schemaMatches(where)) &&
    hit !== (kind !== undefined)
  ) {
    console.log(`  ${kind === undefined ? 'false' : 'missed'} ${where} ${label} ${found.class ?? ''}`);
  }
}

function schemaMatches() {
  return true;
}
