import type { Classification } from '../model/catalog.ts';
import { CREDENTIAL_LEAVES, type DataClass, isDataClass } from '../model/data-class.ts';
import type { BareColumn, BareRelation } from './bare-relation.ts';
import { careDate } from './care-date.ts';
import type { ColumnRule } from './column-rule.ts';
import { COLUMN_RULES } from './column-rules/index.ts';
import { holdsHealthData, type RelationView, viewRelation } from './subject.ts';
import { conceptsOf } from './tokens.ts';
import { type TypeFamily, typeFamily } from './type-family.ts';

/** What is known beyond one relation. */
export interface SchemaContext {
  /** `phi.*` or `pii.*` for what is about a person. */
  readonly health: boolean;
}

/** Below this a guess is shown as unsure and treated as policy's `unclassified` says. */
export const SURE_FROM = 0.6;
/** A comment says less than a name: it may speak of another column. */
const COMMENT_DISCOUNT = 0.15;
const MAX_COMMENT = 400;
/** A comment that names a data class means it. */
const NAMED_IN_COMMENT = 0.95;

/** These say that a column is about an attribute and not the attribute itself (`phone_type`, `email_verified`). */
const ATTRIBUTE_WORDS = words(
  'type flag status count unit format relationship order method question hash file url ip reason code system',
);
/** May stand beside a `bare` rule's words without changing its meaning. */
const FILLERS = words(
  'patient person member insured subscriber beneficiary guarantor guardian kin emergency contact mother father spouse parent customer user employee holder alternate home work date time full text data external country medical provider title of de del der in the day month as',
);

/** A column on its way through the rules. */
interface ColumnView {
  readonly column: BareColumn;
  readonly concepts: ReadonlySet<string>;
  readonly family: TypeFamily;
  readonly view: RelationView;
}

/** A rule with its words taken apart once. */
interface ReadyRule extends ColumnRule {
  readonly alternatives: readonly (readonly string[])[];
  readonly against: readonly string[];
}

const RULES: readonly ReadyRule[] = COLUMN_RULES.map((rule) => ({
  ...rule,
  alternatives: rule.any.map((any) => any.split(' ')),
  against: rule.unless?.split(' ') ?? [],
}));
const COMMENT_RULES = RULES.filter(
  ({ bare, confidence }) => bare !== true && confidence - COMMENT_DISCOUNT >= SURE_FROM,
);

