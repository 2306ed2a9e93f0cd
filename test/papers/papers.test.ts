import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-status.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { VERSION } from '../../src/cli/version.ts';
import { TOUR } from '../../src/session/demo/tour.ts';

const root = process.cwd();
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const manifest: { readonly version: string; readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
  read('package.json'),
);
const PAPERS = ['README.md', 'SECURITY.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

describe.each(PAPERS)('%s', (name) => {
  const text = read(name);

  test('links to what is there', () => {
    const links = matches(text, /\]\(([^)#\s]{1,200})\)/g).filter((link) => !/^[a-z]{2,10}:/.test(link));
    const papers = matches(text, /\b([A-Z]{4,20}\.md)\b/g);
    const files = matches(text, /`((?:src|test|scripts|policies|bench|bin)\/[\w./-]{1,100}\.\w{1,5})`/g);
    const wanted = [...links, ...papers, ...files].filter((path) => !/[<>*]/.test(path));
    expect(wanted.filter((path) => !existsSync(join(root, dirname(name), path)))).toEqual([]);
  });

  test('names only scripts of npm that there are', () => {
    const scripts = matches(text, /\bnpm run ([\w:-]{1,30})/g);
    expect(scripts.filter((script) => manifest.scripts[script] === undefined)).toEqual([]);
  });

  test('is tidy', () => {
    expect(text).not.toMatch(/[ \t]+\n|\t|\n\n\n|TODO|FIXME/);
    expect(text.endsWith('\n')).toBe(true);
  });
});

test.each([
  ['ARCHITECTURE.md', 120],
  ['CONTRIBUTING.md', 60],
])('%s has at most %i lines', (name, most) => {
  expect(read(name).trimEnd().split('\n').length).toBeLessThanOrEqual(most);
});

describe('SECURITY.md', () => {
  const rows = read('SECURITY.md')
    .split('\n')
    .filter((line) => /^\| [^|]+ \| [^|]+ \| [^|]+ \|$/.test(line) && !line.startsWith('| promise |'));

  test('every promise has a limit and a test', () => {
    expect(rows.length).toBeGreaterThan(35);
    for (const row of rows) expect(row).toMatch(/`test\/[\w./-]+\.test\.tsx?` \|$/);
  });

  test('every test it names is there and tests something', () => {
    const files = [...new Set(rows.flatMap((row) => matches(row, /`(test\/[\w./-]{1,100})`/g)))];
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    for (const file of files) {
      expect(read(file)).toMatch(/\btest(\.each\b.{0,80})?\(/);
      expect(read(file)).not.toMatch(/\b(test|describe)\.(skip|only|todo|fails|runIf|skipIf)\b/);
    }
  });
});

describe('README.md', () => {
  const readme = read('README.md');
  const program = buildProgram(() => undefined);
  const block = (name: string) =>
    new RegExp(`<!-- ${name} -->\n\`\`\`text\n([\\s\\S]*?)\n\`\`\`\n<!-- /${name} -->`).exec(readme)?.[1] ??
    '';

  /** The command that the words lead to. */
  function commandOf(words: readonly string[]): Command | undefined {
    return words.reduce<Command | undefined>(
      (at, word) => at?.commands.find((each) => each.name() === word),
      program,
    );
  }

  test('shows every stop of the tour, none of them failed (npm run transcript renews it)', () => {
    const tour = block('tour');
    for (const { title, sql, says } of TOUR)
      for (const part of [title, `clinic=> ${sql};`, says]) expect(tour).toContain(part);
    expect(tour).not.toContain('NOT AS PROMISED');
    expect(tour).toContain('every signature and link holds');
  });

  test('shows a question as it is asked', () => {
    for (const part of ['[PROD]', 'effect', 'why', 'instead', 'y yes', 'n no', 'e explain', 'd details'])
      expect(block('question')).toContain(part);
    expect(block('refused')).toMatch(/^ERROR:.*\nDETAIL:.*\nHINT:/m);
    expect(block('read')).toContain('*****');
    expect(block('why')).toContain('verdict | prompt');
    expect(block('check')).toMatch(/\n77$/);
    expect(block('verify')).toContain('trust level L0');
  });

  test('shows nothing of the machine it was made on', () => {
    expect(readme).not.toMatch(/\/tmp\/|\/home\/|\/root\b|\/work\b/);
  });

  test('names only commands and options that there are', () => {
    const outside = readme.replaceAll(/```[\s\S]*?```/g, '');
    const commands = matches(outside, /`guard ((?!--)[a-z]{2,12}(?: [a-z]{2,12})?)/g);
    expect(commands.length).toBeGreaterThan(8);
    const unknown = commands.filter((each) => {
      const [first = '', second = ''] = each.split(' ');
      const found = commandOf([first]);
      return (
        found === undefined || (second !== '' && found.commands.length > 0 && !commandOf([first, second]))
      );
    });
    expect(unknown).toEqual([]);
    const known = new Set<string | undefined>([
      ...[program, ...program.commands, ...program.commands.flatMap((each) => each.commands)].flatMap(
        (each) => each.options.map(({ long }) => long),
      ),
      ...['--help', ...matches(read('install.sh'), /(--[a-z-]{2,20})/g)],
    ]);
    expect(matches(outside, /`(?:[^`]* )?(--[a-z-]{2,20})/g).filter((option) => !known.has(option))).toEqual(
      [],
    );
  });

  test('its exit statuses are the real ones', () => {
    const said = matches(readme, /^\| (\d{1,3}) \|/gm).map(Number);
    const { usage, failed, auditUnwritable, waiting, refused, configuration } = EXIT;
    expect(said).toEqual([usage, failed, auditUnwritable, waiting, refused, configuration]);
  });
});

test('the version is the same everywhere', () => {
  expect(VERSION).toBe(manifest.version);
  expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## ${VERSION.replaceAll('.', '\\.')}\\b`, 'm'));
});
