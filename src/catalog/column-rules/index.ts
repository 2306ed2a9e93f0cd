import type { ColumnRule } from '../column-rule.ts';
import { BODIES, DATES, TEXTS } from './contents.ts';
import { CREDENTIALS } from './credentials.ts';
import { NUMBERS } from './numbers.ts';
import { NAMES, PLACES, REACH } from './persons.ts';

/** Every rule; the one with the highest confidence wins, credentials first among equals. */
export const COLUMN_RULES: readonly ColumnRule[] = [
  ...CREDENTIALS,
  ...NUMBERS,
  ...NAMES,
  ...PLACES,
  ...REACH,
  ...BODIES,
  ...TEXTS,
  ...DATES,
];