interface Guess {
  readonly leaf: ColumnRule['leaf'] | DataClass;
  readonly confidence: number;
  readonly why: string;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

/** Classes of all relations of one database; whether it is about health is decided on all of them together. */
export function classifyRelations(
  relations: readonly BareRelation[],
): readonly (readonly Classification[])[] {
  const context: SchemaContext = { health: holdsHealthData(relations) };
  return relations.map((relation) => classifyRelation(relation, context));
}

/**
 * The class of each column, in order, guessed from names, types, comments and siblings; no value is looked at.
 * Without a context the relation alone decides whether it is about health.
 */
export function classifyRelation(
  relation: BareRelation,
  context: SchemaContext = { health: holdsHealthData([relation]) },
): readonly Classification[] {
  const view = viewRelation(relation);
  return relation.columns.map((column, index) =>
    classifyColumn(
      { column, concepts: new Set(view.columns[index]), family: typeFamily(column.type), view },
      context,
    ),
  );
}

function classifyColumn(item: ColumnView, context: SchemaContext): Classification {
  const byName = guessByName(item, context);
  const byComment = guessByComment(item, context);
  const best =
    byComment !== undefined && byComment.confidence > (byName?.confidence ?? 0) ? byComment : byName;
  // A name that says "public" is worth more than words in a comment, unless the comment names a class outright.
  const isPublic =
    byName === undefined && item.concepts.has('npi') && (best?.confidence ?? 0) < NAMED_IN_COMMENT;
  if (best === undefined || isPublic) return nothing(whyNothing(item));
  return {
    class: withDomain(best.leaf, item, context),
    source: best === byComment ? 'comment' : 'name',
    confidence: best.confidence,
    unsure: best.confidence < SURE_FROM,
    why: best.why,
  };
}

function nothing(why: string): Classification {
  return { class: undefined, source: 'none', confidence: 0, unsure: false, why };
}

function whyNothing({ column, concepts, family }: ColumnView): string {
  if (concepts.has('npi')) return 'provider numbers (NPI) are public';
  const key = column.primaryKey === true || column.references !== undefined || concepts.has('id');
  if (key && (family === 'integer' || family === 'uuid')) return 'surrogate key';
  if (concepts.has('created') || concepts.has('updated')) return 'upkeep of the row';
  return 'nothing in its name, type or comment';
}

function guessByName(item: ColumnView, context: SchemaContext): Guess | undefined {
  if (item.family === 'boolean' || isSurrogateKey(item)) return undefined;
  let best: ReadyRule | undefined;
  for (const rule of RULES) {
    if (rule.confidence > (best?.confidence ?? 0) && matches(rule, item)) best = rule;
  }
  const date =
    (best?.confidence ?? 0) < SURE_FROM ? careDate({ ...item, health: context.health }) : undefined;
  if (date !== undefined) return { leaf: 'date', ...date };
  return best && { leaf: best.leaf, confidence: best.confidence, why: whyName(best, item) };
}

/** A whole-number or uuid key says nothing by itself; text keys (record numbers) go through the rules. */
function isSurrogateKey({ column, concepts, family }: ColumnView): boolean {
  if (family === 'uuid') return !concepts.has('token') && !concepts.has('secret');
  if (family !== 'integer') return false;
  return (
    column.primaryKey === true ||
    column.references !== undefined ||
    /(?:^|_)(?:id|ID)$|[a-z]I[dD]$/.test(column.name)
  );
}

function matches(rule: ReadyRule, item: ColumnView): boolean {
  const { concepts, family, view } = item;
  if (!rule.families.includes(family) || !suitsRelation(rule, view)) return false;
  const alternative = rule.alternatives.find((all) => all.every((word) => concepts.has(word)));
  if (alternative === undefined) return false;
  if (rule.against.some((word) => concepts.has(word) && !alternative.includes(word))) return false;
  return [...concepts].every((concept) => mayStandBeside(concept, rule, alternative));
}

function suitsRelation(rule: ColumnRule, view: RelationView): boolean {
  const { subjects, relation, without } = rule;
  const fits = subjects?.includes(view.subject) ?? true;
  if (!fits && !(view.linked && subjects?.includes('event') === true)) return false;
  if (rule.linked === true && !view.linked && view.subject !== 'patient') return false;
  if (relation !== undefined && !relation.split(' ').some((word) => view.concepts.includes(word)))
    return false;
  return without === undefined || !view.columns.some((column) => column.includes(without));
}

function mayStandBeside(concept: string, rule: ColumnRule, alternative: readonly string[]): boolean {
  if (alternative.includes(concept)) return true;
  if (ATTRIBUTE_WORDS.has(concept))
    return rule.keepsAttributes === true && concept !== 'type' && concept !== 'flag';
  return rule.bare !== true || FILLERS.has(concept) || concept.length === 1;
}

function whyName(rule: ColumnRule, { column, view }: ColumnView): string {
  const where = rule.subjects !== undefined || rule.bare === true ? ` in a ${view.subject} relation` : '';
  return `name "${column.name}"${where}`;
}

function guessByComment({ column, view, family }: ColumnView, context: SchemaContext): Guess | undefined {
  if (column.comment === undefined || family === 'boolean') return undefined;
  const comment = column.comment.slice(0, MAX_COMMENT);
  const named = comment.split(/[\s,;()[\]]{1,16}/).find(isDataClass);
  if (named !== undefined) return { leaf: named, confidence: NAMED_IN_COMMENT, why: `comment says ${named}` };
  const item = { column, family, view, concepts: new Set(conceptsOf(comment)) };
  if (context.health === false && view.subject === 'thing') return undefined;
  const rule = COMMENT_RULES.find((candidate) => matches(candidate, item));
  if (rule === undefined || isSurrogateKey({ column, family, view, concepts: item.concepts }))
    return undefined;
  return {
    leaf: rule.leaf,
    confidence: rule.confidence - COMMENT_DISCOUNT,
    why: `comment speaks of ${rule.leaf}`,
  };
}

function withDomain(leaf: Guess['leaf'], item: ColumnView, context: SchemaContext): DataClass {
  if (isDataClass(leaf)) return leaf;
  const credential = CREDENTIAL_LEAVES.find((name) => name === leaf);
  if (credential !== undefined) return `cred.${credential}`;
  const outside = !context.health || isAboutStaff(item);
  const text = `${outside ? 'pii' : 'phi'}.${leaf}`;
  return isDataClass(text) ? text : 'phi.text';
}

function isAboutStaff({ concepts, view }: ColumnView): boolean {
  if (concepts.has('provider') || concepts.has('author')) return true;
  if (view.subject === 'provider') return true;
  return view.subject === 'person' && (view.concepts.includes('employee') || view.concepts.includes('user'));
}
