// Writes what guard really prints into README.md, between its markers:  node scripts/transcript.mjs
// --check says which block no longer matches in structure (numbers, times and ids may differ), and writes nothing.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const readme = join(root, 'README.md');
const work = join(root, '.stamp/transcript');
const checkOnly = process.argv.includes('--check');

/** The terminal of the real tests: a PTY with xterm's own screen behind it, guard below the first process. */
async function loadTerminal() {
  mkdirSync(work, { recursive: true });
  const outfile = join(work, 'terminal.mjs');
  await build({
    stdin: {
      contents: "export { GuardTerminal, guardHome, runGuard } from './test/real/guard-process.ts';",
      resolveDir: root,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

function trimmed(text) {
  return text
    .replaceAll(/[ \t]+$/gm, '')
    .replace(/^\n+/, '')
    .trimEnd();
}

const CLEAR = '\x0c';
/** Keys of a question's first moments never answer: they were meant for something else. */
const SETTLED_MS = 500;

/** A person in `guard demo`: a masked read, a question answered with no, and why. */
async function session({ GuardTerminal }, home) {
  const terminal = new GuardTerminal(home, ['demo'], { columns: 100, rows: 40, env: { PSQL_PAGER: 'cat' } });
  const settle = async (what) => {
    await terminal.see(what);
    await terminal.quiet();
    return trimmed(terminal.text())
      .replace(/\n\S*=#$/, '')
      .trimEnd();
  };
  const type = async (sql, sees) => {
    terminal.type(CLEAR);
    await terminal.see(() => /^\S*=#$/.test(trimmed(terminal.text())));
    terminal.line(sql);
    return settle(sees);
  };
  await settle(/^\S*=# ?$/m);
  const read = await type(
    'SELECT id, first_name, birth_date, ssn, state FROM patients ORDER BY id LIMIT 3;',
    /\(3 rows\)/,
  );
  const question = await type('UPDATE rooms SET beds = 3 WHERE id = 4;', /y yes/);
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  terminal.type('n');
  const refused = await settle(/HINT/);
  const why = await type('SHOW guard.why;', /\(\d+ rows?\)/);
  terminal.line('\\q');
  await terminal.status();
  return { read, question, refused, why };
}

async function command({ runGuard }, home, shown, args) {
  const { stdout, stderr, status } = await runGuard(home, args, { env: { NO_COLOR: '1' } });
  return trimmed(`$ ${shown}\n${stdout}${stderr}`) + (status === 0 ? '' : `\n$ echo $?\n${status}`);
}

const MIGRATION = `ALTER TABLE claims ADD COLUMN review_state text;
CREATE INDEX claims_review_idx ON claims (review_state);
UPDATE claims SET review_state = 'new';
DROP TABLE old_notes;
`;

function writeMigration(home) {
  mkdirSync(join(home.home, 'migrations'));
  writeFileSync(join(home.home, 'migrations/0042_review.sql'), MIGRATION);
}

const DELETE = 'DELETE FROM claims WHERE amount >= 0 OR true';

async function blocks(kit, home) {
  writeMigration(home);
  const log = join(home.state, 'guard/demo/audit');
  const tidy = (text) => text.replaceAll(log, '~/.local/state/guard/demo/audit');
  return {
    tour: await command(kit, home, 'npm run demo -- --script', ['demo', '--script']),
    ...(await session(kit, home)),
    check: await command(kit, home, `guard check --lang sql --env dev "${DELETE}"`, [
      ...['check', '--lang', 'sql', '--env', 'dev', DELETE],
    ]),
    plan: await command(kit, home, 'guard plan migrations/*.sql', ['plan', 'migrations/0042_review.sql']),
    verify: tidy(
      await command(kit, home, 'guard audit verify ~/.local/state/guard/demo/audit', [
        'audit',
        'verify',
        log,
      ]),
    ),
  };
}

const block = (name) =>
  new RegExp(`(<!-- ${name} -->\\n\`\`\`text\\n)([^]*?)(\\n\`\`\`\\n<!-- /${name} -->)`);

/** What stays when numbers, ids, times and the room they take are left out. */
function structure(text) {
  return text
    .replaceAll(/[0-9a-f]{8,}|[0-9A-Z]{20,}/g, '#')
    .replaceAll(/\d[\d.,:TZ-]*/g, '#')
    .replaceAll(/[ ─-]+/g, ' ');
}

const kit = await loadTerminal();
let text = readFileSync(readme, 'utf8');
const stale = [];
const home = kit.guardHome();
const made = await blocks(kit, home).finally(() => home[Symbol.dispose]());
for (const [name, now] of Object.entries(made)) {
  const found = block(name).exec(text);
  if (found === null) throw new Error(`README.md has no block "${name}"`);
  if (structure(found[2]) !== structure(now)) stale.push(name);
  text = text.replace(block(name), (_, head, __, tail) => `${head}${now}${tail}`);
}
rmSync(work, { recursive: true, force: true });
if (!checkOnly) writeFileSync(readme, text);
for (const name of stale)
  console.log(`transcript: "${name}" ${checkOnly ? 'is stale: npm run transcript' : 'is new'}`);
process.exit(checkOnly && stale.length > 0 ? 1 : 0);
