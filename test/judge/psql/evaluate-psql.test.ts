import { beforeAll, describe, expect, test } from 'vitest';
import { type PreparedPolicy, preparePolicy } from '../../../src/decide/prepare.ts';
import { evaluate } from '../../../src/judge/evaluate.ts';
import type { ActorKind } from '../../../src/model/actor.ts';
import { ENVIRONMENT_CLASSES, type EnvironmentClass } from '../../../src/model/environment.ts';
import type { PsqlContext } from '../../../src/model/judge.ts';
import type { Obligations } from '../../../src/model/obligation.ts';
import { rawText } from '../../../src/model/text.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { catalogFromDdl } from '../../../src/parse/sql/ddl-catalog.ts';
import { loadSqlParser } from '../../../src/parse/sql/parse-sql.ts';
import { compileBuiltIn } from '../../../src/policy/compile.ts';
import { classifyCatalog } from '../../../src/session/check-catalog.ts';

beforeAll(loadSqlParser);

const KINDS: readonly ActorKind[] = ['human', 'ci', 'agent'];
const CLINIC = `CREATE TABLE patients (id int PRIMARY KEY, name text, ssn text);
CREATE TABLE rooms (id int PRIMARY KEY, floor int);`;

interface Stage {
  readonly via?: string;
  readonly psql?: PsqlContext;
  readonly kind?: ActorKind;
  readonly environment?: EnvironmentClass;
}

let policy: PreparedPolicy | undefined;

function judge(text: string, { via = 'check', psql = {}, kind = 'human', environment = 'prod' }: Stage = {}) {
  policy ??= preparePolicy(compileBuiltIn());
  return evaluate(
    {
      channel: { language: 'psql', via, certainty: 'exact' },
      text: rawText(text),
      psql: { version: 15, allVariables: true, ...psql },
      target: { kind: 'postgres', name: 'clinic' },
      situation: {
        actor: { kind, id: 'nina', uid: 1000, groups: [], mfa: false, evidence: [] },
        purpose: { breakglass: false },
        environment: {
          class: environment,
          name: 'clinic',
          because: 'test',
          synthetic: false,
          throwaway: false,
        },
        session: { id: 's', tainted: [], transaction: 'idle', wrote: false, attended: kind === 'human' },
        time: '2026-11-20T10:00:00Z',
      },
      estimates: [],
      entry: false,
    },
    { policy, catalog: { ...classifyCatalog(catalogFromDdl(rawText(CLINIC)), []), complete: true } },
  );
}

function letter({ verdict, obligations }: { verdict: Verdict; obligations: Obligations }): string {
  switch (verdict) {
    case 'allow':
      return 'A';
    case 'prompt':
      return obligations.typedConfirmation === true ? 'T' : 'P';
    case 'approve':
      return 'R';
    case 'block':
      return 'B';
  }
}

/** `human·CI·agent` for dev, staging and prod, as default-policy writes it; W and an agent's P show as what they come to. */
function cells(text: string, stage: Stage = {}): string {
  return ENVIRONMENT_CLASSES.map((environment) =>
    KINDS.map((kind) => letter(judge(text, { ...stage, kind, environment }).decision)).join('·'),
  ).join(' | ');
}

// P of an agent whom nobody attends is R; W without a workflow is B.
const FREE = 'A·A·A | A·A·A | A·A·A';
const EXPORT = 'A·A·A | A·A·R | P·B·R';
const NESTED = 'P·R·R | P·B·B | B·B·B';
const HARMLESS = 'A·A·A | P·B·B | B·B·B';
const NEVER = 'B·B·B | B·B·B | B·B·B';
const UNKNOWN = 'P·R·R | P·R·R | T·R·B';

describe('row 1c: rows to a file on this machine', () => {
  test.each([
    ['\\copy of a table', "\\copy patients to 'x.csv'"],
    ['\\copy of a query', "\\copy (select name from patients) to 'x.csv' csv"],
    ['\\g', 'select name from patients \\g x.csv'],
    ['\\gx with options', 'select name from patients \\gx (format=csv) x.csv'],
    ['\\g of the statement before', 'select name from patients;\n\\g x.csv'],
    ['\\o, for what follows', '\\o x.txt'],
    ['a statement nobody can read', 'select frobnicate(id) from rooms \\g x.csv'],
    ['a large object', '\\lo_export 4711 x.png'],
    ['the history', '\\s x.txt'],
    ['the text of a statement', 'select 1 \\w x.sql'],
  ])('%s', (_, text) => {
    expect(cells(text)).toBe(EXPORT);
    expect(cells(text, { via: 'line' })).toBe(EXPORT);
  });

  test.each([
    ['\\copy', '\\copy rooms to x.csv'],
    ['\\g', 'select floor from rooms \\g x.csv'],
  ])('%s of nothing classed is a read', (_, text) => {
    expect(cells(text)).toBe(FREE);
  });

  test('what \\copy reads becomes rows of a table', () => {
    expect(cells("\\copy rooms from 'x.csv'")).toBe('P·A·R | T·R·R | T·B·B');
    expect(cells("\\copy rooms from 'x.csv'", { via: 'line' })).toBe(FREE);
  });
});

