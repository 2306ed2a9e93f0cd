import { beforeAll, describe, expect, test } from 'vitest';
import { type PreparedPolicy, preparePolicy } from '../../src/decide/prepare.ts';
import { evaluateSql } from '../../src/judge/evaluate-sql.ts';
import { mergeData } from '../../src/judge/merge-evaluations.ts';
import type { Actor, ActorKind } from '../../src/model/actor.ts';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import { NO_DATA } from '../../src/model/facts.ts';
import { rawText } from '../../src/model/text.ts';
import { catalogFromDdl } from '../../src/parse/sql/ddl-catalog.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { loadBuiltIn } from '../../src/policy/built-in.ts';

let policy: PreparedPolicy;
let catalog: CatalogSnapshot;
beforeAll(async () => {
  await loadSqlParser();
  policy = preparePolicy(await loadBuiltIn());
  const ddl = catalogFromDdl(rawText('CREATE TABLE patients (id int PRIMARY KEY, ssn text, city_code text)'));
  catalog = {
    ...ddl,
    relations: ddl.relations.map((relation) => ({
      ...relation,
      columns: relation.columns.map((column) =>
        column.name === 'ssn' ? { ...column, class: 'phi.ssn' as const } : column,
      ),
    })),
  };
});

const actor = (kind: ActorKind): Actor => ({
  kind,
  id: 'nina',
  uid: 1,
  groups: [],
  mfa: false,
  evidence: [],
});
/** The same objects in every request, as in a session: else nothing would be found again. */
const ACTORS = { human: actor('human'), agent: actor('agent'), ci: actor('ci') };
const PURPOSE = { breakglass: false };
const MEMORY = { prepared: {}, cursors: {}, created: [] };

interface Case {
  readonly probes?: number;
  readonly kind?: ActorKind;
}

function evaluate(sql: string, { probes, kind = 'human' }: Case = {}) {
  return evaluateSql(
    {
      channel: { language: 'sql', via: 'wire', certainty: 'exact' },
      text: rawText(sql),
      target: { kind: 'postgres', name: 'clinic' },
      situation: {
        actor: ACTORS[kind],
        purpose: PURPOSE,
        environment: { class: 'prod', name: 'clinic', because: 'test', synthetic: false, throwaway: false },
        session: {
          id: 's',
          tainted: [],
          transaction: 'idle',
          wrote: false,
          attended: false,
          ...(probes === undefined ? {} : { probes }),
        },
        time: '2026-11-20T10:00:00Z',
      },
      memory: MEMORY,
      entry: false,
    },
    { policy, catalog },
  );
}

const PROBE = "SELECT id FROM patients WHERE ssn LIKE '5%'";

describe('a statement that tells masked values apart', () => {
  test('carries a tag and the columns', () => {
    const { findings, data } = evaluate(PROBE);
    expect(findings.map(({ tags }) => tags)).toEqual([expect.arrayContaining(['inference'])]);
    expect(data.probes).toEqual({ statements: 1, columns: ['patients.ssn'] });
  });

  test('counts once for each statement of a message', () => {
    expect(evaluate(`${PROBE}; SELECT 1; ${PROBE}`).data.probes?.statements).toBe(2);
  });

  test.each(["SELECT id FROM patients WHERE ssn = '5'", 'SELECT ssn FROM patients', 'SELECT 1'])(
    'is not: %s',
    (sql) => {
      const { findings, data } = evaluate(sql);
      expect(findings.flatMap(({ tags }) => tags)).not.toContain('inference');
      expect(data.probes).toBeUndefined();
    },
  );

  test.each([`PREPARE p AS ${PROBE}`, 'FETCH 10 FROM c'])('asks nothing new: %s', (sql) => {
    expect(evaluate(sql).data.probes).toBeUndefined();
  });

  test('is kept when what several messages touch is added up', () => {
    const { data } = evaluate(PROBE);
    expect(mergeData([data, NO_DATA, data]).probes).toEqual({ statements: 2, columns: ['patients.ssn'] });
    expect(mergeData([NO_DATA]).probes).toBeUndefined();
  });
});

describe('the default policy', () => {
  test.each([
    ['agent', 99, PROBE, 'allow'],
    ['agent', 100, PROBE, 'approve'],
    ['agent', 99, `${PROBE}; ${PROBE}`, 'approve'],
    ['agent', 100, "SELECT id FROM patients WHERE ssn = '5'", 'allow'],
    ['human', 100_000, PROBE, 'allow'],
    ['ci', 100_000, PROBE, 'allow'],
  ] as const)('%s after %i probes: %s: %s', (kind, probes, sql, verdict) => {
    expect(evaluate(sql, { kind, probes }).decision.verdict).toBe(verdict);
  });

  test('says so in three parts', () => {
    const { message, rule } = evaluate(PROBE, { kind: 'agent', probes: 100 }).decision;
    expect(rule).toBe('inference.prod.agent.approval');
    expect(message.effect).toMatch(/^Reads patients/);
    expect(message.why).toMatch(/more than 100 statements/);
    expect(message.instead).toMatch(/one exact value/);
  });

  test('what was found after another number of probes is not used again', () => {
    const other = "SELECT id FROM patients WHERE ssn LIKE '6%'";
    const first = evaluate(other, { kind: 'agent', probes: 3 });
    expect(first.decision.verdict).toBe('allow');
    expect(evaluate(other, { kind: 'agent', probes: 3 })).toBe(first);
    expect(evaluate(other, { kind: 'agent', probes: 100 }).decision.verdict).toBe('approve');
    // Of the same shape as the allowed one.
    const alike = "SELECT id FROM patients WHERE ssn LIKE '7%'";
    expect(evaluate(alike, { kind: 'agent', probes: 100 }).decision.verdict).toBe('approve');
  });
});
