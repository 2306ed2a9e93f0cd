import type { Subject } from '../subject.ts';
import type { TypeFamily } from '../type-family.ts';

/** Type families a rule accepts, by what the values are. */
export const WORDY: readonly TypeFamily[] = ['text', 'json', 'array', 'other', 'unknown'];
export const NUMBERED: readonly TypeFamily[] = ['text', 'integer', 'number', 'array', 'other', 'unknown'];
export const MAPPED: readonly TypeFamily[] = [
  'text',
  'number',
  'json',
  'geometry',
  'array',
  'other',
  'unknown',
];
export const DATED: readonly TypeFamily[] = [
  'date',
  'time',
  'text',
  'integer',
  'number',
  'json',
  'other',
  'unknown',
];
export const BINARY: readonly TypeFamily[] = [
  'bytes',
  'text',
  'json',
  'array',
  'integer',
  'other',
  'unknown',
];
export const SECRET: readonly TypeFamily[] = ['text', 'bytes', 'uuid', 'json', 'array', 'other', 'unknown'];

export const PERSONS: readonly Subject[] = ['patient', 'person', 'provider'];
export const SOMEBODY: readonly Subject[] = ['patient', 'person', 'provider', 'event', 'place', 'unknown'];
export const IN_CARE: readonly Subject[] = ['patient', 'event', 'unknown'];
