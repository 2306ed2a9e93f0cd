import { describe, expect, test } from 'vitest';
import { decide } from '../../src/decide/decide.ts';
import { preparePolicy } from '../../src/decide/prepare.ts';
import type { ActorKind } from '../../src/model/actor.ts';
import { ENVIRONMENT_CLASSES, type EnvironmentClass } from '../../src/model/environment.ts';
import type { DataFacts } from '../../src/model/facts.ts';
import type { Intent } from '../../src/model/intent.ts';
import type { Obligations } from '../../src/model/obligation.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { compileBuiltIn } from '../../src/policy/compile.ts';
import { type Change, COMPLETE, factsOf, findingOf } from '../decide/situation.ts';

const KINDS: readonly ActorKind[] = ['human', 'ci', 'agent'];
const policy = preparePolicy(compileBuiltIn());

/** One row of the specification: `human·CI·agent` for dev, staging and prod. */
interface Row {
  readonly name: string;
  readonly is: readonly [intent: Intent, ...tags: string[]];
  readonly data?: Partial<DataFacts>;
  readonly change?: Change;
  readonly table: string;
}

const classed: Partial<DataFacts> = { classes: ['phi.ssn'] };
const small: Partial<DataFacts> = { scale: 'small', hasWhere: true };
const medium: Partial<DataFacts> = { scale: 'medium', hasWhere: true };
const bulk: Partial<DataFacts> = { scale: 'bulk', hasWhere: true };

const READ = 'A·A·A | A·A·A | A·A·A';
const RAW = 'R·W·B | R·W·B | R2·W·B';
const SMALL = 'A·A·A | A·A·P | P·R·R';
const MEDIUM = 'A·A·A | A·A·P | T·R·R';
const BULK = 'P·A·P | T·R·R | T·W·B';
const DROP = 'P·A·P | T·R·R | RT·W·B';
const NEVER = 'B·B·B | B·B·B | B·B·B';
const SERVER = 'T·B·B | B·B·B | B·B·B';

