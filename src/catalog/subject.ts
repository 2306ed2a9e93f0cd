import type { BareRelation } from './bare-relation.ts';
import { conceptsOf } from './tokens.ts';
import { typeFamily } from './type-family.ts';

/** Who or what one row of a relation is about. */
export type Subject =
  /** A patient, insured person, or their relatives. */
  | 'patient'
  /** A customer, employee, user: a person outside care. */
  | 'person'
  /** A clinician. */
  | 'provider'
  /** Something that happened to a person: a visit, a claim, a result. */
  | 'event'
  /** An address or location of its own. */
  | 'place'
  | 'organization'
  /** A drug, a code, a file: no person at all. */
  | 'thing'
  | 'unknown';

/** A relation as the rules see it: names taken apart once. */
export interface RelationView {
  readonly relation: BareRelation;
  readonly concepts: readonly string[];
  /** Concepts of every column, by position. */
  readonly columns: readonly (readonly string[])[];
  /** Column names, lower case, for "beside" checks. */
  readonly names: ReadonlySet<string>;
  readonly subject: Subject;
  /** A column of the relation points to a person (`patient_id`, `subject_id`, `hadm_id`). */
  readonly linked: boolean;
}

/** HL7 v2 segments about persons; the rest of the vocabulary is words. */
const HL7_PERSON_SEGMENT = /^(?:pid|pd1|nk1|gt1|in1|in2|mrg)$/i;
const HL7_EVENT_SEGMENT = /^(?:pv1|pv2|acc|obx|obr|orc|dg1)$/i;

const SUBJECT_OF: ReadonlyMap<string, Subject> = new Map<string, Subject>(
  (
    [
      [
        'patient',
        'patient insured subscriber beneficiary guarantor guardian kin emergency mother father spouse parent sponsor',
      ],
      ['person', 'person member contact customer user employee holder employer'],
      ['provider', 'provider'],
      [
        'event',
        'visit encounter admission service discharge transfer narrative history complaint note report comment specimen impression claim appointment',
      ],
      ['place', 'address place location city street zip'],
      ['organization', 'organization hospital insurance warehouse'],
      ['thing', 'thing file type code system device middleware'],
    ] as const
  ).flatMap(([subject, words]) => words.split(' ').map((word): [string, Subject] => [word, subject])),
);

const CLINICAL_EVENT =
  /(?:visit|encounter|admission|appointment|diagnos|observation|measurement|procedure|prescription|immuni[sz]ation|allerg|exposure|episode|icustay|chartevent|labevent|inputevent|outputevent|careplan|medication|specimen|imaging|vital|death|claim|referral|condition|explanationofbenefit|questionnaireresponse|treatment|therapy|surgery|lab_?result)/i;

/** The words that make a schema one about health; the weak ones count only together. */
const STRONG_HEALTH =
  /(?:patient|paciente|mrn|icd|diagnos|encounter|immuni[sz]|hadm|medicaid|medicare|snomed|loinc|clinical|anamnes|krankenkasse)/i;
const WEAK_HEALTH =
  /(?:visit|provider|doctor|physician|hospital|clinic|drug|medication|prescription|allerg|procedure|condition|claim|insur|lab_|vital|observation|specimen|admission|nurse|therapy|icu|person_id|arzt|doctor)/i;
const WEAK_NEEDED = 3;

/** Nothing but a person has these. */
const OWN_NAME_MARKS = [
  ['birth'],
  ['surname'],
  ['given'],
  ['maiden'],
  ['ssn'],
  ['first', 'name'],
  ['last', 'name'],
];
/** These persuade only where the relation's own name says nothing. */
const PERSON_MARKS = [['email'], ['password']];

/** Whether a set of relations holds health data: decides between `phi.*` and `pii.*`. */
export function holdsHealthData(relations: readonly BareRelation[]): boolean {
  let weak = 0;
  for (const relation of relations) {
    const names = [relation.name, ...relation.columns.map((column) => column.name)];
    if (names.some((name) => STRONG_HEALTH.test(name)) || isHealthSegment(relation.name)) return true;
    if (names.some((name) => WEAK_HEALTH.test(name))) weak++;
    if (weak >= WEAK_NEEDED) return true;
  }
  return false;
}

function isHealthSegment(name: string): boolean {
  return HL7_PERSON_SEGMENT.test(name) || /^pv1$/i.test(name);
}

/** Takes a relation's names apart and decides whom it is about. */
export function viewRelation(relation: BareRelation): RelationView {
  const concepts = conceptsOf(relation.name);
  const columns = relation.columns.map((column) => conceptsOf(column.name));
  return {
    relation,
    concepts,
    columns,
    names: new Set(relation.columns.map((column) => column.name.toLowerCase())),
    subject: subjectOf(relation, concepts, columns),
    linked: HL7_EVENT_SEGMENT.test(relation.name) || relation.columns.some(pointsToPerson),
  };
}

function subjectOf(
  relation: BareRelation,
  concepts: readonly string[],
  columns: readonly (readonly string[])[],
): Subject {
  if (HL7_PERSON_SEGMENT.test(relation.name)) return 'patient';
  if (HL7_EVENT_SEGMENT.test(relation.name)) return 'event';
  const named = subjectByName(relation.name, concepts);
  if (has(columns, OWN_NAME_MARKS)) return isPerson(named) ? named : 'person';
  if (named === 'unknown' || named === 'event') {
    if (has(columns, [['npi']])) return 'provider';
    if (has(columns, PERSON_MARKS)) return 'person';
  }
  return named;
}

function isPerson(subject: Subject): boolean {
  return subject === 'patient' || subject === 'person' || subject === 'provider';
}

function has(columns: readonly (readonly string[])[], marks: readonly (readonly string[])[]): boolean {
  return columns.some((column) => marks.some((mark) => mark.every((concept) => column.includes(concept))));
}

/** English puts the head noun last (`patient_visit` is a visit), so the last known word decides. */
function subjectByName(name: string, concepts: readonly string[]): Subject {
  for (const concept of [...concepts].reverse()) {
    const subject = SUBJECT_OF.get(concept);
    if (subject !== undefined)
      return subject === 'person' && concepts.includes('patient') ? 'patient' : subject;
  }
  if (concepts.includes('name')) return 'person';
  return CLINICAL_EVENT.test(name) ? 'event' : 'unknown';
}

const PERSON_LINK =
  /^(?:id_|fk_)?(?:patient|subject|person|identity|hadm|enc(?:ounter)?|visit|member|beneficiary|subscriber|resident|insured|admission|stay|pt|pat|p)_?(?:id|fk|key|no|num|number|uuid|ref)?$/i;
const PERSON_TABLE = /(?:patient|person|member|encounter|visit|admission|subscriber)/i;

function pointsToPerson(column: BareRelation['columns'][number]): boolean {
  if (column.references !== undefined && PERSON_TABLE.test(column.references)) return true;
  if (!PERSON_LINK.test(column.name)) return false;
  const family = typeFamily(column.type);
  return column.name.length > 1 && family !== 'boolean' && family !== 'date';
}
