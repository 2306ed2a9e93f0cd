import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { planPsql } from '../../src/protocols/psql/arguments.ts';
import { planRc } from '../../src/protocols/psql/rc.ts';
import { currentAccount, describePsql, findProgram } from '../../src/wire/postgres/resolve/client.ts';
import { readPassfile, translatePassfile } from '../../src/wire/postgres/resolve/passfile.ts';
import { resolveConnection } from '../../src/wire/postgres/resolve/resolve.ts';
import { systemFiles } from '../../src/wire/postgres/resolve/system-files.ts';
import { FakePostgres, type PsqlRun, runPsql } from './resolve-listener.ts';

/** Real psql, started as guard plans it, against a listener where guard's socket would be. */
const path = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
const wrapper = findProgram('psql', path);
const psql = describePsql(wrapper, path);
const direct = `/usr/lib/postgresql/${psql.major}/bin/psql`;
const DB = '127.66.2.1';
const SECRET = 'Hunter2-secret';

const outside = new FakePostgres();
const inside = new FakePostgres();
let home = '';
let folder = '';
let port = 0;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'plan-'));
  folder = join(home, 'g');
  mkdirSync(folder, { mode: 0o700 });
  port = await outside.listen(DB);
  await inside.listen(folder, port);
});

afterAll(async () => {
  await outside.close();
  await inside.close();
  rmSync(home, { recursive: true, force: true });
});

beforeEach(() => {
  for (const fake of [outside, inside]) {
    fake.arrivals.length = 0;
    fake.passwords.length = 0;
    fake.queries.length = 0;
    fake.manner = 'refuse';
  }
});

interface Start {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly passfile?: string;
  readonly rc?: string;
  readonly program?: string;
}

function plan({ args, env = {}, passfile = '', rc = '', program = direct }: Start) {
  const full = { ...path, HOME: home, LC_ALL: 'C.UTF-8', ...env };
  writeFileSync(join(home, '.pgpass'), passfile, { mode: 0o600 });
  writeFileSync(join(home, '.psqlrc'), rc);
  const facts = program === direct ? { ...psql, wrapped: false } : psql;
  const account = currentAccount();
  const target = resolveConnection({ args, env: full, account, psql: facts, files: systemFiles });
  const read = readPassfile(target.passfile, systemFiles);
  const place = { folder, defaultFolder: psql.socketFolder };
  const files = { passfile: join(folder, 'pass'), rcFile: join(folder, 'rc') };
  const rcPlan = planRc({ env: full, home, cwd: home, files: systemFiles, psql: facts, target, skip: false });
  writeFileSync(files.passfile, translatePassfile(read.text, target, place), { mode: 0o600 });
  writeFileSync(files.rcFile, rcPlan.text, { mode: 0o600 });
  const planned = planPsql({
    argv: [program, ...args],
    env: full,
    psql: facts,
    target,
    socketFolder: folder,
    session: 'S',
    ...files,
  });
  return { ...planned, full, rcPlan };
}

function start(one: Start, watch?: (pid: number) => void): Promise<PsqlRun> {
  const { file, argv, env } = plan(one);
  return runPsql(file, argv, env, watch);
}

const uri = () => `postgresql://nina:${SECRET}@${DB}:${port}/claims?application_name=app`;

test.each([direct, wrapper])('%s arrives at the socket with what was resolved', async (program) => {
  await start({ args: [uri(), '-c', 'select 1'], env: { PGOPTIONS: '-c geqo=off' }, program });
  expect(outside.arrivals).toEqual([]);
  expect(inside.arrivals).toHaveLength(1);
  expect(inside.arrivals[0]?.parameters).toMatchObject({
    user: 'nina',
    database: 'claims',
    application_name: 'app',
    options: '-c geqo=off',
    client_encoding: 'UTF8',
  });
});

test('the process table and the environment show no password, and psql still sends it', async () => {
  inside.manner = 'password';
  const seen: string[] = [];
  const look = (pid: number) => {
    const timer = setInterval(() => {
      try {
        seen.push(
          readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8'),
        );
      } catch {
        clearInterval(timer);
      }
    }, 1);
  };
  await start({ args: [uri(), '-c', 'select 1'], env: { PGPASSWORD: `${SECRET}2` }, program: wrapper }, look);
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.join()).toContain('psql');
  expect(seen.join()).not.toContain(SECRET);
  expect(inside.passwords).toEqual([SECRET]);
});