const ROWS: readonly Row[] = [
  { name: '1a read', is: ['data.read'], table: READ },
  { name: '1a read, many rows', is: ['data.read.bulk'], table: READ },
  { name: '1b read, classed', is: ['data.read'], data: classed, table: 'M·M·M | M·M·M | M·M·M' },
  {
    name: '1b read, classed, many rows',
    is: ['data.read.bulk'],
    data: classed,
    table: 'M·M·M | M·M·M | M·M·M',
  },
  { name: '1a COPY out', is: ['data.export', 'copy-out'], table: READ },
  {
    name: '1c COPY out, masked',
    is: ['data.export', 'copy-out'],
    data: classed,
    table: 'M·M·M | M·M·P | P·W·R',
  },
  { name: '1c \\o file', is: ['data.export.file'], data: classed, table: 'M·M·M | M·M·P | P·W·R' },
  { name: '1d COPY out, raw', is: ['data.export', 'copy-out', 'raw'], data: classed, table: RAW },
  { name: '1d reveal', is: ['data.reveal'], data: classed, table: RAW },
  { name: '1e another environment', is: ['data.export.crossenv'], data: classed, table: NEVER },
  { name: '1e another environment, nothing known', is: ['data.export.crossenv'], table: NEVER },
  { name: '2a insert', is: ['data.insert'], data: small, table: SMALL },
  { name: '2a COPY in', is: ['data.insert', 'copy-in'], data: small, table: SMALL },
  { name: '2a update', is: ['data.update'], data: small, table: SMALL },
  { name: '2a delete', is: ['data.delete'], data: small, table: SMALL },
  { name: '2a update, classed', is: ['data.update'], data: { ...small, ...classed }, table: SMALL },
  { name: 'medium insert', is: ['data.insert'], data: medium, table: MEDIUM },
  { name: 'medium update', is: ['data.update'], data: medium, table: MEDIUM },
  { name: 'medium delete', is: ['data.delete'], data: medium, table: MEDIUM },
  { name: '2b insert', is: ['data.insert'], data: bulk, table: BULK },
  { name: '2b update by estimate', is: ['data.update'], data: bulk, table: BULK },
  { name: '2b update by intent', is: ['data.update.bulk'], data: small, table: BULK },
  { name: '2b delete by intent', is: ['data.delete.bulk', 'no-where'], data: bulk, table: BULK },
  { name: '2b delete without WHERE, few rows', is: ['data.delete', 'no-where'], data: small, table: BULK },
  {
    name: '2b delete, classed',
    is: ['data.delete.bulk'],
    data: { ...bulk, ...classed },
    table: 'P·A·P | T·R·R | RT·W·B',
  },
  { name: '2c TRUNCATE', is: ['data.truncate'], data: bulk, table: DROP },
  { name: '2c DROP TABLE', is: ['schema.drop', 'table'], table: DROP },
  { name: '2c DROP COLUMN', is: ['schema.drop', 'column'], table: DROP },
  { name: '2c DROP COLUMN as ALTER', is: ['schema.alter', 'destructive'], table: DROP },
  {
    name: '2b delete, made here',
    is: ['data.delete.bulk', 'no-where'],
    data: { ...bulk, ...classed, createdHere: true },
    table: 'M·M·M | M·M·M | M·M·M',
  },
  { name: '2a insert, made here', is: ['data.insert'], data: { ...small, createdHere: true }, table: READ },
  {
    name: '2c TRUNCATE, made here',
    is: ['data.truncate'],
    data: { ...bulk, createdHere: true },
    table: READ,
  },
  {
    name: '2c DROP TABLE, made here',
    is: ['schema.drop', 'table'],
    data: { createdHere: true },
    table: READ,
  },
  { name: '2d DROP SCHEMA', is: ['schema.drop', 'schema'], table: 'T·R·B | R·W·B | B·B·B' },
  { name: '2d DROP DATABASE', is: ['schema.drop', 'database'], table: 'T·R·B | R·W·B | B·B·B' },
  {
    name: '2d DROP SCHEMA, made here',
    is: ['schema.drop', 'schema'],
    data: { createdHere: true },
    table: 'T·A·B | R·W·B | B·B·B',
  },
  {
    name: '2d DROP DATABASE, throw-away target',
    is: ['schema.drop', 'database'],
    change: { throwaway: true },
    table: 'T·A·B | R·W·B | B·B·B',
  },
  { name: '2e server file, written', is: ['data.export.file', 'server-file'], table: SERVER },
  { name: '2e server file, read', is: ['secret.read', 'server-file'], table: SERVER },
  { name: '2e server program', is: ['exec.remote', 'server-program'], table: SERVER },
  { name: '2e log tampering', is: ['audit.tamper', 'log-tamper'], table: SERVER },
  { name: '3a CREATE', is: ['schema.create', 'additive'], table: SMALL },
  { name: '3a ALTER, additive', is: ['schema.alter', 'additive'], table: SMALL },
  { name: '3a CREATE TABLE AS', is: ['schema.create', 'additive', 'from-query'], table: SMALL },
  { name: '3b ALTER, heavy', is: ['schema.alter', 'heavy'], table: DROP },
  { name: '3b ALTER, additive but heavy', is: ['schema.alter', 'additive', 'heavy'], table: DROP },
  { name: '3b ALTER, nothing known', is: ['schema.alter'], table: DROP },
  { name: '3b DROP of something else', is: ['schema.drop', 'other'], table: DROP },
  { name: '3b heavy maintenance', is: ['service.maintain', 'heavy'], table: DROP },
  { name: '3c DO', is: ['exec.dynamic', 'dynamic'], table: 'A·A·P | P·R·R | T·R·B' },
  { name: '4a session control', is: ['session.control'], table: READ },
  { name: '4b shell from psql', is: ['exec.nested'], table: 'P·R·P | P·B·B | B·B·B' },
  {
    name: '4b shell from psql, a program that changes nothing',
    is: ['exec.nested', 'harmless'],
    table: 'A·A·A | P·B·B | B·B·B',
  },
  {
    name: 'a file that programs read when they start',
    is: ['fs.overwrite', 'startup-file'],
    table: 'P·R·R | P·R·B | T·B·B',
  },
  {
    name: '5a dump of the schema',
    is: ['data.export.bulk', 'schema-only'],
    data: classed,
    table: 'M·M·M | M·M·M | M·M·M',
  },
  { name: '5b dump, nothing classed', is: ['data.export.bulk'], table: 'A·A·A | A·A·P | P·W·B' },
  {
    name: '5c dump, de-identified',
    is: ['data.export.bulk', 'de-identified'],
    data: classed,
    table: 'M·M·P | M·M·P | P·W·B',
  },
  { name: '5d dump, raw', is: ['data.export.bulk'], data: classed, table: RAW },
  { name: '17 unknown', is: ['unknown'], table: 'P·R·P | P·R·R | T·R·B' },
  { name: '17 unreadable', is: ['unknown', 'unreadable'], table: 'P·R·P | P·R·R | T·R·B' },

  { name: 'temporary object', is: ['schema.create', 'additive', 'temporary'], table: READ },
  { name: 'CREATE OR REPLACE', is: ['schema.create', 'replaces'], table: MEDIUM },
  { name: 'GRANT', is: ['iam.grant'], table: 'P·A·P | T·R·R | T·R·B' },
  { name: 'role', is: ['iam.role'], table: 'P·A·P | T·R·R | T·R·B' },
  { name: 'superuser', is: ['iam.role', 'elevates'], table: 'P·R·B | T·R·B | RT·W·B' },
  { name: 'SET ROLE', is: ['iam.role', 'set-role'], table: SMALL },
  { name: 'password', is: ['iam.credential'], table: 'P·A·P | T·R·B | T·R·B' },
  { name: 'stored credentials', is: ['secret.read', 'credential-store'], table: 'P·R·B | R·R·B | R2·W·B' },
  { name: 'maintenance', is: ['service.maintain'], table: 'A·A·A | A·A·A | A·A·P' },
  { name: 'ending sessions', is: ['process.kill', 'server-control'], table: 'A·A·P | P·R·R | T·R·B' },
  { name: 'server control', is: ['service.stop', 'server-control'], table: DROP },
  { name: 'another server', is: ['data.export.network', 'remote'], table: 'P·R·R | P·R·B | R·W·B' },
  {
    name: 'another server, classed',
    is: ['data.export.network', 'remote'],
    data: classed,
    table: 'R·B·B | B·B·B | B·B·B',
  },
  { name: 'the lexer', is: ['guard.escape', 'lexer'], table: 'B·B·B | B·B·B | B·B·B' },
  { name: 'the lexer, and more', is: ['guard.escape', 'lexer', 'weaken'], table: 'B·B·B | B·B·B | B·B·B' },
  { name: 'an escape without a tag', is: ['guard.escape'], table: 'B·B·B | B·B·B | B·B·B' },
  { name: 'weakening', is: ['guard.escape', 'weaken'], table: 'T·B·B | T·B·B | RT·B·B' },
  { name: "guard's own log", is: ['audit.tamper'], table: 'B·B·B | B·B·B | B·B·B' },
  { name: 'what no row names', is: ['k8s.delete'], data: classed, table: 'P·B·B | P·B·B | P·B·B' },
];

