import type { ClassLeaf, DataClass } from '../model/data-class.ts';

/** Letters of the eighteen identifiers in 45 CFR 164.514(b)(2)(i). */
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

/**
 * The Safe Harbor letters a class stands for. Free text has none of its own (it may hold any), credentials
 * are no health identifiers, and N (URLs) and O (IP addresses) have no class: they are not masked by column.
 */
export function hipaaLetters(dataClass: DataClass): readonly string[] {
  if (dataClass.startsWith('cred.')) return [];
  return [...leafLetters(dataClass)];
}

function leafLetters(dataClass: DataClass): string {
  const name = dataClass.slice(dataClass.indexOf('.') + 1);
  return new Map<string, string>(Object.entries(LETTERS_OF)).get(name) ?? '';
}
