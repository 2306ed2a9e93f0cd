import type { ColumnRule } from '../column-rule.ts';
import { BINARY, DATED, IN_CARE, PERSONS, SOMEBODY, WORDY } from './groups.ts';

export const BODIES: readonly ColumnRule[] = [
  { leaf: 'biometric', any: ['biometric'], families: BINARY, confidence: 0.9 },
  { leaf: 'biometric', any: ['signature'], bare: true, families: ['bytes', 'unknown'], confidence: 0.65 },
  { leaf: 'photo', any: ['photo'], subjects: SOMEBODY, families: BINARY, confidence: 0.88 },
  {
    leaf: 'photo',
    any: ['image'],
    bare: true,
    subjects: PERSONS,
    families: ['bytes', 'text'],
    confidence: 0.7,
  },
];

export const TEXTS: readonly ColumnRule[] = [
  {
    leaf: 'text',
    any: ['narrative', 'free text', 'chief complaint', 'note text', 'report text', 'complaint'],
    subjects: SOMEBODY,
    families: WORDY,
    confidence: 0.85,
  },
  {
    leaf: 'text',
    any: ['note', 'comment', 'impression', 'text', 'free', 'note title'],
    unless: 'id identifier value code date source thing',
    bare: true,
    linked: true,
    families: WORDY,
    confidence: 0.75,
  },
  {
    leaf: 'text',
    any: ['history', 'body', 'report'],
    bare: true,
    linked: true,
    families: ['text', 'json'],
    confidence: 0.7,
  },
  {
    leaf: 'text',
    any: ['text', 'title', 'body', 'value', 'data'],
    bare: true,
    relation: 'note comment',
    subjects: IN_CARE,
    families: WORDY,
    confidence: 0.7,
  },
  {
    leaf: 'text',
    any: ['value text'],
    bare: true,
    linked: true,
    families: ['text', 'unknown'],
    confidence: 0.65,
  },
  {
    leaf: 'text',
    any: ['reason'],
    bare: true,
    linked: true,
    families: ['text'],
    confidence: 0.62,
  },
  {
    leaf: 'text',
    any: ['description'],
    bare: true,
    linked: true,
    without: 'code',
    families: WORDY,
    confidence: 0.62,
  },
  {
    leaf: 'text',
    any: ['note', 'comment', 'medical history'],
    unless: 'id identifier value code date source thing',
    subjects: ['patient', 'person', 'event'],
    families: WORDY,
    confidence: 0.8,
  },
  {
    leaf: 'text',
    any: ['description', 'title', 'value', 'data', 'reason'],
    bare: true,
    linked: true,
    families: WORDY,
    confidence: 0.45,
  },
];

export const DATES: readonly ColumnRule[] = [
  { leaf: 'date', any: ['birth date', 'death date'], unless: 'year', families: DATED, confidence: 0.95 },
  {
    leaf: 'date',
    any: ['birth', 'death', 'birth month', 'birth day', 'birth time', 'death time'],
    bare: true,
    unless: 'year',
    families: DATED,
    confidence: 0.85,
  },
  {
    leaf: 'date',
    any: ['admission date', 'discharge date', 'admission time', 'discharge time'],
    unless: 'year',
    families: DATED,
    confidence: 0.85,
  },
];