interface Expected {
  readonly verdict: Verdict;
  readonly duties: Partial<Obligations>;
}

/** The legend of the specification, for one actor without a workflow. */
function expected(code: string, attended: boolean): Expected {
  switch (code) {
    case 'A':
    case 'M':
      return { verdict: 'allow', duties: {} };
    case 'P':
      return attended ? { verdict: 'prompt', duties: {} } : { verdict: 'approve', duties: { quorum: 1 } };
    case 'T':
      return { verdict: 'prompt', duties: { typedConfirmation: true } };
    case 'R':
      return { verdict: 'approve', duties: { quorum: 1 } };
    case 'R2':
      return { verdict: 'approve', duties: { quorum: 2 } };
    case 'RT':
      return { verdict: 'approve', duties: { quorum: 1, typedConfirmation: true } };
    case 'W':
    case 'B':
      return { verdict: 'block', duties: {} };
    default:
      throw new Error(`no such code: ${code}`);
  }
}

/** What a verified workflow makes of a cell: a W is done, for people and CI an R too; nothing else changes. */
function withWorkflow(code: string, kind: ActorKind): string {
  if (kind === 'agent') return code;
  return { W: 'A', R: 'A', RT: 'T' }[code] ?? code;
}

interface Cell {
  readonly row: Row;
  readonly environment: EnvironmentClass;
  readonly kind: ActorKind;
  readonly code: string;
}

const CELLS: readonly Cell[] = ROWS.flatMap((row) =>
  row.table.split('|').flatMap((part, column) =>
    part
      .trim()
      .split('·')
      .map((code, index) => ({
        row,
        environment: ENVIRONMENT_CLASSES[column] ?? 'prod',
        kind: KINDS[index] ?? 'agent',
        code,
      })),
  ),
);

function judge({ row, environment, kind }: Cell, change: Change = {}) {
  const [intent, ...tags] = row.is;
  const facts = factsOf({ environment, kind, ...row.change, ...change, data: row.data ?? {} });
  return decide({ findings: [findingOf(intent, tags)], facts, parsed: COMPLETE }, policy);
}

/** Classed data is masked in every cell; an agent sees 200 rows of it. */
function masks(row: Row, kind: ActorKind): Obligations {
  if (row.data?.classes === undefined) return { mask: [] };
  return { mask: ['phi.*', 'pii.*', 'cred.*'], ...(kind === 'agent' ? { maxRows: 200 } : {}) };
}

