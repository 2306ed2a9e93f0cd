import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type PreparedPolicy, preparePolicy } from '../../src/decide/prepare.ts';
import { evaluateSql } from '../../src/judge/evaluate-sql.ts';
import type { Evaluation } from '../../src/judge/evaluation.ts';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import type { JudgeRequest } from '../../src/model/judge.ts';
import { rawText } from '../../src/model/text.ts';
import { catalogFromDdl } from '../../src/parse/sql/ddl-catalog.ts';
import { rawParse } from '../../src/parse/sql/library.ts';
import { sqlLiterals } from '../../src/parse/sql/literals.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { sqlShape } from '../../src/parse/sql/shape.ts';
import { loadBuiltIn } from '../../src/policy/built-in.ts';
import { classifyCatalog } from '../../src/session/check-catalog.ts';

let policy: PreparedPolicy;
let catalog: CatalogSnapshot;
beforeAll(async () => {
  await loadSqlParser();
  policy = preparePolicy(await loadBuiltIn());
  const ddl = `CREATE TABLE patients (id int PRIMARY KEY, name text, ssn text, birth_date date, "n'1" text);
    CREATE TABLE stock (id int PRIMARY KEY, item text, price numeric);`;
  catalog = classifyCatalog(catalogFromDdl(rawText(ddl)), []);
});

function request(text: string): JudgeRequest {
  return {
    channel: { language: 'sql', via: 'wire', certainty: 'exact' },
    text: rawText(text),
    target: { kind: 'postgres', name: 'clinic' },
    situation: {
      actor: { kind: 'human', id: 'nina', uid: 1, groups: [], mfa: false, evidence: [] },
      purpose: PURPOSE,
      environment: { class: 'dev', name: 'clinic', because: 'test', synthetic: false, throwaway: false },
      session: { id: 's', tainted: [], transaction: 'idle', wrote: false, attended: true },
      time: '2026-11-20T10:00:00Z',
    },
    entry: false,
  };
}
const PURPOSE = { breakglass: false };
const ACTOR = request('').situation.actor;

/** As a connection asks it: the same objects for what stays the same. */
function ask(text: string, seen: CatalogSnapshot): Evaluation {
  const asked = request(text);
  return evaluateSql(
    { ...asked, situation: { ...asked.situation, actor: ACTOR } },
    { policy, catalog: seen },
  );
}

function content({ text, ...rest }: Evaluation): unknown {
  return { ...rest, masked: text.masked };
}

/** Pieces of strings that would matter if somebody took them for something else than a value. */
const WORDS = [
  "''",
  '"',
  '; DROP TABLE stock; --',
  '--',
  '/*',
  '*/',
  '$$',
  '$1',
  'patients',
  'SELECT ssn FROM patients',
  'now',
  '1=1',
  '%',
  '\n',
  ' ',
  'e',
  '900-12-3456',
  'nina@example.com',
  '123abc',
  '\\',
  'é',
];
const inString = fc.array(fc.constantFrom(...WORDS), { maxLength: 5 }).map((parts) => `'${parts.join('')}'`);
const number = fc.oneof(
  fc.nat({ max: 20 }).map(String),
  fc.nat().map(String),
  fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String),
  fc.constantFrom('007', '1e5', '1.5', '.5', '0x1F', '1_000', '123abc', '2147483647', '2147483648'),
);
const odd = fc.constantFrom(
  "E'\\''",
  "U&'\\0041'",
  "B'1'",
  "N'x'",
  '$$x$$',
  '-5',
  'NULL',
  'TRUE',
  "'a'\n'b'",
);
const literal = fc.oneof({ weight: 4, arbitrary: inString }, { weight: 4, arbitrary: number }, odd);

