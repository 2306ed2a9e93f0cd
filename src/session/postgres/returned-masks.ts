import { binaryText } from '../../mask/bound-text.ts';
import type { CatalogIndex } from '../../mask/catalog-index.ts';
import { ColumnMasks, type WriteTarget } from '../../mask/column-masks.ts';
import type { MaskingRules } from '../../mask/fate.ts';
import { matchesPattern } from '../../mask/pattern.ts';
import type { ProvedMasks } from '../../mask/proved-masks.ts';
import type { Message } from '../../model/finding.ts';
import type { Judgement, StoredColumn } from '../../model/judge.ts';
import type { ColumnOrigin } from '../../model/lineage.ts';
import { sqlLiterals } from '../../parse/sql/literals.ts';
import type { BoundParameters, StatementRequest } from '../../wire/postgres/gate.ts';
import type { GateSetting } from './gate-setting.ts';

/** The rule that refusals of masks name. */
export const RETURNED_RULE = 'mask.returned';

const decoder = new TextDecoder();
const BINARY = 1;

/** What a write of a mask is told. `where`: the column, or how the mask came in. */
export function wouldStore(where: string): Message {
  return {
    effect: `It would store a mask ${where}.`,
    why: 'guard showed the mask in place of a real value; stored, it would take the place of that value for good.',
    instead: 'Leave that column out of what you write, or write the real value.',
  };
}

const FINDS_NOTHING: Message = {
  effect: 'It looks for a mask, which is in no row.',
  why: 'guard showed the mask in place of a real value; the database knows the real one only.',
  instead: 'Find the row by a column that is not masked, or with a subquery that selects the value.',
};

/** Everything that tells whether a message carries a mask. */
export interface ReturnedWorld {
  readonly proved: ProvedMasks;
  /** Made only where something is written. */
  readonly rules: () => MaskingRules;
}

/** Why a statement with a mask in it may not run; undefined when there is none. */
export function returnedMask(
  { text, bound }: Pick<StatementRequest, 'text' | 'bound'>,
  { plans }: Pick<Judgement, 'plans'>,
  world: ReturnedWorld,
): Message | undefined {
  const writes = plans.some((plan) => plan.writes);
  if (isInText(text, world.proved))
    return writes ? wouldStore('that stands in the statement') : FINDS_NOTHING;
  if (bound !== undefined && isBound(bound, world.proved))
    return writes ? wouldStore('that was bound to a parameter') : FINDS_NOTHING;
  if (!writes) return undefined;
  const columns = plans.flatMap(({ stores = [] }) => stores).filter(mayStoreMask);
  if (columns.length === 0) return undefined;
  const rules = world.rules();
  const stored = columns.find((column) => isStored(column, bound, rules));
  return stored && wouldStore(`in ${columnName(stored, rules.catalog)}`);
}

function mayStoreMask({ texts, parameters }: StoredColumn): boolean {
  return texts.length > 0 || parameters.length > 0;
}

/** A mask that stands in a comment harms nobody. */
function isInText(text: string, proved: ProvedMasks): boolean {
  const found = proved.inStatement(text);
  if (found.length === 0) return false;
  const comments = sqlLiterals(text).filter(({ kind }) => kind === 'comment');
  return found.some(
    ({ start, end }) => !comments.some((comment) => comment.start <= start && end <= comment.end),
  );
}

function isBinary({ formats }: BoundParameters, at: number): boolean {
  return (formats.length === 1 ? formats[0] : formats[at]) === BINARY;
}

function isBound(bound: BoundParameters, proved: ProvedMasks): boolean {
  return bound.values.some((value, at) => {
    if (value === null) return false;
    return isBinary(bound, at) ? proved.inBinary(value, bound.types[at] ?? 0) : proved.inText(value);
  });
}

function isStored(column: StoredColumn, bound: BoundParameters | undefined, rules: MaskingRules): boolean {
  const target = writeTarget(column, rules);
  const masks = columnMasks(rules);
  if (masks === undefined || target === undefined) return false;
  if (column.texts.some((text) => masks.isMask(text, target))) return true;
  if (bound === undefined) return false;
  return column.parameters.some((number) => {
    const value = bound.values[number - 1];
    if (value === undefined || value === null) return false;
    const text = isBinary(bound, number - 1) ? binaryText(value, target.typeOid) : decoder.decode(value);
    return masks.isMask(text, target);
  });
}

export function columnMasks({ issued, styles = {} }: MaskingRules): ColumnMasks | undefined {
  return issued && new ColumnMasks(issued, styles);
}

/** A column as the catalog and the policy have it; undefined for one that guard does not know. */
export function writeTarget(origin: ColumnOrigin, { catalog, mask }: MaskingRules): WriteTarget | undefined {
  const column = catalog.column(origin.relation, origin.column);
  if (column === undefined) return undefined;
  const masked = column.class !== undefined && !column.unsure && matchesPattern(column.class, mask);
  const { relation, column: number } = origin;
  return {
    origin: { relation, column: number },
    typeOid: column.typeOid,
    ...(masked && column.class !== undefined ? { masked: column.class } : {}),
  };
}

/** As people write it. */
export function columnName(origin: ColumnOrigin, catalog: CatalogIndex): string {
  const relation = catalog.relation(origin.relation);
  const column = catalog.column(origin.relation, origin.column);
  return `${relation?.name ?? '?'}.${column?.name ?? '?'}`;
}

/** Records and tells that a judged message was refused for a mask in it. */
export async function refuseReturned(
  { judge, run, post }: Pick<GateSetting, 'judge' | 'run' | 'post'>,
  judgement: Judgement,
  message: Message,
): Promise<void> {
  await judge.record({ kind: 'refused', decision: judgement.id, because: 'mask' });
  run.refused(message);
  post({ kind: 'refused', message, rule: RETURNED_RULE });
}
