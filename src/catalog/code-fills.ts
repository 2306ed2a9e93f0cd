import type { CatalogColumn, CatalogFunction, CatalogRelation, CatalogSnapshot } from '../model/catalog.ts';
import type { ColumnOrigin } from '../model/lineage.ts';
import { type CodeReach, codeReach, mayRead, wordsOf } from './code-reach.ts';

/** Types that hold the text of a value: a copy is looked for in these alone, keys and times stay readable. */
const TEXT_LIKE =
  /^(?:text|citext|name|character(?: varying)?|bytea|jsonb?|xml|hstore|tsvector|unknown)(?:\[\])?$/;
/** Where code writes: the name of a relation, and the list of columns behind INSERT. */
const WRITES =
  /\b(?:insert\s{1,20}into|merge\s{1,20}into|update|copy)\s{1,20}(?:only\s{1,20})?(?:"?[\p{L}\p{N}_$]{1,63}"?\s{0,5}\.\s{0,5})?"?([\p{L}_][\p{L}\p{N}_$]{0,62})"?(?:\s{0,20}\(([^()]{1,2000})\))?/giu;
/** `NEW.column` of a trigger. */
const NEW_COLUMN = /\bnew\s{0,5}\.\s{0,5}"?([\p{L}_][\p{L}\p{N}_$]{0,62})"?/giu;
/** The row as a whole, but for `RETURN NEW`: made of, or into, anything. */
const WHOLE_ROW = /(?<!\breturn\s{1,20})\b(?:new|old)\b(?!\s{0,5}\.)/i;

interface Searching {
  readonly snapshot: CatalogSnapshot;
  readonly reach: CodeReach;
  readonly found: Map<string, ColumnOrigin>;
  readonly bodies: ReadonlyMap<string, readonly CatalogFunction[]>;
}

function isOpen(column: CatalogColumn): boolean {
  return (column.class === undefined || column.unsure) && column.source !== 'label';
}

function add(into: Searching, relation: CatalogRelation, column: CatalogColumn): void {
  if (!isOpen(column)) return;
  into.found.set(`${relation.oid}.${column.number}`, { relation: relation.oid, column: column.number });
}

/** Columns that one piece of code writes. */
function addWritten(into: Searching, code: string): void {
  for (const [, name = '', list] of code.matchAll(WRITES)) {
    const listed = list === undefined ? undefined : wordsOf(list);
    const named = into.snapshot.relations.filter((each) => each.name.toLowerCase() === name.toLowerCase());
    for (const relation of named) addTexts(into, relation, listed);
  }
}

function addTexts(into: Searching, relation: CatalogRelation, listed: ReadonlySet<string> | undefined): void {
  for (const column of relation.columns)
    if (TEXT_LIKE.test(column.type) && (listed?.has(column.name.toLowerCase()) ?? true))
      add(into, relation, column);
}

/** Values that a trigger's code may have seen: what it reads by itself, and the classed columns of the row. */
function seesClassed(code: string, relation: CatalogRelation, reach: CodeReach): boolean {
  if (mayRead(code, reach)) return true;
  const classed = relation.columns.filter((column) => column.class !== undefined && !column.unsure);
  if (classed.length === 0) return false;
  const words = wordsOf(code);
  return WHOLE_ROW.test(code) || classed.some(({ name }) => words.has(name.toLowerCase()));
}

function addTriggers(into: Searching, relation: CatalogRelation): void {
  for (const trigger of relation.triggers) {
    const name = trigger.function.slice(trigger.function.lastIndexOf('.') + 1);
    for (const each of into.bodies.get(name.toLowerCase()) ?? []) addTrigger(into, relation, each);
  }
}

function addTrigger(
  into: Searching,
  relation: CatalogRelation,
  { definition: body, language }: Pick<CatalogFunction, 'definition' | 'language'>,
): void {
  if (language === 'c' || language === 'internal') return;
  if (body === undefined) addAll(into, relation);
  else if (seesClassed(body, relation, into.reach)) addTriggerBody(into, relation, body);
}

function addAll(into: Searching, relation: CatalogRelation): void {
  for (const column of relation.columns) if (!column.primaryKey) add(into, relation, column);
}

function addTriggerBody(into: Searching, relation: CatalogRelation, body: string): void {
  addWritten(into, body);
  const set = new Set([...body.matchAll(NEW_COLUMN)].map(([, name = '']) => name.toLowerCase()));
  for (const column of relation.columns) if (set.has(column.name.toLowerCase())) add(into, relation, column);
  if (/\bnew\s{0,5}:?=|\binto\s{1,20}(?:strict\s{1,20})?new\b(?!\s{0,5}\.)/i.test(body))
    addAll(into, relation);
}

function addRules(into: Searching, relation: CatalogRelation): void {
  for (const { definition } of relation.rules)
    if (definition !== undefined && seesClassed(definition, relation, into.reach))
      addWritten(into, definition);
}

function addDefaults(into: Searching, relation: CatalogRelation): void {
  for (const column of relation.columns)
    if (column.defaultCalls?.some((name) => into.reach.readers.has(name.toLowerCase())) === true)
      add(into, relation, column);
}

function searching(snapshot: CatalogSnapshot): Searching {
  const bodies = new Map<string, CatalogFunction[]>();
  for (const each of snapshot.functions) {
    const name = each.name.toLowerCase();
    bodies.set(name, [...(bodies.get(name) ?? []), each]);
  }
  return { snapshot, reach: codeReach(snapshot), found: new Map(), bodies };
}

/**
 * Columns without a class that code in the database fills with classed values: by triggers, rules, defaults and
 * functions. Found in the code's words, so that it holds whoever ran it, and when.
 */
export function filledByCode(snapshot: CatalogSnapshot): readonly ColumnOrigin[] {
  const into = searching(snapshot);
  for (const { definition: body, name } of snapshot.functions)
    if (body !== undefined && into.reach.readers.has(name.toLowerCase()) && mayRead(body, into.reach))
      addWritten(into, body);
  for (const relation of snapshot.relations) {
    addTriggers(into, relation);
    addRules(into, relation);
    addDefaults(into, relation);
  }
  return [...into.found.values()];
}

/** Columns that a DO block writes. */
export function writtenByBlock(code: string, snapshot: CatalogSnapshot): readonly ColumnOrigin[] {
  const into = searching(snapshot);
  addWritten(into, code);
  return [...into.found.values()];
}

const NOTIFIES = /\b(?:pg_)?notify\b/i;

/** True when code in the database that sees classed values sends notifications. */
export function notifiesClassed(snapshot: CatalogSnapshot): boolean {
  const { reach, bodies } = searching(snapshot);
  if (
    snapshot.functions.some(
      ({ definition: body, name }) => NOTIFIES.test(body ?? '') && reach.readers.has(name.toLowerCase()),
    )
  )
    return true;
  return snapshot.relations.some((relation) =>
    relation.triggers.some((trigger) => {
      const name = trigger.function.slice(trigger.function.lastIndexOf('.') + 1).toLowerCase();
      return (bodies.get(name) ?? []).some(
        ({ definition: body = '' }) => NOTIFIES.test(body) && seesClassed(body, relation, reach),
      );
    }),
  );
}
