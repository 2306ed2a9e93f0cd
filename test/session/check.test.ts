import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CompiledPolicy } from '../../src/model/policy.ts';
import { rawText } from '../../src/model/text.ts';
import { catalogFromDdl } from '../../src/parse/sql/ddl-catalog.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { loadBuiltIn } from '../../src/policy/built-in.ts';
import { type CheckRequest, createChecker } from '../../src/session/check.ts';

let policy: CompiledPolicy;

beforeAll(async () => {
  policy = await loadBuiltIn();
  await loadSqlParser();
});

const MASKED = ['phi.*', 'pii.*', 'cred.*'];

async function ask(request: CheckRequest | string, ddl?: string) {
  const schema = ddl === undefined ? {} : { schema: catalogFromDdl(rawText(ddl)) };
  return createChecker({ policy, ...schema })(typeof request === 'string' ? { text: request } : request);
}

describe('the verdict without a database', () => {
  test.each([
    ['SELECT 1', 'allow', 'complete'],
    ['SELECT ssn FROM patients', 'allow', 'complete'],
    ['UPDATE patients SET note = NULL', 'approve', 'complete'],
    ['DROP DATABASE clinic', 'block', 'complete'],
    ['SELEC 1', 'prompt', 'partial'],
    ['rm -rf /srv', 'prompt', 'partial'],
    ['', 'prompt', 'partial'],
    ['SELECT 1\0', 'prompt', 'beyond-limits'],
    [`SELECT ${'1+'.repeat(5_000)}1`, 'prompt', 'beyond-limits'],
  ])('%.40s', async (text, verdict, parsed) => {
    expect(await ask(text)).toMatchObject({ verdict, parsed });
  });

  test.each([
    [{}, 'block'],
    [{ env: 'dev' }, 'prompt'],
    [{ env: 'prod', actor: 'agent' }, 'block'],
    [{ env: 'dev', actor: 'agent' }, 'block'],
    [{ env: 'nowhere' }, 'block'],
  ])('a whole database dropped by %j', async (who, verdict) => {
    expect((await ask({ text: 'DROP DATABASE clinic', ...who })).verdict).toBe(verdict);
  });

  test('an actor that guard does not know is judged as any of them', async () => {
    const text = 'INSERT INTO tags VALUES (1)';
    const of = async (actor: string) => (await ask({ text, actor, env: 'staging' })).verdict;
    expect([await of('human'), await of('ci')]).toEqual(['allow', 'allow']);
    expect(await of('visitor')).toBe(await of('agent'));
    expect(await of('visitor')).not.toBe('allow');
  });

  test('without a language SQL is SQL and everything else a shell command', async () => {
    const rules = async (text: string) => (await ask(text)).findings.map(({ rule }) => rule);
    expect(await rules('TRUNCATE visits')).toEqual(['sql.truncate']);
    expect(await rules('ls -l')).toEqual(['shell.unread']);
    expect((await ask({ text: 'TRUNCATE visits', lang: 'shell' })).parsed).toBe('partial');
  });

  test('spans count code points', async () => {
    const text = "SELECT '😀😀'; DROP TABLE claims";
    const { findings } = await ask(text);
    const { span } = findings.find(({ intent }) => intent === 'schema.drop') ?? {
      span: { start: 0, end: 0 },
    };
    expect([...text].slice(span.start, span.end).join('')).toBe('DROP TABLE claims');
  });

  test('a finding has what the interface promises, and nothing more', async () => {
    const { findings } = await ask('DROP TABLE claims');
    expect(Object.keys(findings[0] ?? {})).toEqual(['rule', 'intent', 'effect', 'why', 'instead', 'span']);
  });
});

describe('what the statement itself tells of its tables', () => {
  test.each([
    ['SELECT ssn FROM patients', MASKED],
    ['SELECT * FROM patients', MASKED],
    ['SELECT p FROM patients p', MASKED],
    ['WITH t AS (SELECT * FROM staff) SELECT * FROM t', MASKED],
    ['SELECT password_hash FROM accounts', MASKED],
    ['SELECT count(*) FROM patients', []],
    ['SELECT id FROM patients', []],
    ['SELECT * FROM widgets', []],
    ['SELECT name FROM products', []],
    ['SELECT relname FROM pg_class', []],
    ['SELECT table_name FROM information_schema.tables', []],
  ])('%s', async (text, mask) => {
    expect(await ask(text)).toMatchObject({ verdict: 'allow', obligations: { mask } });
  });
});