test('generated password files: psql finds behind guard what it would find without', async () => {
  inside.manner = 'password';
  outside.manner = 'password';
  const field = (...own: string[]) => fc.constantFrom(...own, '*', 'other', '\\*', '', 'a\\:b');
  const line = fc
    .tuple(
      field(DB, '127.66.2', '\\127.66.2.1'),
      field('PORT', '5432'),
      field('claims', 'cl'),
      field('nina', 'n'),
    )
    .chain((fields) =>
      fc
        .constantFrom('one', 'tw\\:o', 'th\\\\ree', 'fo:ur', ' fi ve ')
        .map((word) => [...fields, word].join(':')),
    );
  const other = fc.constantFrom('# comment', '', 'short:line', '*:*:*:*', '#*:*:*:*:no');
  const ending = fc.constantFrom('\n', '\r\n');
  const args = ['-h', DB, '-p', String(port), '-U', 'nina', '-w', 'claims'];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(line, line, other), { maxLength: 5 }), ending, async (lines, end) => {
      const passfile = lines.join(end).replaceAll('PORT', String(port)) + end;
      inside.passwords.length = 0;
      outside.passwords.length = 0;
      const { file, argv, env, full } = plan({ args, passfile });
      await Promise.all([runPsql(file, argv, env), runPsql(direct, args, full)]);
      expect(inside.passwords).toEqual(outside.passwords);
    }),
    { numRuns: 100 },
  );
});

test('\\connect with a connection string comes back to guard', async () => {
  inside.manner = 'serve';
  const commands = ['\\connect "dbname=second"', '\\connect third', '\\connect "user=bob dbname=fourth"'];
  await start({ args: [uri(), ...commands.flatMap((command) => ['-c', command])], env: { PGHOST: DB } });
  expect(outside.arrivals).toEqual([]);
  expect(inside.arrivals.map((arrival) => arrival.parameters['database'])).toEqual([
    'claims',
    'second',
    'third',
    'fourth',
  ]);
});

test('a service is not looked up by psql any more', async () => {
  inside.manner = 'serve';
  const file = join(home, '.pg_service.conf');
  writeFileSync(file, `[prod]\nhost=${DB}\nport=${port}\n`);
  const run = await start({ args: ['service=prod', '-c', '\\connect "service=prod"'] });
  expect(run.stderr).toContain('definition of service "prod" not found');
  expect(outside.arrivals).toEqual([]);
  rmSync(file);
});

test('settings of a psqlrc take effect, programs do not', async () => {
  inside.manner = 'serve';
  const marker = join(home, 'marker');
  const rc = ['\\set greeting hello', `\\! touch ${marker}`, "select :'greeting';"].join('\n');
  await start({ args: [uri(), '-c', 'select 1'], rc });
  expect(inside.queries).toEqual(["select 'hello';", 'select 1']);
  expect(existsSync(marker)).toBe(false);
});

test('no generated psqlrc makes psql run a program or write a file', async () => {
  inside.manner = 'serve';
  const marker = join(home, 'marker');
  const touch = `touch ${marker}`;
  const piece = fc.constantFrom(
    `\\! ${touch}`,
    `\\!${touch}`,
    `\`${touch}\``,
    `\\o |${touch}`,
    `\\o ${marker}`,
    `\\g |${touch}`,
    `\\gx ${marker}`,
    `\\w ${marker}`,
    `\\copy (select 1) to program '${touch}'`,
    `\\set a \`${touch}\``,
    `\\set x '\\\\! ${touch}'`,
    `\\set x '\\134! ${touch}'`,
    `\\echo "\`${touch}\`"`,
    `\\if \`${touch}\``,
    `\\elif \`${touch}\``,
    `\\i ${marker}-script`,
    `\\setenv PAGER '${touch}'`,
    ':x',
    '::x',
    ":'x'",
    "'",
    '"',
    '$$',
    '$a$',
    '/*',
    '*/',
    '--',
    ';',
    '\\',
    '\\\\',
    '\\;',
    "E'",
    '\\if true',
    '\\if false',
    '\\else',
    '\\endif',
    '\\set a',
    '\\echo',
    '\\x',
    '\\r',
    'select 1',
    '\\gset',
    '\\gdesc',
    '{',
    '(',
    ')',
  );
  const separator = fc.constantFrom(' ', '\n', '', '\t', '\r\n');
  const text = fc
    .array(fc.tuple(piece, separator), { minLength: 1, maxLength: 12 })
    .map((parts) => parts.map((part) => part.join('')).join(''));
  writeFileSync(`${marker}-script`, `\\! ${touch}\n`);
  await fc.assert(
    fc.asyncProperty(text, async (rc) => {
      await start({ args: [uri(), '-c', ''], rc });
      const ran = existsSync(marker);
      rmSync(marker, { force: true });
      expect(ran, rc).toBe(false);
    }),
    { numRuns: 400 },
  );
});

test('the same psqlrc files do run programs without guard: the test above can fail', async () => {
  outside.manner = 'serve';
  const marker = join(home, 'marker');
  writeFileSync(join(home, '.psqlrc'), `\\! touch ${marker}\n`);
  await runPsql(direct, [uri(), '-c', ''], { ...path, HOME: home });
  expect(existsSync(marker)).toBe(true);
  rmSync(marker);
});
