import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { preparePolicy } from '../../src/decide/prepare.ts';
import { evaluate } from '../../src/judge/evaluate.ts';
import type { ActorKind } from '../../src/model/actor.ts';
import type { EnvironmentClass } from '../../src/model/environment.ts';
import type { JudgeRequest } from '../../src/model/judge.ts';
import { rawText } from '../../src/model/text.ts';

const policy = preparePolicy(JSON.parse(readFileSync('policies/default.json', 'utf8')));

const column = (name: string, dataClass?: string, unsure = false) => ({
  name,
  number: 1,
  type: 'text',
  typeOid: 25,
  primaryKey: false,
  class: dataClass,
  source: 'name',
  confidence: 1,
  unsure,
  why: '',
});
const table = (name: string, ...columns: ReturnType<typeof column>[]) => ({
  oid: 20_000,
  schema: 'public',
  name,
  kind: 'table',
  rows: 1,
  columns,
  parents: [],
  triggers: [],
  rules: [],
  temporary: false,
});
const catalog = {
  version: '1',
  database: 'clinic',
  searchPath: ['public'],
  relations: [
    table('patients', column('ssn', 'phi.ssn')),
    table('states', column('code')),
    table('odd', column('x', undefined, true)),
  ],
  foreignKeys: [],
  functions: [],
  complete: true,
} as never;

interface Case {
  readonly tables: readonly string[];
  readonly schemaOnly?: boolean;
  readonly masked?: boolean;
  readonly synthetic?: boolean;
  readonly unsureCounts?: boolean;
  readonly catalog?: unknown;
}

function judged(kind: ActorKind, level: EnvironmentClass, one: Case) {
  const { tables, schemaOnly = false, masked = false, synthetic = false, unsureCounts = false } = one;
  const request: JudgeRequest = {
    channel: { language: 'shell', via: 'argv', certainty: 'exact' },
    text: rawText('pg_dump clinic'),
    target: { kind: 'postgres', name: 'clinic' },
    situation: {
      actor: { kind, id: 'nina', uid: 1, groups: [], mfa: false, evidence: [] } as never,
      purpose: { breakglass: false },
      environment: { class: level, name: 'clinic', because: '', synthetic, throwaway: false },
      session: { id: 's', tainted: [], transaction: 'idle', wrote: false, attended: true },
      time: '2026-01-01T00:00:00Z',
    },
    bulk: { program: 'pg_dump', tables, schemaOnly, masked, unsureCounts },
    entry: true,
  };
  return evaluate(request, { policy, catalog: ('catalog' in one ? one.catalog : catalog) as never });
}

/** A cell of the default policy's rows 5a to 5d: A, P, R, R2, W (a block without a workflow), B. */
function cell(kind: ActorKind, level: EnvironmentClass, one: Case): string {
  const { decision } = judged(kind, level, one);
  const { quorum = 1 } = decision.obligations;
  if (decision.verdict === 'allow') return 'A';
  if (decision.verdict === 'prompt') return 'P';
  if (decision.verdict === 'approve') return quorum > 1 ? 'R2' : 'R';
  return decision.message.why.includes('signed workflow') ? 'W' : 'B';
}

const ROWS: readonly (readonly [string, Case, string])[] = [
  ['5a the schema', { tables: [], schemaOnly: true }, 'A·A·A|A·A·A|A·A·A'],
  ['5b nothing classed', { tables: ['public.states'] }, 'A·A·A|A·A·P|P·W·B'],
  ['5c classed, masked', { tables: ['public.patients'], masked: true }, 'A·A·P|A·A·P|P·W·B'],
  ['5d classed, raw', { tables: ['public.patients', 'public.states'] }, 'R·W·B|R·W·B|R2·W·B'],
];
const LEVELS = ['dev', 'staging', 'prod'] as const;
const KINDS = ['human', 'ci', 'agent'] as const;

describe('a dump', () => {
  const cells = ROWS.flatMap(([name, one, row]) =>
    LEVELS.flatMap((level, at) =>
      KINDS.map(
        (kind, index) => [name, level, kind, row.split('|')[at]?.split('·')[index] ?? '', one] as const,
      ),
    ),
  );
  test.each(cells)('%s in %s by %s: %s', (_name, level, kind, expected, one) => {
    expect(cell(kind, level, one)).toBe(expected);
  });

  test('5b: made-up records in dev and staging', () => {
    const one = { tables: ['public.patients'], synthetic: true };
    const row = LEVELS.slice(0, 2).map((level) => KINDS.map((kind) => cell(kind, level, one)).join('·'));
    expect(row).toEqual(['A·A·A', 'A·A·P']);
  });

  test('columns guard is unsure about count where the policy masks them', () => {
    expect(cell('ci', 'dev', { tables: ['public.odd'] })).toBe('A');
    expect(cell('ci', 'dev', { tables: ['public.odd'], unsureCounts: true })).toBe('W');
  });

  test.each([
    ['no catalog', { tables: ['public.states'], catalog: undefined }],
    ['a table nobody knows', { tables: ['public.states', 'public.new'] }],
    ['half a catalog', { tables: ['public.states'], catalog: { ...Object(catalog), complete: false } }],
  ])('%s is doubt', (_name, one) => {
    expect(judged('ci', 'staging', one)).toMatchObject({ parsed: 'partial' });
    expect(cell('ci', 'staging', one)).not.toBe('A');
  });
});