describe('row 4a: shows things, or sends what is judged by itself', () => {
  test.each([
    ...[
      '\\d patients',
      '\\dt+',
      '\\l',
      '\\x',
      '\\timing on',
      '\\pset format csv',
      '\\conninfo',
      '\\h SELECT',
      '\\q',
      '\\?',
    ],
    ...[
      '\\sf f',
      '\\echo :x',
      '\\set limit 10',
      '\\c clinic',
      '\\c - app',
      '\\cd /tmp',
      '\\prompt x',
      '\\o',
      '\\r',
      '\\p',
    ],
    ...[
      "select 'select 1' \\gexec",
      'select 1 \\watch 1',
      'select 1 as a \\gset',
      'select 1 \\gdesc',
      'select 1 \\g',
    ],
  ])('%s', (text) => {
    expect(cells(text)).toBe(FREE);
    expect(cells(text, { via: 'line' })).toBe(FREE);
  });
});

describe('row 4b: programs', () => {
  test.each([
    ...[
      '\\! rm x',
      '\\!',
      '\\! echo $HOME',
      '\\! id; rm x',
      '\\o |cat > x',
      'select 1 \\g |sh',
      'select 1 \\w |sh',
    ],
    ...[
      "\\copy rooms to program 'sh'",
      '\\set x `rm x`',
      '\\d `id` `id`',
      "\\set PROMPT1 '%`rm x`'",
      "\\set x '|sh'\n\\o :x",
    ],
    "\\set x '\\\\! rm x'\nselect 1 :x;",
  ])('%s', (text) => {
    const told = judge(text);
    expect(told.findings.map((finding) => finding.intent)).toContain('exec.nested');
    expect(cells(text)).toBe(NESTED);
  });

  test.each(['\\! id', '\\! echo hello', '\\set x `uname`', 'select 1 \\g |true'])(
    '%s changes nothing',
    (text) => {
      expect(cells(text)).toBe(HARMLESS);
    },
  );
});

describe('around guard', () => {
  test.each([
    ...[
      '\\c - - other',
      '\\c - - - 5433',
      '\\c postgresql://h/db',
      '\\c "host=h"',
      "\\c 'service=x'",
      '\\setenv PGHOST h',
    ],
    ...[
      '\\setenv LD_PRELOAD x',
      '\\setenv PAGER x',
      '\\encoding SJIS',
      '\\unrestrict k',
      "\\set PROMPT1 '> '",
    ],
  ])('%s', (text) => {
    expect(cells(text)).toBe(NEVER);
    expect(cells(text, { via: 'line' })).toBe(NEVER);
  });

  test('a dump that restricts itself is no way around', () => {
    expect(cells('\\restrict k\nselect 1;\n\\unrestrict k\n')).toBe(FREE);
    expect(cells('\\restrict k\nselect 1;\n\\unrestrict j\n')).toBe(NEVER);
    expect(cells('\\restrict k', { via: 'line' })).toBe(NEVER);
  });
});

describe('decided at run time', () => {
  const open = { psql: { allVariables: false } };
  test.each([
    ...[
      '\\o :file',
      'select 1 \\g :file',
      '\\c :db',
      '\\i setup.sql',
      '\\e',
      '\\set :name x',
      "\\set x '\\\\x'",
    ],
    ...['select :x;', '\\foo', '\\setenv COLOR red', '\\encoding :e'],
  ])('%s', (text) => {
    expect(cells(text, open)).toBe(UNKNOWN);
  });

  test('a quoted value is a value', () => {
    expect(cells("select floor from rooms where id = :'id';", open)).toBe(FREE);
    expect(cells('select id from :"t";', open)).toBe('A·A·R | P·R·R | T·R·B');
  });

  test('values that the caller knows are read', () => {
    const known = (x: string) => ({ psql: { allVariables: true, variables: { x: rawText(x) } } });
    expect(cells('\\o :x', known('|sh'))).toBe(NESTED);
    expect(cells('\\o :x', known('x.txt'))).toBe(EXPORT);
    expect(cells('select 1 :x', known('\\! rm x'))).toBe(NESTED);
    expect(cells('select :x;', known('1'))).toBe(FREE);
  });

  test('what the caller reads itself is not asked about here', () => {
    expect(cells('\\i setup.sql', { psql: { reads: true } })).toBe(FREE);
    expect(cells('\\e', { psql: { reads: true } })).toBe(FREE);
    expect(cells('\\i :x', { psql: { reads: true, allVariables: false } })).toBe(UNKNOWN);
  });
});

