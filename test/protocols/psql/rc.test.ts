import { describe, expect, test } from 'vitest';
import { GuardError } from '../../../src/model/errors.ts';
import { planRc, type RcPlan } from '../../../src/protocols/psql/rc.ts';
import { memoryFiles } from '../../wire/postgres/resolve/memory-files.ts';
import { aTarget, psql15 } from './stage.ts';

type Files = Parameters<typeof memoryFiles>[0];

function plan(files: Files, fields: Partial<Parameters<typeof planRc>[0]> = {}): RcPlan {
  return planRc({
    env: {},
    home: '/home/nina',
    cwd: '/project',
    files: memoryFiles(files),
    psql: psql15,
    target: aTarget(),
    skip: false,
    ...fields,
  });
}

const RC = '/home/nina/.psqlrc';
const scan = (text: string): RcPlan => plan({ [RC]: text });

describe('kept as it is', () => {
  test.each([
    '\\set QUIET 1',
    '\\pset null ∅',
    '\\x auto',
    '\\timing on',
    '\\set HISTFILE ~/.psql_history- :DBNAME',
    "\\set uptime 'select now() - pg_postmaster_start_time();'",
    '\\echo welcome \\timing',
    '\\set COMP_KEYWORD_CASE upper',
    'set statement_timeout = 60000;',
    "select 'it''s' as \"a b\"; select 1;",
    'select 1 as one \\gset',
    "select now()::date, 'a' -- don't worry\n;",
    'select\n1;',
    '\\if :SERVER_VERSION_NUM\n\\x\n\\else\n\\t\n\\endif',
    '\\dt+ pat*',
    "\\pset format 'unaligned'",
  ])('%s', (text) => {
    const result = scan(text);
    expect(result.dropped).toEqual([]);
    // Two commands of one line get a line each.
    expect(result.text.replaceAll('\n', ' ').replaceAll('  ', ' ').trim()).toBe(text.replaceAll('\n', ' '));
  });
});

