import { maskText } from '../mask/text.ts';
import type { CatalogColumn, CatalogRelation } from '../model/catalog.ts';
import type { DataClass } from '../model/data-class.ts';
import { type BulkExport, tableKey } from '../model/dump.ts';
import { type DataFacts, NO_DATA } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { JudgeRequest } from '../model/judge.ts';
import type { Parsed } from '../model/parsed.ts';
import { decideForSuspects } from './decide-suspects.ts';
import type { JudgeWorld } from './evaluated.ts';
import type { Evaluation } from './evaluation.ts';
import { situationFacts } from './situation-facts.ts';

/** Stands for a column that guard is unsure about, where such columns count as classed. */
const UNSURE: DataClass = 'phi.text';
/** Tables named in a message; more are counted. */
const MOST_NAMED = 3;

function classesOf(columns: readonly CatalogColumn[], unsureCounts: boolean): readonly DataClass[] {
  return columns.flatMap((column) => {
    if (column.class !== undefined) return [column.class];
    return unsureCounts && column.unsure ? [UNSURE] : [];
  });
}

function dataOf(relations: readonly CatalogRelation[], bulk: BulkExport): DataFacts {
  if (bulk.schemaOnly) return NO_DATA;
  return {
    ...NO_DATA,
    tables: relations.map(tableKey),
    columns: relations.map((relation) => `${tableKey(relation)}.*`),
    classes: [...new Set(relations.flatMap(({ columns }) => classesOf(columns, bulk.unsureCounts)))],
  };
}

function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED;
  return rest > 0 ? `${names.slice(0, MOST_NAMED).join(', ')} and ${rest} more` : names.join(', ');
}

function wording(bulk: BulkExport, data: DataFacts): Pick<Finding, 'effect' | 'why' | 'instead' | 'tags'> {
  const { program, tables, masked, schemaOnly } = bulk;
  if (schemaOnly)
    return {
      tags: ['schema-only'],
      effect: `${program} writes the definitions of a database, and no rows.`,
      why: 'Names and defaults tell how the data is kept.',
      instead: 'Name the tables that are needed (-t).',
    };
  const count = `${tables.length} table${tables.length === 1 ? '' : 's'}`;
  const what = tables.length === 0 ? 'no table' : `every row of ${count} (${listed(tables)})`;
  if (masked)
    return {
      tags: ['de-identified'],
      effect: `${program} writes ${what}, with classed values masked.`,
      why: 'Masked rows still tell who was treated when and how often; a file leaves the database and its rights.',
      instead: 'Name the tables that are needed (-t), or dump the definitions alone (-s).',
    };
  const classed = data.classes.length > 0;
  return {
    tags: [],
    effect: `${program} writes ${what}, as they are.`,
    why: classed
      ? `They hold ${listed(data.classes)}; a file leaves the database and the rights that protect it.`
      : 'A file leaves the database and the rights that protect it.',
    instead: classed
      ? 'Use --masked-dump, leave the classed tables out (-T), or dump the definitions alone (-s).'
      : 'Name the tables that are needed (-t), or dump the definitions alone (-s).',
  };
}

/** A whole-database export, decided once by its command line and the catalog. Without a whole catalog it is in doubt. */
export function evaluateDump(request: JudgeRequest, world: JudgeWorld, bulk: BulkExport): Evaluation {
  const { catalog } = world;
  const named = new Set(bulk.tables);
  const relations = catalog?.relations.filter((relation) => named.has(tableKey(relation))) ?? [];
  const whole = catalog?.complete === true && relations.length === named.size;
  const data = dataOf(relations, bulk);
  const span = { start: 0, end: request.text.length };
  const finding: Finding = {
    rule: 'postgres.dump',
    intent: 'data.export.bulk',
    span,
    objects: bulk.tables,
    ...wording(bulk, data),
  };
  const parsed: Parsed<string> =
    whole || bulk.schemaOnly
      ? { kind: 'complete', items: [request.text] }
      : { kind: 'partial', items: [], at: span, problem: 'the catalog could not be read whole' };
  return {
    parsed: parsed.kind,
    findings: [finding],
    data,
    decision: decideForSuspects(
      { findings: [finding], facts: situationFacts(request, data), parsed },
      world.policy,
    ),
    plans: [],
    wants: [],
    asksServer: false,
    text: { masked: maskText(request.text), fingerprint: '' },
  };
}
