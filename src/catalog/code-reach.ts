import type { CatalogFunction, CatalogRelation, CatalogSnapshot } from '../model/catalog.ts';

/** Rounds in which functions are followed into the functions they call. */
const MOST_ROUNDS = 20;

/** Words with which code reads what no name in it tells: SQL from strings, files, large objects, statistics, other servers. */
const REACHES_ANYTHING =
  /\bu&"|\b(?:execute|(?:query|table|schema|database|cursor)_to_xml\w{0,20}|dblink\w{0,30}|crosstab\w{0,10}|connectby|xpath_table|ts_stat|ts_rewrite|lo_get|loread|pg_read_\w{1,20}|pg_largeobject|pg_stats\w{0,20}|pg_statistic\w{0,20}|get_raw_page|pg_stat_activity)\b/i;
/** EXECUTE of anything but one plain literal: its text may be made of values. */
const COMPOSED = /\bexecute\s{1,50}(?!'(?:[^']|''){0,10000}'\s{0,20}(?:;|into\b|using\b))/i;
const KEEPS = /\b(?:set_config|setval|pg_notify|notify|lo_\w{1,20}|pg_\w{0,20}advisory\w{0,20})\b/i;
/** Relations that code reads rows of, in its own statements or in text that it runs. */
const READ =
  /\b(?:from|join|using)\s{1,20}(?:only\s{1,20})?(?:"?[\p{L}\p{N}_$]{1,63}"?\s{0,5}\.\s{0,5})?"?([\p{L}_][\p{L}\p{N}_$]{0,62})/giu;
const WORD = /[\p{L}_][\p{L}\p{N}_$]{0,62}/gu;
const READABLE = new Set(['sql', 'plpgsql']);
/** Functions in C look at their arguments; who may write them owns the server. */
const TRUSTED = new Set(['c', 'internal']);

/** What the code in a database can reach. Names are looked for as words, whatever they stand for: too much rather than too little. */
export interface CodeReach {
  /** Functions that may read classed values by themselves. */
  readonly readers: ReadonlySet<string>;
  /** Relations through which classed values can be read. */
  readonly sources: ReadonlySet<string>;
}

export function wordsOf(code: string): ReadonlySet<string> {
  return new Set(code.toLowerCase().match(WORD));
}

function isClassed(relation: CatalogRelation): boolean {
  return relation.columns.some((column) => column.class !== undefined && !column.unsure);
}

interface Named {
  readonly name: string;
  readonly words: ReadonlySet<string>;
}

/** Relations with classed columns, and the views that stand on them. */
function sourcesOf({ relations }: CatalogSnapshot): Set<string> {
  const found = new Set(
    relations
      .filter((relation) => isClassed(relation) || relation.kind === 'foreign')
      .map(({ name }) => name.toLowerCase()),
  );
  const views = relations.map(({ name, definition = '' }) => ({
    name: name.toLowerCase(),
    words: wordsOf(definition),
  }));
  spread(views, found);
  return found;
}

/** Adds every name whose words meet what was found, until nothing more is. */
function spread(named: readonly Named[], found: Set<string>): void {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const more = named.filter(({ name, words }) => !found.has(name) && meets(words, found));
    if (more.length === 0) return;
    for (const { name } of more) found.add(name);
  }
  for (const { name } of named) found.add(name);
}

function meets(words: ReadonlySet<string>, names: ReadonlySet<string>): boolean {
  for (const word of words) if (names.has(word)) return true;
  return false;
}

function mayReadAnything({ definition, language }: CatalogFunction): boolean {
  if (TRUSTED.has(language)) return false;
  return definition === undefined || !READABLE.has(language) || REACHES_ANYTHING.test(definition);
}

function readersOf(snapshot: CatalogSnapshot, sources: ReadonlySet<string>): Set<string> {
  const reached = new Set(sources);
  const named: Named[] = [];
  const readers = new Set<string>();
  for (const each of snapshot.functions) {
    const name = each.name.toLowerCase();
    if (mayReadAnything(each)) readers.add(name);
    else if (each.definition !== undefined) named.push({ name, words: wordsOf(each.definition) });
  }
  for (const name of readers) reached.add(name);
  spread(named, reached);
  for (const { name } of named) if (reached.has(name) && !sources.has(name)) readers.add(name);
  return readers;
}

const known = new WeakMap<CatalogSnapshot['functions'], Map<CatalogSnapshot['relations'], CodeReach>>();

/** Found once for each picture of a schema. */
export function codeReach(snapshot: CatalogSnapshot): CodeReach {
  const byRelations = known.get(snapshot.functions) ?? new Map<CatalogSnapshot['relations'], CodeReach>();
  known.set(snapshot.functions, byRelations);
  const last = byRelations.get(snapshot.relations);
  if (last !== undefined) return last;
  const sources = sourcesOf(snapshot);
  const made: CodeReach = { sources, readers: readersOf(snapshot, sources) };
  byRelations.clear();
  byRelations.set(snapshot.relations, made);
  return made;
}

/** True for code (a body, a rule, a DO block) that may read classed values. */
export function mayRead(code: string, { readers, sources }: CodeReach): boolean {
  if (REACHES_ANYTHING.test(code)) return true;
  const words = wordsOf(code);
  return meets(words, readers) || meets(words, sources);
}

/** True for a block that reads classed rows and may put what it found into names, definitions, settings or messages. */
export function carriesOut(code: string, { sources, readers }: CodeReach): boolean {
  if (!COMPOSED.test(code) && !KEEPS.test(code)) return false;
  for (const [, name = ''] of code.matchAll(READ)) if (sources.has(name.toLowerCase())) return true;
  return meets(wordsOf(code), readers);
}
