import type { ProbeFacts } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { SqlStatement } from '../model/sql.ts';
import type { ReadSet } from '../parse/sql/lineage/read-set.ts';

/** On findings of statements that tell masked values apart. */
const TAG = 'inference';

/** Statements that only keep a query, or give rows of one that was judged when it was declared. */
const NOT_ASKING: ReadonlySet<string> = new Set(['PrepareStmt', 'FetchStmt']);

/** What the statements of one message tell of classed columns by which rows they find. */
export function probeFacts(
  statements: readonly SqlStatement[],
  reads: readonly ReadSet[],
): ProbeFacts | undefined {
  const asked = statements.map(({ kind }, index) =>
    NOT_ASKING.has(kind) ? [] : (reads[index]?.probes ?? []),
  );
  const probing = asked.filter((columns) => columns.length > 0);
  if (probing.length === 0) return undefined;
  return { statements: probing.length, columns: [...new Set(probing.flat())] };
}

/** The findings with a tag on those of a message that probes. */
export function tagProbes(findings: readonly Finding[], probes: ProbeFacts | undefined): readonly Finding[] {
  if (probes === undefined) return findings;
  return findings.map((finding) => ({ ...finding, tags: [...finding.tags, TAG] }));
}
