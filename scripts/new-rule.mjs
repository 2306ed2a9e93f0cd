// Writes the stub of an SQL rule and its registry lines: npm run new:rule -- drop-nothing
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const id = process.argv[2] ?? '';
if (!/^[a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30}){0,5}$/.test(id)) {
  process.stderr.write('usage: npm run new:rule -- NAME   (lower case words joined by dashes)\n');
  process.exit(64);
}

const name = id.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const folder = new URL('../src/analyze/', import.meta.url);
const file = new URL(`rules/sql/${id}.ts`, folder);
if (existsSync(file)) {
  process.stderr.write(`${fileURLToPath(file)} is there already\n`);
  process.exit(1);
}

const stub = `import { defineRule } from '../../define-rule.ts';

export const ${name} = defineRule({
  id: 'sql.${id}',
  intent: 'unknown',
  on: ['unknown'],
  hits: ['a statement in which it finds something'],
  misses: ['one near to it in which it finds nothing'],
  check: (effects) =>
    effects.map(() => ({
      objects: [],
      tags: [],
      effect: 'What would happen.',
      why: 'What is at stake.',
      instead: 'What to do now.',
    })),
});
`;

const registry = new URL('index.ts', folder);
const lines = readFileSync(registry, 'utf8').split('\n');
const imported = `import { ${name} } from './rules/sql/${id}.ts';`;
const path = (line) => /from '(\.\/rules\/sql\/[^'.]{1,80})\.ts'/.exec(line)?.[1] ?? '';
const rules = lines.flatMap((line, at) => (path(line) === '' ? [] : [at]));
const next = rules.find((at) => path(lines[at]) > path(imported)) ?? (rules.at(-1) ?? -1) + 1;
lines.splice(next, 0, imported);
const list = lines.findIndex((line) => line.startsWith('export const SQL_RULES'));
lines.splice(lines.indexOf('];', list), 0, `  ${name},`);

writeFileSync(file, stub);
writeFileSync(registry, lines.join('\n'));
process.stdout.write(
  `${fileURLToPath(file)}\nNow write its hits and misses; the rule table test runs them.\n`,
);
