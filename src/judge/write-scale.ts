import type { CatalogRelation, CatalogSnapshot } from '../model/catalog.ts';
import type { RowFacts, WriteScale } from '../model/facts.ts';
import type { Estimate } from '../model/judge.ts';
import { present } from '../model/present.ts';
import type { RelationRef, SqlEffect, SqlStatement } from '../model/sql.ts';
import { findRelation } from './catalog-lookup.ts';
import type { Reached } from './reached.ts';
import { takenScales } from './taken-rows.ts';

/** Limits of default-policy.md, in rows. */
const SMALL_ROWS = 100;
const BULK_ROWS = 1_000;
/** A table needs more rows than this before a share of it counts. */
const SHARE_MATTERS_FROM_ROWS = 100;
const BULK_SHARE = 0.1;

type WriteEffect = Extract<SqlEffect, { kind: 'insert' | 'update' | 'delete' | 'copy-in' }>;

export interface ScaledWrite {
  readonly scale: WriteScale;
  readonly rows: RowFacts;
  readonly hasWhere: boolean;
}

const ORDER: readonly WriteScale[] = ['small', 'medium', 'bulk'];

export function largestScale(scales: readonly WriteScale[]): WriteScale | undefined {
  return scales.reduce<WriteScale | undefined>(
    (largest, scale) =>
      largest === undefined || ORDER.indexOf(scale) > ORDER.indexOf(largest) ? scale : largest,
    undefined,
  );
}

export function isWrite(effect: SqlEffect): effect is WriteEffect {
  return (
    effect.kind === 'insert' ||
    effect.kind === 'update' ||
    effect.kind === 'delete' ||
    effect.kind === 'copy-in'
  );
}

export function scaleOfRows(rows: number, of: number | undefined): WriteScale {
  if (rows > BULK_ROWS) return 'bulk';
  if (of !== undefined && of > SHARE_MATTERS_FROM_ROWS && rows > of * BULK_SHARE) return 'bulk';
  return rows <= SMALL_ROWS ? 'small' : 'medium';
}

function tableRows(relation: CatalogRelation | undefined): number | undefined {
  return relation === undefined || relation.rows < 0 ? undefined : relation.rows;
}

function scaleOfInsert(
  effect: Extract<WriteEffect, { kind: 'insert' }>,
  estimate: Estimate | undefined,
): ScaledWrite {
  if (effect.source === 'values') {
    const rows = effect.valuesRows ?? 1;
    return { scale: scaleOfRows(rows, undefined), rows: { estimate: rows, exact: rows }, hasWhere: false };
  }
  if (estimate?.rows === undefined) {
    return {
      scale: 'bulk',
      rows: { unavailable: estimate?.unavailable ?? 'how many rows the query gives is not known' },
      hasWhere: false,
    };
  }
  return {
    scale: scaleOfRows(estimate.rows, undefined),
    rows: rowFacts(estimate, undefined),
    hasWhere: false,
  };
}

function rowFacts(estimate: Estimate, of: number | undefined): RowFacts {
  return present({
    estimate: estimate.rows,
    exact: estimate.exact === true ? estimate.rows : undefined,
    atLeast: estimate.atLeast === true ? true : undefined,
    of,
    unavailable: estimate.unavailable,
  });
}

function scaleOfAll(estimate: Estimate | undefined, of: number | undefined): ScaledWrite {
  // A bounded count stops early; the size of the table says more about every row of it.
  const known = estimate?.atLeast === true ? undefined : estimate?.rows;
  const rows = known ?? of ?? estimate?.rows;
  const atLeast = known === undefined && of === undefined && rows !== undefined ? true : undefined;
  const unavailable = rows === undefined ? 'every row' : undefined;
  return { scale: 'bulk', rows: present({ estimate: rows, atLeast, of, unavailable }), hasWhere: false };
}

/** Without a number nothing is called small. */
function scaleOfCondition(estimate: Estimate | undefined, of: number | undefined): ScaledWrite {
  if (estimate?.rows === undefined) {
    const unavailable = estimate?.unavailable ?? 'no estimate';
    return { scale: 'medium', rows: present({ of, unavailable }), hasWhere: true };
  }
  return { scale: scaleOfRows(estimate.rows, of), rows: rowFacts(estimate, of), hasWhere: true };
}

function scaleOfChange(
  effect: Extract<WriteEffect, { kind: 'update' | 'delete' }>,
  relation: CatalogRelation | undefined,
  estimate: Estimate | undefined,
): ScaledWrite {
  const of = estimate?.of ?? tableRows(relation);
  const { predicate } = effect;
  switch (predicate.kind) {
    case 'none':
    case 'always':
      return scaleOfAll(estimate, of);
    case 'cursor':
      return { scale: 'small', rows: present({ estimate: 1, of }), hasWhere: true };
    case 'effective':
      return scaleOfCondition(estimate, of);
  }
}

/** Rows that foreign keys take along are written too. */
function withTaken(
  effect: SqlEffect,
  own: ScaledWrite,
  world: { readonly catalog: CatalogSnapshot | undefined; readonly estimate: Estimate | undefined },
): ScaledWrite {
  return {
    ...own,
    scale: largestScale([own.scale, ...takenScales(effect, world, scaleOfRows)]) ?? own.scale,
  };
}

function scaleWrite(
  effect: WriteEffect,
  catalog: CatalogSnapshot | undefined,
  estimate: Estimate | undefined,
): ScaledWrite {
  switch (effect.kind) {
    case 'insert':
      return scaleOfInsert(effect, estimate);
    case 'copy-in':
      return { scale: 'bulk', rows: { unavailable: 'the rows come from the client' }, hasWhere: false };
    case 'update':
    case 'delete':
      return withTaken(effect, scaleOfChange(effect, findRelation(catalog, effect.relation), estimate), {
        catalog,
        estimate,
      });
  }
}

/** How large each write of a statement is; `estimate` belongs to the statement as a whole. */
export function scaleWrites(
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
  estimate: Estimate | undefined,
): readonly ScaledWrite[] {
  return statement.effects.filter(isWrite).map((effect) => scaleWrite(effect, catalog, estimate));
}

/**
 * How large the writes of functions, triggers and rules are: nobody estimates them. A row that is added for a row of the
 * statement is as large as the statement; everything else is never small.
 */
export function scaleReached(reached: readonly Reached[]): readonly ScaledWrite[] {
  return reached.flatMap((each) =>
    each.effects.filter(isWrite).flatMap((effect) => scaleInside(effect, each)),
  );
}

function scaleInside(effect: WriteEffect, { how, via }: Reached): readonly ScaledWrite[] {
  const rows = { unavailable: `it happens inside ${via}` };
  if (effect.kind === 'insert' && effect.source === 'values') {
    if (how !== 'calls') return [];
    return [{ scale: 'medium', rows, hasWhere: false }];
  }
  const limited =
    (effect.kind === 'update' || effect.kind === 'delete') &&
    (effect.predicate.kind === 'effective' || effect.predicate.kind === 'cursor');
  return [{ scale: limited ? 'medium' : 'bulk', rows, hasWhere: limited }];
}

/** Relations that a statement changes or removes rows or structure of. */
export function touchedRelations(statement: SqlStatement): readonly RelationRef[] {
  return statement.effects.flatMap((effect): readonly RelationRef[] => {
    switch (effect.kind) {
      case 'insert':
      case 'update':
      case 'delete':
      case 'copy-in':
        return [effect.relation];
      case 'truncate':
        return effect.relations;
      default:
        return [];
    }
  });
}
