import { expect, test } from 'vitest';
import { classOfHipaaLetter, HIPAA_LETTERS, hipaaLetters } from '../../src/catalog/hipaa.ts';
import { DATA_CLASSES } from '../../src/model/data-class.ts';

test('every letter but N and O has a class that maps back to it', () => {
  const without = HIPAA_LETTERS.filter((letter) => {
    const found = classOfHipaaLetter(letter);
    return found === undefined || !hipaaLetters(found).includes(letter);
  });
  expect(without).toEqual(['N', 'O']);
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
