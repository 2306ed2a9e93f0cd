import { sumObligations } from '../decide/obligations.ts';
import type { Decision } from '../model/decision.ts';
import type { DataFacts, ProbeFacts } from '../model/facts.ts';
import { present } from '../model/present.ts';
import { severity } from '../model/verdict.ts';
import { distinctLists } from './data-facts.ts';
import { largestScale } from './write-scale.ts';

export function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

/** What several messages touch altogether. */
export function mergeData(all: readonly DataFacts[]): DataFacts {
  const scale = largestScale(all.flatMap((data) => data.scale ?? []));
  const writes = all.filter((data) => data.scale !== undefined);
  return {
    tables: distinct(all.flatMap(({ tables }) => tables)),
    columns: distinct(all.flatMap(({ columns }) => columns)),
    writes: distinctLists(all.flatMap(({ writes }) => writes)),
    classes: distinct(all.flatMap(({ classes }) => classes)),
    rows: writes.length === 1 ? (writes[0]?.rows ?? {}) : {},
    ...present({ scale }),
    cascades: distinct(all.flatMap(({ cascades }) => cascades)),
    hasWhere: all.some(({ hasWhere }) => hasWhere),
    // Together they act on more than what they made.
    createdHere: false,
    ...present({ probes: mergeProbes(all.flatMap(({ probes }) => probes ?? [])) }),
  };
}

function mergeProbes(all: readonly ProbeFacts[]): ProbeFacts | undefined {
  if (all.length === 0) return undefined;
  const statements = all.reduce((sum, probes) => sum + probes.statements, 0);
  return { statements, columns: distinct(all.flatMap(({ columns }) => columns)) };
}

/** The first of the strictest; the obligations of all add up. */
export function strictestDecision(first: Decision, ...others: readonly Decision[]): Decision {
  const all = [first, ...others];
  const strictest = all.reduce((worst, each) =>
    severity(each.verdict) > severity(worst.verdict) ? each : worst,
  );
  return {
    ...strictest,
    obligations: sumObligations(all.map(({ obligations }) => obligations)),
    matched: distinct(all.flatMap(({ matched }) => matched)),
  };
}
