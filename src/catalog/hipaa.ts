import type { ClassLeaf, DataClass } from '../model/data-class.ts';

/** Letters of the eighteen identifiers in 45 CFR 164.514(b)(2)(i). */
export const HIPAA_LETTERS = 'ABCDEFGHIJKLMNOPQR'.split('');

const LETTERS_OF: Readonly<Record<ClassLeaf, string>> = {
  name: 'A',
  geo: 'B',
  date: 'C',
  phone: 'DE',
  email: 'F',
  ssn: 'G',
  mrn: 'H',
  plan: 'I',
  account: 'J',
  license: 'KL',
  device: 'M',
  biometric: 'P',
  photo: 'Q',
  id: 'R',
  text: '',
};

const LEAF_OF_LETTER: ReadonlyMap<string, ClassLeaf> = new Map([
  ['A', 'name'],
  ['B', 'geo'],
  ['C', 'date'],
  ['D', 'phone'],
  ['E', 'phone'],
  ['F', 'email'],
  ['G', 'ssn'],
  ['H', 'mrn'],
  ['I', 'plan'],
  ['J', 'account'],
  ['K', 'license'],
  ['L', 'license'],
  ['M', 'device'],
  ['P', 'biometric'],
  ['Q', 'photo'],
  ['R', 'id'],
]);

/**
 * The Safe Harbor letters a class stands for. Free text has none of its own (it may hold any), credentials
 * are no health identifiers, and N (URLs) and O (IP addresses) have no class: they are not masked by column.
 */
export function hipaaLetters(dataClass: DataClass): readonly string[] {
  if (dataClass.startsWith('cred.')) return [];
  return [...leafLetters(dataClass)];
}

/** The class of a Safe Harbor letter in health data, or undefined for N and O. */
export function classOfHipaaLetter(letter: string): DataClass | undefined {
  const leaf = LEAF_OF_LETTER.get(letter);
  return leaf === undefined ? undefined : `phi.${leaf}`;
}

function leafLetters(dataClass: DataClass): string {
  const name = dataClass.slice(dataClass.indexOf('.') + 1);
  return new Map<string, string>(Object.entries(LETTERS_OF)).get(name) ?? '';
}
