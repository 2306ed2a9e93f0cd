import { expect, test } from 'vitest';
import { hipaaLetters } from '../../src/catalog/hipaa.ts';
import { DATA_CLASSES } from '../../src/model/data-class.ts';

test('every letter of 45 CFR 164.514(b)(2)(i) but N (URLs) and O (addresses of the internet) has a class', () => {
  const letters = new Set(DATA_CLASSES.filter((name) => name.startsWith('phi.')).flatMap(hipaaLetters));
  expect('ABCDEFGHIJKLMNOPQR'.split('').filter((letter) => !letters.has(letter))).toEqual(['N', 'O']);
});

test('only free text and credentials have no letter', () => {
  expect(DATA_CLASSES.filter((name) => hipaaLetters(name).length === 0)).toEqual([
    'phi.text',
    'pii.text',
    'cred.password',
    'cred.token',
    'cred.key',
    'cred.secret',
  ]);
});