describe('taken out', () => {
  test.each([
    ['\\! id', 'program'],
    ['\\!id', 'know'],
    ['  \\! id', 'program'],
    ['\\x \\! id', 'program'],
    ['select 1; \\! id', 'program'],
    ['select 1 \\! id', 'program'],
    ['\\set x `id`', 'program'],
    ['\\echo `id`', 'program'],
    ["\\set PROMPT1 '%`id`%# '", 'program'],
    ['\\set PROMPT1 :x', 'run time'],
    ["\\set :name '%M'", 'run time'],
    ["\\set menu '\\\\i ~/menu.sql'", 'holds commands'],
    ["\\set menu '\\134! id'", 'holds commands'],
    ["\\set menu '\\x5c! id'", 'holds commands'],
    ["\\set a '\\\\' '! id'", 'holds commands'],
    ['\\o |sh', 'writes'],
    ['\\o out.txt', 'writes'],
    ['select 1 \\g |sh', 'writes'],
    ['select 1 \\gx out.txt', 'writes'],
    ['\\w x.sql', 'files'],
    ['\\w |sh', 'files'],
    ["\\copy t from program 'id'", 'program'],
    ['\\setenv PAGER less', 'programs'],
    ['\\getenv x HOME', 'environment'],
    ['\\c other', 'connects'],
    ['\\connect - - db2', 'connects'],
    ['\\e', 'editor'],
    ['\\ef f', 'editor'],
    ['\\unrestrict key', 'closed'],
    ['\\restrict key', 'lock'],
    ['\\password', 'password'],
    ['\\lo_import x', 'files'],
    ["select 'drop table x' \\gexec", 'answers'],
    ['select 1 \\watch', 'ever'],
    ['\\unheard_of', 'know'],
    ['\\constructor', 'know'],
    ["\\set x 'open", 'not closed'],
    ['\\set x "open \\! id', 'not closed'],
    ['select :menu;', 'variable'],
    ['select $$\\! id$$;', 'backslash'],
    ['select $$id$$;', 'several lines'],
    ["select E'\\'; \\! id';", 'backslash'],
    ["select 'a\\' , '; \\! id;", 'backslash'],
    ['select "a\\"; \\! id";', 'backslash'],
    ['\\i missing.sql', "can't be read"],
    ['\\i :file', 'run time'],
    ['\\i -', "can't be read"],
    ['\\x\u0000', 'control'],
  ])('%j', (text, why) => {
    const result = scan(text);
    expect(result.dropped.map((finding) => finding.why).join()).toContain(why);
    expect(result.text).not.toMatch(/\\!|`|\\g |\\o |program|\\c /);
  });

  test('a finding names the file, the line and the command, never its arguments', () => {
    expect(scan('\\x\n\\setenv TOKEN Hunter2\n').dropped).toEqual([
      { file: RC, line: 2, command: '\\setenv', why: 'it changes what programs psql starts, and how' },
    ]);
    expect(scan("\\set PROMPT1 '%`cat secret`'").dropped[0]?.command).toBe('\\set PROMPT1');
  });
});

describe('quotes can not hide a command', () => {
  test.each([
    // Inside double quotes of an argument a backslash begins no command, and a quote no string.
    `\\set a "x\\echo '" \\! id '`,
    `\\set a "'" \\! id '`,
    `\\set a 'x'"'" \\! id "'"`,
    // A statement that is left open would turn the quotes of the next line inside out.
    "select '\n\\set a 'x \\! id'",
    'select "\n\\set a "x \\! id"',
    "/*\n*/ select ' \\! id ';",
    "select 1 /* /* */ ' \\! id */;",
    "$a$ \n ' $a$ \\! id '",
    "-- '\n\\! id '",
  ])('%j', (text) => {
    const result = scan(text);
    expect(result.text).not.toContain('\\!');
    expect(result.dropped.length).toBeGreaterThan(0);
  });
});

test('a comment behind the last statement is no statement', () => {
  const result = scan('select 1; -- one\n/* two */ -- three');
  expect(result.text).toBe('select 1;\n');
  expect(result.dropped).toEqual([]);
});

test('half a statement is never kept', () => {
  const result = scan("delete from t\nwhere x = '\\d';\n\\x\n");
  expect(result.text).toBe('\\x\n');
  expect(scan('delete from t\n\\! id\n;\n\\x').text).not.toContain('delete');
  expect(scan('\\x\ndelete from t').text).toBe('\\x\n');
});

test('a conditional that would run a program stays a conditional that is false', () => {
  expect(scan('\\if `test -t 1`\n\\x\n\\elif `true`\n\\t\n\\endif').text).toBe(
    '\\if false\n\\x\n\\elif false\n\\t\n\\endif\n',
  );
});

describe('includes', () => {
  const files: Files = {
    [RC]: '\\i ~/a.sql\n\\ir sub/b.sql\n\\i c.sql\n\\i /d.sql\n',
    '/home/nina/a.sql': '\\echo a\n\\! id\n',
    '/home/nina/sub/b.sql': '\\ir deep.sql',
    '/home/nina/sub/deep.sql': '\\echo deep',
    '/project/c.sql': '\\echo c',
    '/d.sql': '\\echo d',
  };
  test('are read in place and checked alike', () => {
    const result = plan(files);
    expect(result.text).toBe('\\echo a\n\\echo deep\n\\echo c\n\\echo d\n');
    expect(result.dropped).toEqual([
      { file: '/home/nina/a.sql', line: 2, command: '\\!', why: 'it runs a program' },
    ]);
  });

  test('a file that includes itself ends', () => {
    const result = plan({ [RC]: '\\echo x\n\\i ~/.psqlrc\n' });
    expect(result.dropped.at(-1)?.why).toContain('too many');
  });
});

describe('which files', () => {
  const all: Files = {
    '/home/nina/.psqlrc': '\\echo plain',
    '/home/nina/.psqlrc-15': '\\echo major',
    '/home/nina/.psqlrc-15.18 (Debian 15.18-0+deb12u1)': '\\echo minor',
    '/other/rc': '\\echo other',
  };
  test('the most exact version wins', () => {
    expect(plan(all).text).toBe('\\echo minor\n');
    const { '/home/nina/.psqlrc-15.18 (Debian 15.18-0+deb12u1)': _, ...fewer } = all;
    expect(plan(fewer).text).toBe('\\echo major\n');
  });
  test('PSQLRC replaces the home file, HOME the home folder', () => {
    expect(plan(all, { env: { PSQLRC: '/other/rc' } }).text).toBe('\\echo other\n');
    expect(plan(all, { env: { PSQLRC: '~/.psqlrc' } }).text).toBe('\\echo minor\n');
    expect(plan(all, { env: { HOME: '/nowhere' } }).text).toBe('');
  });
  test('-X skips everything', () => {
    expect(plan(all, { skip: true })).toEqual({ text: '', dropped: [], system: [] });
  });
});

describe("the system's psqlrc", () => {
  const path = '/etc/postgresql-common/psqlrc';
  test('is reported, because psql reads it by itself', () => {
    const result = plan({ [path]: { text: '\\! id', uid: 0, mode: 0o644 } });
    expect(result.system).toHaveLength(1);
    expect(result.text).toBe('');
  });
  test('that others can change and that runs programs ends the start', () => {
    const run = () => plan({ [path]: { text: '\\! id', uid: 0, mode: 0o664 } });
    expect(run).toThrow(GuardError);
    expect(plan({ [path]: { text: '\\x', uid: 1000, mode: 0o664 } }).system).toEqual([]);
  });
});

describe('the host in the prompt', () => {
  const prompt = (text: string, servers = aTarget().servers): string =>
    plan({ [RC]: text }, { target: aTarget({ servers }) }).text;
  test.each([
    ["\\set PROMPT1 '%n@%M:%>/%/%R%# '", "\\set PROMPT1 '%n@db1.example.org:%>/%/%R%# '\n"],
    ["\\set PROMPT1 '%[\\033[1m%]%m%[\\033[0m%] '", "\\set PROMPT1 '%[\\033[1m%]db1%[\\033[0m%] '\n"],
    ['\\set PROMPT2 %M', "\\set PROMPT2 'db1.example.org'\n"],
    ["\\set PROMPT1 '%%M %:M: it''s '", "\\set PROMPT1 '%%M %:M: it''s '\n"],
  ])('%s', (text, expected) => {
    expect(prompt(text)).toBe(expected);
  });
  test('local sockets, and a host that could not be a host', () => {
    expect(prompt('\\set PROMPT1 %M', [{ host: '/var/run/postgresql', port: 1 }])).toContain("'[local]'");
    expect(prompt('\\set PROMPT1 %M', [{ host: '/tmp', port: 1 }])).toContain("'[local:/tmp]'");
    expect(prompt('\\set PROMPT1 %m', [{ host: '/tmp', port: 1 }])).toContain("'[local]'");
    expect(prompt('\\set PROMPT1 %M', [{ host: '%`id`', port: 1 }])).toContain("'?'");
  });
});