/** `?` is a literal. What is plain stands beside what must not be taken for plain. */
const TEMPLATES = [
  'SELECT id FROM stock WHERE id = ?',
  'SELECT * FROM patients WHERE name = ? AND id < ?',
  'SELECT name, ssn FROM patients p WHERE p.ssn LIKE ? OR ? >= p.id LIMIT ? OFFSET ?',
  'SELECT item FROM stock WHERE id IN (?, ?, ?) AND price BETWEEN ? AND ? ORDER BY item',
  'SELECT count(*) FROM stock s JOIN patients p ON p.id = s.id AND s.item = ? WHERE p."n\'1" = ?',
  'SELECT id FROM stock WHERE id=? UNION SELECT id FROM patients WHERE name=?;',
  'SELECT x.ssn FROM (SELECT ssn FROM patients WHERE id = ?) x WHERE x.ssn <> ?',
  'SELECT ? , id FROM stock',
  'SELECT id FROM stock WHERE ? = ?',
  'SELECT ssn FROM patients ORDER BY ?',
  'SELECT ssn, item FROM patients, stock GROUP BY ?, ?',
  'SELECT set_config(?, ssn, false) FROM patients WHERE id = ?',
  "SELECT set_config('search_path', ?, false)",
  'SELECT query_to_xml(?, true, true, ?)',
  'SELECT pg_read_file(?)',
  'SELECT ?::regclass',
  'SELECT id FROM stock WHERE item = lower(?)',
  'SELECT ssn FROM patients WHERE birth_date > date ? - interval ?',
  'SELECT id FROM patients TABLESAMPLE system (?) WHERE id = ?',
  'SELECT id INTO fresh FROM stock WHERE id = ?',
  'SELECT id FROM stock WHERE id = ? FOR UPDATE',
  'SELECT id FROM stock WHERE id OPERATOR(public.=) ?',
  'UPDATE stock SET item = ? WHERE id = ?',
  'DELETE FROM stock WHERE id > ?',
  'DELETE FROM patients WHERE ? = ?',
  'SELECT id FROM stock WHERE id = ?; SELECT ssn FROM patients WHERE id = ?',
  'SET statement_timeout = ?',
  'COPY (SELECT ssn FROM patients WHERE id = ?) TO STDOUT',
];

function filled(template: string, literals: readonly string[]): string {
  let at = 0;
  return template.replaceAll('?', () => {
    at += 1;
    return literals[at - 1] ?? '1';
  });
}

const LITERALS = fc.array(literal, { minLength: 6, maxLength: 6 });

describe('a statement of a known shape', () => {
  test('is judged as if nothing were known', () => {
    let shared = 0;
    fc.assert(
      fc.property(fc.constantFrom(...TEMPLATES), LITERALS, LITERALS, (template, known, asked) => {
        const seen = { ...catalog };
        const first = ask(filled(template, known), seen);
        const text = filled(template, asked);
        const second = ask(text, seen);
        if (second !== first && second.plans === first.plans && first.plans.length > 0) shared += 1;
        expect(content(second)).toEqual(content(ask(text, { ...catalog })));
      }),
      { numRuns: 2_000 },
    );
    expect(shared).toBeGreaterThan(20);
  });

  test('is looked at anew where anything else is different', () => {
    const first = ask('SELECT ssn FROM patients WHERE id = 10001', catalog);
    expect(ask('SELECT ssn FROM patients WHERE id = 10002', catalog).plans).toBe(first.plans);
    expect(ask('SELECT ssn FROM patients WHERE id = 10003', { ...catalog }).plans).not.toBe(first.plans);
    const wrote = request('SELECT ssn FROM patients WHERE id = 10004');
    const session = { ...wrote.situation.session, wrote: true };
    const situation = { ...wrote.situation, actor: ACTOR, session };
    expect(evaluateSql({ ...wrote, situation }, { policy, catalog }).plans).not.toBe(first.plans);
  });

  test('keeps its own text in the log', () => {
    ask('SELECT ssn FROM patients WHERE id = 10005', catalog);
    expect(ask('SELECT ssn FROM patients WHERE id = 7', catalog).text.masked).toBe(
      'SELECT ssn FROM patients WHERE id = 7',
    );
    expect(ask('SELECT ssn FROM patients WHERE id = 123456', catalog).text.masked).toBe(
      'SELECT ssn FROM patients WHERE id = ‹n›',
    );
  });
});

