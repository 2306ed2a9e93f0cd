import type { CatalogIndex } from '../../mask/catalog-index.ts';
import { scrubNotice } from '../../mask/notice.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { Judgement } from '../../model/judge.ts';
import { type RawText, rawText } from '../../model/text.ts';
import type { NoticeFields } from '../../wire/postgres/gate.ts';

const NOTHING = rawText('');
const NO_NAMES: ReadonlySet<string> = new Set();

const names = new WeakMap<object, ReadonlySet<string>>();

/** Names of tables, columns and types: nobody's data. */
function namesOf({ snapshot }: Pick<CatalogIndex, 'snapshot'>): ReadonlySet<string> {
  const known = names.get(snapshot);
  if (known !== undefined) return known;
  const found = new Set<string>();
  for (const relation of snapshot.relations) {
    found.add(relation.name).add(relation.schema);
    for (const column of relation.columns) found.add(column.name).add(column.type);
  }
  for (const key of snapshot.foreignKeys) found.add(key.name);
  names.set(snapshot, found);
  return found;
}

/** Function bodies that may be shown to whoever may call the functions. */
function* sourcesOf({ snapshot }: CatalogIndex): Iterable<string> {
  for (const { definition } of snapshot.functions) if (definition !== undefined) yield definition;
}

interface RunTexts {
  readonly text: RawText;
  readonly judgement: Judgement;
  readonly rules: { readonly catalog: CatalogIndex };
}

/** Functions, blocks and triggers say what they like in notices and errors, also where guard knows what they do. */
function runsCode({ intents, plans }: Judgement): boolean {
  return intents.includes('exec.dynamic') || plans.some(({ runsRoutines }) => runsRoutines === true);
}

/** Errors and notices of one statement: what it ran that guard can't read may have put anything into them. */
export function scrubRun(fields: NoticeFields, { text, judgement, rules }: RunTexts): NoticeFields {
  const known = namesOf(rules.catalog);
  return scrubNotice(fields, {
    own: text,
    isIdentifier: (name) => known.has(name),
    hideAll: runsCode(judgement) && judgement.obligations.mask.length > 0,
    sources: sourcesOf(rules.catalog),
  });
}

/** Errors about a text that is only being prepared. */
export function scrubPrepared(
  fields: NoticeFields,
  text: RawText,
  catalog: CatalogSnapshot | undefined,
): NoticeFields {
  const known = catalog === undefined ? NO_NAMES : namesOf({ snapshot: catalog });
  return scrubNotice(fields, { own: text, isIdentifier: (name) => known.has(name), hideAll: false });
}

/** Notices and errors that belong to no statement; `own` are the names the client itself asked for (user, database). */
export function scrubOutside(fields: NoticeFields, own: ReadonlySet<string>): NoticeFields {
  return scrubNotice(fields, { own: NOTHING, isIdentifier: (name) => own.has(name), hideAll: false });
}
