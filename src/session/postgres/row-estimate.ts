import type { Estimate, EstimateQuery, TakenQuery, TakenRows } from '../../model/judge.ts';
import { readCountedRows, readPlanRows } from '../../parse/sql/estimate.ts';
import type { BoundParameters, Probe, ProbeAnswer } from '../../wire/postgres/gate.ts';

/** An estimate may not hold the user's connection for longer, in milliseconds. */
const EXPLAIN_LIMIT_MS = 500;
const LOCK_LIMIT_MS = 200;
/** Below this many planned rows the planner may be off by enough to matter (facts: up to 51 times low): count instead. */
const COUNT_BELOW_ROWS = 100_000;
/** count(*) as text; more digits than a number holds exactly are no count of a bounded query. */
const COUNT = /^\d{1,15}$/;

export interface EstimateSetting {
  readonly probe: Probe;
  readonly inTransaction: boolean;
  readonly bound?: BoundParameters;
}

interface Sandbox {
  readonly open: string;
  readonly close: string;
}

const LIMITS = `SET LOCAL lock_timeout = ${LOCK_LIMIT_MS}; SET LOCAL statement_timeout = ${EXPLAIN_LIMIT_MS}`;

/** Planning evaluates immutable functions, and those may lie: read-only makes the server refuse what they would do. */
const OUTSIDE: Sandbox = { open: `BEGIN READ ONLY; ${LIMITS}`, close: 'ROLLBACK' };
const INSIDE: Sandbox = {
  open: `SAVEPOINT guard_estimate; SET LOCAL transaction_read_only = on; ${LIMITS}`,
  close: 'ROLLBACK TO SAVEPOINT guard_estimate; RELEASE SAVEPOINT guard_estimate',
};

/** The new line ends a comment that the statement may end with. */
function explain(text: string): string {
  return `EXPLAIN (FORMAT JSON) ${text}\n`;
}

function lastCell(answer: ProbeAnswer, statement: number): string | undefined {
  return answer.kind === 'rows' ? (answer.results[statement]?.[0]?.[0] ?? undefined) : undefined;
}

/** PostgreSQL 15 documentation, appendix A. The server's own sentence is not shown: it may quote values. */
const REASONS: Readonly<Record<string, string>> = {
  '42P01': 'the server knows no table of that name',
  '42703': 'the server knows no column of that name',
  '42501': 'this user may not do it',
  '55P03': 'another session holds a lock on the table',
  '57014': 'planning it took too long',
};

function why(answer: ProbeAnswer): string {
  if (answer.kind !== 'error') return 'the plan could not be read';
  const reason = REASONS[answer.code];
  return reason ?? `the server could not plan it (SQLSTATE ${answer.code})`;
}

/** Statements in `open` come first: three of them, each with an empty result. */
const OPEN_STATEMENTS = 3;
const OPEN_STATEMENTS_INSIDE = 4;

async function runInSandbox(
  sql: string,
  setting: EstimateSetting,
): Promise<ProbeAnswer & { readonly cell?: string }> {
  const sandbox = setting.inTransaction ? INSIDE : OUTSIDE;
  const answer = await setting.probe.simple(`${sandbox.open}; ${sql}; ${sandbox.close}`);
  if (answer.kind === 'error') {
    await setting.probe.simple(sandbox.close);
    return answer;
  }
  const cell = lastCell(answer, setting.inTransaction ? OPEN_STATEMENTS_INSIDE : OPEN_STATEMENTS);
  return cell === undefined ? answer : { ...answer, cell };
}

async function runBound(
  sql: string,
  setting: EstimateSetting,
  bound: BoundParameters,
): Promise<ProbeAnswer & { readonly cell?: string }> {
  const sandbox = setting.inTransaction ? INSIDE : OUTSIDE;
  const opened = await setting.probe.simple(sandbox.open);
  const answer = opened.kind === 'error' ? opened : await setting.probe.bound(sql, bound);
  await setting.probe.simple(sandbox.close);
  const cell = lastCell(answer, 0);
  return cell === undefined ? answer : { ...answer, cell };
}

async function countRows(query: EstimateQuery, setting: EstimateSetting): Promise<Estimate | undefined> {
  if (query.count === undefined || query.countLimit === undefined) return undefined;
  const { cell } = await runInSandbox(`${query.count}\n`, setting);
  if (cell === undefined || !COUNT.test(cell)) return undefined;
  const rows = Number(cell);
  return {
    statement: query.statement,
    rows,
    ...(rows >= query.countLimit ? { atLeast: true } : { exact: true }),
  };
}

/** Longer than this nobody waits for the counts of what goes with a statement, in milliseconds. */
const TAKEN_LIMIT_MS = 1_500;

/** The rows of one other table; the planner's number where counting them takes too long. */
async function countTaken(query: TakenQuery, setting: EstimateSetting): Promise<TakenRows> {
  const { cell } = await runInSandbox(`${query.count}\n`, setting);
  if (cell !== undefined && COUNT.test(cell)) {
    const rows = Number(cell);
    return { from: query.from, rows, how: rows >= query.countLimit ? 'at-least' : 'counted' };
  }
  const planned = await runInSandbox(explain(query.count), setting);
  const rows = planned.cell === undefined ? undefined : readCountedRows(planned.cell);
  return rows === undefined
    ? { from: query.from }
    : { from: query.from, rows, how: rows >= query.countLimit ? 'at-least' : 'planned' };
}

/** What is not counted in time has no number. */
async function countAllTaken(
  queries: readonly TakenQuery[],
  setting: EstimateSetting,
): Promise<readonly TakenRows[]> {
  const until = performance.now() + TAKEN_LIMIT_MS;
  const taken: TakenRows[] = [];
  for (const query of queries)
    taken.push(performance.now() < until ? await countTaken(query, setting) : { from: query.from });
  return taken;
}

async function estimateOne(query: EstimateQuery, setting: EstimateSetting): Promise<Estimate> {
  const own = await estimateOwn(query, setting);
  if (query.taken === undefined || own.unavailable !== undefined) return own;
  return { ...own, taken: await countAllTaken(query.taken, setting) };
}

async function estimateOwn(query: EstimateQuery, setting: EstimateSetting): Promise<Estimate> {
  const { bound } = setting;
  const parameters = bound !== undefined && bound.values.length > 0;
  const answer = parameters
    ? await runBound(explain(query.explain), setting, bound)
    : await runInSandbox(explain(query.explain), setting);
  const rows = answer.cell === undefined ? undefined : readPlanRows(answer.cell);
  if (rows === undefined) return { statement: query.statement, unavailable: why(answer) };
  if (parameters || rows > COUNT_BELOW_ROWS) return { statement: query.statement, rows };
  return (await countRows(query, setting)) ?? { statement: query.statement, rows };
}

/** Asks the server how many rows each statement would touch, in a read-only sandbox on the user's own connection. */
export async function estimateRows(
  queries: readonly EstimateQuery[],
  setting: EstimateSetting,
): Promise<readonly Estimate[]> {
  const estimates: Estimate[] = [];
  for (const query of queries) estimates.push(await estimateOne(query, setting));
  return estimates;
}

/** The same queries with one reason why there is no number. */
export function noEstimates(queries: readonly EstimateQuery[], unavailable: string): readonly Estimate[] {
  return queries.map((query) => ({ statement: query.statement, unavailable }));
}