/** A tree without values and places. */
function skeleton(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(skeleton);
  if (typeof value !== 'object' || value === null) return value;
  if ('A_Const' in value) return 'constant';
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      [
        'location',
        'stmt_len',
        'stmt_location',
        'list_start',
        'list_end',
        'rexpr_list_start',
        'rexpr_list_end',
      ].includes(key)
        ? []
        : [[key, skeleton(item)]],
    ),
  );
}

function tree(text: string): unknown {
  const parsed = rawParse(text);
  return 'problem' in parsed ? undefined : skeleton(parsed.result);
}

const PIECES = fc.constantFrom(
  ...WORDS.filter((word) => !/[\\é]/.test(word)),
  ...[
    "'",
    'SELECT ',
    'U&',
    'a',
    'b.',
    '.',
    '-',
    '+',
    '=',
    '(',
    ')',
    ',',
    ' AND ',
    'E',
    'x',
    '&',
    '7',
    '$',
    '::int',
    '\t',
  ],
);
const mess = fc.oneof(
  fc.array(fc.oneof(PIECES, literal), { maxLength: 12 }).map((parts) => `SELECT ${parts.join('')}`),
  fc.tuple(fc.constantFrom(...TEMPLATES), LITERALS).map(([template, literals]) => filled(template, literals)),
);

/** The text with other values of the same types. */
function changed(text: string, random: (below: number) => number): string {
  const { literals } = sqlShape(text) ?? { literals: [] };
  let made = '';
  let at = 0;
  for (const { start, end, kind } of literals) {
    const words = WORDS.filter((word) => !/[\\é]/.test(word));
    const word = (): string => words[random(words.length)]?.replaceAll(/'+/g, "''") ?? '';
    const small =
      end - start <= 9 ? String(random(10 ** 9)) : `9${String(random(10 ** 9)).padStart(10, '0')}`;
    made += text.slice(at, start) + (kind === 'string' ? `'${word()}${word()}'` : small);
    at = end;
  }
  return made + text.slice(at);
}

describe('the shape of a text', () => {
  test('has the same tree whatever its literals are, in PostgreSQL’s own grammar', () => {
    let compared = 0;
    fc.assert(
      fc.property(mess, fc.infiniteStream(fc.nat()), (text, chance) => {
        const shape = sqlShape(text);
        if (shape === undefined || shape.literals.length === 0) return;
        const other = changed(text, (below) => (chance.next().value ?? 0) % below);
        expect(sqlShape(other)?.key).toBe(shape.key);
        expect(tree(other)).toEqual(tree(text));
        if (tree(text) !== undefined) compared += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  test('has the literals that the masks know', () => {
    fc.assert(
      fc.property(mess, (text) => {
        const shape = sqlShape(text);
        if (shape !== undefined && !/'\s*[\n\r]\s*'/.test(text))
          expect(shape.literals).toEqual(sqlLiterals(text));
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    "SELECT E'x'",
    "SELECT n'x'",
    "SELECT U&'x'",
    'SELECT U&"x"',
    'SELECT $1',
    'SELECT $$x$$',
    "SELECT 'a\\b'",
    'SELECT 1 -- a',
    'SELECT /* a */ 1',
    'SELECT 1.5',
    'SELECT .5',
    'SELECT 1e5',
    'SELECT 0x1',
    'SELECT 007',
    'SELECT 2147483648',
    'SELECT 12345678901234567890',
    'SELECT 1a',
    "SELECT 'é'",
    "SELECT 'x",
    'SELECT "x',
    'SELECT a$b',
    'SELECT 1\0',
  ])('is not given to %s', (text) => {
    expect(sqlShape(text)).toBeUndefined();
  });
});