describe('the default policy, cell by cell', () => {
  test('has nine cells in every row', () => {
    expect(CELLS).toHaveLength(ROWS.length * 9);
  });

  test.each(CELLS.map((cell) => [cell.row.name, cell.environment, cell.kind, cell.code, cell] as const))(
    '%s, %s, %s: %s',
    (_, __, kind, code, cell) => {
      for (const attended of kind === 'agent' ? [true, false] : [kind === 'human']) {
        for (const verified of [false, true]) {
          const decision = judge(cell, { attended, verified });
          const { verdict, duties } = expected(verified ? withWorkflow(code, kind) : code, attended);
          expect(decision.verdict).toBe(verdict);
          expect(decision.obligations).toEqual({ ...masks(cell.row, kind), ...duties });
        }
      }
    },
  );
});

describe('a write whose extent nobody could tell', () => {
  const row: Row = { name: 'delete', is: ['data.delete'], table: BULK };
  test.each(
    BULK.split('|').flatMap((part, column) =>
      part
        .trim()
        .split('·')
        .map(
          (code, index) => [ENVIRONMENT_CLASSES[column] ?? 'prod', KINDS[index] ?? 'agent', code] as const,
        ),
    ),
  )('is bulk: %s, %s: %s', (environment, kind, code) => {
    const attended = kind === 'human';
    const decision = judge({ row, environment, kind, code }, { attended });
    expect(decision.verdict).toBe(expected(code, attended).verdict);
  });
});

describe('synthetic records', () => {
  const read: Row = { name: 'read', is: ['data.read'], data: classed, table: '' };
  const dump: Row = { name: 'dump', is: ['data.export.bulk'], data: classed, table: '' };
  const cases = [
    { environment: 'dev', mask: ['cred.*'] },
    { environment: 'staging', mask: ['cred.*'] },
    { environment: 'prod', mask: ['phi.*', 'pii.*', 'cred.*'] },
  ] as const;

  test.each(cases)('in $environment only $mask is masked', ({ environment, mask }) => {
    for (const kind of KINDS) {
      const { verdict, obligations } = judge({ row: read, environment, kind, code: '' }, { synthetic: true });
      expect({ verdict, mask: obligations.mask }).toEqual({ verdict: 'allow', mask });
      expect(obligations.maxRows).toBe(kind === 'agent' && environment === 'prod' ? 200 : undefined);
    }
  });

  test.each([
    ['dev', 'human', 'allow'],
    ['dev', 'ci', 'allow'],
    ['dev', 'agent', 'allow'],
    ['staging', 'human', 'allow'],
    ['staging', 'ci', 'allow'],
    ['staging', 'agent', 'approve'],
    ['prod', 'human', 'approve'],
    ['prod', 'ci', 'block'],
    ['prod', 'agent', 'block'],
  ] as const)('5b: a dump of a synthetic target in %s by %s: %s', (environment, kind, verdict) => {
    expect(judge({ row: dump, environment, kind, code: '' }, { synthetic: true }).verdict).toBe(verdict);
  });
});

describe('row 17 where the command is judged again at run time', () => {
  test.each([
    ['judged-again', 'human', 'allow'],
    ['judged-again', 'ci', 'allow'],
    ['judged-again', 'agent', 'approve'],
    ['sandboxed', 'human', 'prompt'],
    ['sandboxed', 'ci', 'approve'],
    ['sandboxed', 'agent', 'allow'],
  ] as const)('%s, dev, %s: %s', (tag, kind, verdict) => {
    const row: Row = { name: 'unknown', is: ['unknown', tag], table: '' };
    expect(judge({ row, environment: 'dev', kind, code: '' }).verdict).toBe(verdict);
  });

  test.each(['judged-again', 'sandboxed'])('%s changes nothing in staging and prod', (tag) => {
    const row: Row = { name: 'unknown', is: ['unknown', tag], table: '' };
    for (const environment of ['staging', 'prod'] as const) {
      for (const kind of KINDS) {
        expect(judge({ row, environment, kind, code: '' }).verdict).not.toBe('allow');
      }
    }
  });
});

describe('a copy of classed data by an agent', () => {
  const row: Row = {
    name: 'copy',
    is: ['schema.create', 'additive', 'temporary', 'from-query'],
    data: classed,
    table: '',
  };
  test.each([
    ['dev', false, 'approve'],
    ['staging', false, 'approve'],
    ['prod', false, 'block'],
    ['dev', true, 'allow'],
    ['staging', true, 'allow'],
    ['prod', true, 'block'],
  ] as const)('%s, synthetic %s: %s', (environment, synthetic, verdict) => {
    expect(judge({ row, environment, kind: 'agent', code: '' }, { synthetic }).verdict).toBe(verdict);
  });
});