describe('a schema from DDL', () => {
  const DDL = `
    CREATE TABLE patients (id bigint PRIMARY KEY, dob date, weight_kg numeric);
    CREATE TABLE visits (id bigint PRIMARY KEY, patient_id bigint REFERENCES patients ON DELETE CASCADE);
    CREATE TABLE codes (code text, label text);
    COMMENT ON COLUMN codes.label IS 'phi.name';
    CREATE VIEW births AS SELECT dob AS born FROM patients;`;

  test.each([
    ['SELECT weight_kg FROM patients', []],
    ['SELECT dob FROM patients', MASKED],
    ['SELECT born FROM births', MASKED],
    ['SELECT label FROM codes', MASKED],
    ['SELECT code FROM codes', []],
    ['SELECT ssn FROM insured_people', MASKED],
  ])('%s', async (text, mask) => {
    expect((await ask(text, DDL)).obligations.mask).toEqual(mask);
  });

  test('what a change takes with it is told', async () => {
    const { findings } = await ask('SELECT 1; DELETE FROM patients', DDL);
    expect(findings.map(({ effect }) => effect.includes('visits'))).toEqual([false, true]);
    expect(findings[1]?.effect).toMatch(/rows are deleted too/);
  });

  test('a label of the policy beats what the schema suggests', async () => {
    const labels = [{ layer: 'org', pattern: 'codes.label', class: 'none', source: 'org.yaml' }] as const;
    const checker = createChecker({
      policy: { ...policy, labels },
      schema: catalogFromDdl(rawText(DDL)),
    });
    expect((await checker({ text: 'SELECT label FROM codes' })).obligations.mask).toEqual([]);
  });
});

test('a text that breaks the parser is refused, and the next one is judged', async () => {
  const checker = createChecker({ policy });
  const deep = await checker({ text: `SELECT ${'1+'.repeat(400_000)}1` });
  expect(deep).toMatchObject({ verdict: 'block', parsed: 'beyond-limits', rule: 'check.parser-broke' });
  expect(await checker({ text: 'SELECT 1' })).toMatchObject({ verdict: 'allow' });
});

test('many at once are judged each with its own tables', async () => {
  const checker = createChecker({ policy });
  const names = Array.from({ length: 100 }, (_, number) =>
    number % 2 === 0 ? `t${number}` : `patients_${number}`,
  );
  const answers = await Promise.all(names.map((name) => checker({ text: `SELECT * FROM ${name}` })));
  expect(answers.map(({ verdict }) => verdict)).toEqual(names.map(() => 'allow'));
  expect(answers.map(({ obligations }) => obligations.mask.length > 0)).toEqual(
    names.map((name) => name.startsWith('patients')),
  );
});

test('whatever the text, there is an answer with spans inside it', async () => {
  const checker = createChecker({ policy });
  const word = fc.constantFrom(
    'SELECT',
    'DELETE',
    'FROM',
    'patients',
    'WHERE',
    '1',
    '=',
    '(',
    ')',
    ';',
    ',',
    '*',
    "'x'",
    '"q"',
    '$$',
    '--',
    '/*',
    'WITH',
    'AS',
    'DROP',
    'TABLE',
    '\u{1f600}',
    '\0',
    '\\',
    '\n',
    'rm',
    '|',
  );
  const text = fc.oneof(
    fc.array(word).map((words) => words.join(' ')),
    fc.string({ unit: 'binary' }),
  );
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.constantFrom(undefined, 'shell', 'sql', 'psql', 'kubectl'),
      async (given, lang) => {
        const { verdict, findings, parsed, rule } = await checker({ text: given, ...(lang ? { lang } : {}) });
        expect(rule).not.toBe('check.failed');
        if (verdict === 'allow') expect(parsed).toBe('complete');
        for (const { span } of findings) {
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeLessThanOrEqual([...given].length);
        }
      },
    ),
  );
});
