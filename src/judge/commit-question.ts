import type { DataFacts, PendingCommit, PendingWrite, RowFacts, WriteScale } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { TransactionAction } from '../model/judge.ts';
import type { SqlStatement } from '../model/sql.ts';
import { largestScale, scaleOfRows } from './write-scale.ts';

/** What makes a transaction's work final, or hands it to somebody who can. */
const FINAL: ReadonlySet<TransactionAction> = new Set(['commit', 'prepare']);

/** The statement of a message that would make pending work final. */
function finalStatement(statements: readonly SqlStatement[]): SqlStatement | undefined {
  return statements.find(({ effects }) =>
    effects.some((effect) => effect.kind === 'transaction' && FINAL.has(effect.action)),
  );
}

interface TableRows {
  readonly rows: number;
  readonly of: number | undefined;
}

/** Writes of one table together: what was deleted and what was updated count as one change of it. */
function rowsByTable(writes: readonly PendingWrite[]): readonly TableRows[] {
  const tables = new Map<string, TableRows>();
  for (const { table, rows, of } of writes) {
    const sum = tables.get(table);
    tables.set(table, { rows: (sum?.rows ?? 0) + rows, of: of ?? sum?.of });
  }
  return [...tables.values()];
}

function scaleOf(pending: PendingCommit): WriteScale {
  if (pending.unfinished) return 'bulk';
  return largestScale(rowsByTable(pending.writes).map(({ rows, of }) => scaleOfRows(rows, of))) ?? 'small';
}

function rowsOf(pending: PendingCommit): RowFacts {
  if (pending.unfinished) return { unavailable: 'a statement of the transaction has not ended' };
  const rows = pending.writes.reduce((sum, write) => sum + write.rows, 0);
  return { estimate: rows, exact: rows };
}

const PREPOSITIONS: Readonly<Record<PendingWrite['did'], string>> = {
  inserted: 'into',
  merged: 'into',
  updated: 'in',
  deleted: 'from',
};

/** "48 rows updated in claims, 2 deleted from notes". */
function totals(writes: readonly PendingWrite[]): string {
  const parts = writes.map(({ rows, did, table }, index) => {
    const unit = index > 0 ? '' : rows === 1 ? ' row' : ' rows';
    return `${rows.toLocaleString('en-US')}${unit} ${did} ${PREPOSITIONS[did]} ${table}`;
  });
  return parts.length === 0 ? 'no rows changed so far' : parts.join(', ');
}

/** The question that was put off, as findings of the COMMIT; none where nothing was put off. */
export function commitFindings(
  statements: readonly SqlStatement[],
  pending: PendingCommit | undefined,
): readonly Finding[] {
  const statement = pending === undefined ? undefined : finalStatement(statements);
  if (pending === undefined || statement === undefined) return [];
  const count = pending.statements === 1 ? '1 statement' : `${pending.statements} statements`;
  return pending.intents.map((intent) => ({
    rule: 'sql.commit',
    intent,
    span: statement.span,
    objects: [...new Set(pending.writes.map((write) => write.table))],
    tags: [],
    effect: `Commits ${count}: ${totals(pending.writes)}.`,
    why: 'Until now all of it can be undone; afterwards the old values are gone.',
    instead:
      'The transaction is still open: look at the rows and COMMIT again, or ROLLBACK to undo all of it.',
  }));
}

/** The facts of a COMMIT with a question that was put off: the whole transaction is judged on its exact totals. */
export function withPending(data: DataFacts, pending: PendingCommit): DataFacts {
  return {
    ...data,
    tables: [...new Set([...data.tables, ...pending.writes.map((write) => write.table)])],
    columns: [...new Set([...data.columns, ...pending.columns])],
    classes: [...new Set([...data.classes, ...pending.classes])],
    rows: rowsOf(pending),
    scale: largestScale([...(data.scale === undefined ? [] : [data.scale]), scaleOf(pending)]) ?? 'bulk',
    cascades: [...new Set([...data.cascades, ...pending.cascades])],
    hasWhere: true,
    createdHere: false,
  };
}