describe('SQL in it', () => {
  test('counts in a script, and not at a prompt', () => {
    expect(cells('truncate rooms; \\x')).toBe('P·A·R | T·R·R | R·B·B');
    expect(cells('truncate rooms; \\x', { via: 'line' })).toBe(FREE);
  });

  test('counts behind \\copy', () => {
    expect(judge("\\copy rooms to 'x' ; drop table rooms").findings.map(({ intent }) => intent)).toContain(
      'schema.drop',
    );
  });

  test('follows what the text makes', () => {
    expect(cells('create table made (id int);\ndrop table made;')).toBe('A·A·A | A·A·R | P·R·R');
  });

  test('is not what stands in quotes', () => {
    expect(cells("select '\\! rm x';\n-- \\! rm x\nselect $$\n\\! rm x\n$$;")).toBe(FREE);
  });

  test('is masked in what the log keeps', () => {
    const { masked } = judge(
      "select 1 where 'a' = 'secret'; \\set x secret2 \\\\ \\copy (select 'secret3') to 'out.csv'",
    ).text;
    expect(masked).not.toContain('secret');
    expect(masked).toContain("'out.csv'");
  });

  test('has its place in the text', () => {
    const { findings } = judge('\\x\nselect floor from rooms;');
    expect(findings.find(({ rule }) => rule === 'sql.read')?.span).toEqual({ start: 3, end: 26 });
  });
});

describe('lines one after the other', () => {
  const next = (first: string, second: string) => {
    const { psqlState } = judge(first, { via: 'line' });
    return judge(second, { via: 'line', psql: psqlState === undefined ? {} : { state: psqlState } }).decision
      .verdict;
  };

  test.each([
    ["select '", '\\! rm x', 'allow'],
    ["select '", "' \\! rm x", 'block'],
    ['select $a$', '$$ \\! rm x', 'allow'],
    ['select $a$', '$a$ \\! rm x', 'block'],
    ["select E'", "\\' \\! rm x", 'allow'],
    ["select '", "\\' \\! rm x", 'block'],
    ['/* /*', '*/ \\! rm x', 'allow'],
    ['/* /*', '*/ */ \\! rm x', 'block'],
    ['select (', '\\! rm x', 'block'],
    ['select name from patients', '\\g x.csv', 'prompt'],
    ['select floor from rooms', '\\g x.csv', 'allow'],
  ])('%s and then %s', (first, second, verdict) => {
    expect(next(first, second)).toBe(verdict);
  });

  test.each([
    ["'", "\\' \\! rm x", 'block'],
    ["'", '\\! rm x', 'allow'],
    ['$', '$x$ \\! rm x', 'block'],
    ['$', '\\! rm x', 'allow'],
    ['*', '*/ */ \\! rm x', 'block'],
    ['*', '\\! rm x', 'allow'],
    ['-', '\\! rm x', 'block'],
    ['"', '" \\! rm x', 'block'],
    ['$', `${Array.from({ length: 40 }, (_, index) => `$t${index}$`).join(' ')} \\! rm x`, 'prompt'],
  ])('a prompt that shows %s: %s', (prompt, line, verdict) => {
    expect(judge(line, { via: 'line', psql: { prompt } }).decision.verdict).toBe(verdict);
  });

  test('a prompt goes before a state that disagrees', () => {
    const { psqlState: state } = judge("select '", { via: 'line' });
    const line = (prompt: string) =>
      judge('\\! rm x', { via: 'line', psql: { prompt, ...(state === undefined ? {} : { state }) } });
    expect(line("'").decision.verdict).toBe('allow');
    expect(line('=').decision.verdict).toBe('block');
    expect(line('-').decision.verdict).toBe('block');
  });

  test('a paste is one line', () => {
    expect(judge('\\! id\nrm x', { via: 'line', environment: 'dev' }).decision.verdict).toBe('prompt');
    expect(judge('\\x\n\\! rm x', { via: 'line' }).decision.verdict).toBe('block');
  });
});

describe('what COPY takes', () => {
  test('is data, and a script when the COPY fails', () => {
    expect(cells('copy rooms from stdin;\n1\\t2\\N\n\\.\nselect 1;')).toBe('P·A·R | T·R·R | T·B·B');
    const { findings } = judge('copy rooms from stdin;\n\\! rm x\n\\.\n');
    expect(findings.find(({ rule }) => rule === 'psql.data')?.effect).toBe(
      'If the COPY before it fails: Runs the program rm on this machine.',
    );
  });
});

test('what can not be read is not passed', () => {
  expect(cells("\\c x \\\\ select '\n\\! id\n';")).toBe(UNKNOWN);
  expect(judge('select 1;\0').parsed).toBe('partial');
});

test('of -c only the first command counts, and SQL is one message', () => {
  expect(judge('\\echo a \\! rm x', { via: 'argv' }).decision.verdict).toBe('allow');
  expect(judge(' \\! rm x', { via: 'argv' }).decision.verdict).toBe('prompt');
});

test.each(['', ' ', '-- nothing'])('nothing runs for %j', (text) => {
  expect(judge(text).decision).toMatchObject({ verdict: 'allow', rule: 'nothing-to-run' });
});
