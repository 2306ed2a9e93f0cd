import { type Condition, type FlagKey, NUMBER_KEYS, type SetKey, type WordKey } from '../model/policy.ts';
import { present } from '../model/present.ts';
import type { MatchMap } from './schema.ts';
import { type ClassGroups, classProblem, expandClasses, intentProblem } from './vocabulary.ts';
import type { Path } from './yaml-source.ts';

/** Where a file's words are judged: its own class groups, and where to say what is wrong. */
export interface Reading {
  readonly groups: ClassGroups;
  report(path: Path, message: string): void;
}

interface SetPatterns {
  readonly any?: readonly string[] | undefined;
  readonly all?: readonly string[] | undefined;
  readonly none?: readonly string[] | undefined;
}

const CLASS_KEYS: ReadonlySet<SetKey> = new Set<SetKey>(['data.classes', 'session.tainted']);

/** Keys whose value is a list of words, as the file writes them. */
const WORDS = [
  'actor.kind',
  'actor.id',
  'rule',
  'environment.class',
  'environment.name',
  'data.scale',
  'session.transaction',
  'target.kind',
] as const satisfies readonly (WordKey & keyof MatchMap)[];

const SETS = [
  'actor.groups',
  'tags',
  'data.tables',
  'data.columns',
  'data.writes',
  'data.classes',
  'session.tainted',
] as const satisfies readonly (SetKey & keyof MatchMap)[];

const FLAGS = [
  'actor.mfa',
  'environment.synthetic',
  'environment.throwaway',
  'data.hasWhere',
  'data.createdHere',
  'data.classed',
  'workflow.verified',
  'purpose.breakglass',
  'session.attended',
] as const satisfies readonly (FlagKey & keyof MatchMap)[];

function intents(map: MatchMap, path: Path, reading: Reading): readonly Condition[] {
  const keys = ['intent', 'intent.class'] as const;
  return keys.flatMap((key): readonly Condition[] => {
    const words = map[key];
    if (words === undefined) return [];
    words.forEach((word, index) => {
      const problem = intentProblem(word);
      if (problem !== undefined) reading.report([...path, key, index], problem);
    });
    return [{ kind: 'words', key: 'intent', oneOf: words }];
  });
}

function classes(words: readonly string[], path: Path, reading: Reading): readonly string[] {
  words.forEach((word, index) => {
    const problem = classProblem(word, reading.groups);
    if (problem !== undefined) reading.report([...path, index], problem);
  });
  return expandClasses(words, reading.groups);
}

function setCondition(
  key: SetKey,
  given: SetPatterns,
  words: (part: string, list: readonly string[]) => readonly string[],
): Condition {
  const { any, all, none } = given;
  return {
    kind: 'set',
    key,
    ...(any === undefined ? {} : { any: words('any', any) }),
    ...(all === undefined ? {} : { all: words('all', all) }),
    ...(none === undefined ? {} : { none: words('none', none) }),
  };
}

function sets(map: MatchMap, path: Path, reading: Reading): readonly Condition[] {
  return SETS.flatMap((key): readonly Condition[] => {
    const given = map[key];
    if (given === undefined) return [];
    const words = (part: string, list: readonly string[]) =>
      CLASS_KEYS.has(key) ? classes(list, [...path, key, part], reading) : list;
    return [setCondition(key, given, words)];
  });
}

function numbers(map: MatchMap): readonly Condition[] {
  return NUMBER_KEYS.flatMap((key): readonly Condition[] => {
    const given = map[key];
    return given === undefined ? [] : [{ kind: 'number', key, ...present(given) }];
  });
}

function ticket(map: MatchMap): readonly Condition[] {
  const given = map['purpose.ticket'];
  if (given === undefined) return [];
  if (typeof given === 'boolean') return [{ kind: 'flag', key: 'purpose.ticket', is: given }];
  return [{ kind: 'words', key: 'purpose.ticket', oneOf: given }];
}

/** The conditions of one `match`, `unless` or `selector`, cheap ones first. Unknown words are reported, not thrown. */
export function compileConditions(map: MatchMap, path: Path, reading: Reading): readonly Condition[] {
  const words = WORDS.flatMap((key): readonly Condition[] => {
    const oneOf = map[key];
    return oneOf === undefined ? [] : [{ kind: 'words', key, oneOf }];
  });
  const flags = FLAGS.flatMap((key): readonly Condition[] => {
    const is = map[key];
    return is === undefined ? [] : [{ kind: 'flag', key, is }];
  });
  return [
    ...intents(map, path, reading),
    ...words,
    ...flags,
    ...numbers(map),
    ...ticket(map),
    ...sets(map, path, reading),
  ];
}
