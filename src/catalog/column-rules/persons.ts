import type { ColumnRule } from '../column-rule.ts';
import { MAPPED, NUMBERED, PERSONS, SOMEBODY, WORDY } from './groups.ts';

/** Roles whose `… name` is a person's name. */
const NAMED_ROLES =
  'patient person member insured subscriber beneficiary guarantor guardian kin emergency contact mother father spouse parent customer employee provider employer holder author sponsor case'.split(
    ' ',
  );

export const NAMES: readonly ColumnRule[] = [
  {
    leaf: 'name',
    any: ['surname', 'given', 'maiden', 'mother name'],
    unless: 'not',
    families: WORDY,
    confidence: 0.95,
  },
  {
    leaf: 'name',
    any: [
      'first name',
      'last name',
      'middle name',
      'family name',
      'full name',
      'alias name',
      'middle initials',
    ],
    unless: 'thing organization middleware file unitofcare',
    families: WORDY,
    confidence: 0.92,
  },
  {
    leaf: 'name',
    any: NAMED_ROLES.map((role) => `${role} name`),
    unless: 'thing organization middleware file group plan user hospital location system',
    families: WORDY,
    confidence: 0.88,
  },
  {
    leaf: 'name',
    any: ['name', 'first', 'last', 'middle', 'family', 'alias', 'initials'],
    bare: true,
    subjects: PERSONS,
    families: WORDY,
    confidence: 0.85,
  },
  {
    leaf: 'name',
    any: ['contact person'],
    unless: 'id identifier number phone address email fax relationship',
    families: WORDY,
    confidence: 0.7,
  },
  { leaf: 'name', any: ['text', 'value'], bare: true, relation: 'name', families: WORDY, confidence: 0.7 },
  {
    leaf: 'name',
    any: ['mother', 'father', 'spouse', 'guardian', 'provider', 'emergency contact'],
    bare: true,
    families: ['text'],
    confidence: 0.65,
  },
];

export const PLACES: readonly ColumnRule[] = [
  {
    leaf: 'geo',
    any: ['street', 'zip', 'city', 'birthplace', 'birth place', 'geo', 'latitude', 'longitude', 'county'],
    unless: 'email ip organization hospital thing id',
    subjects: SOMEBODY,
    families: [...MAPPED, 'integer'],
    confidence: 0.88,
    keepsAttributes: true,
  },
  {
    leaf: 'geo',
    any: ['address'],
    unless: 'email ip id organization hospital thing phone mail',
    subjects: SOMEBODY,
    families: MAPPED,
    confidence: 0.9,
  },
  {
    leaf: 'geo',
    any: ['name'],
    bare: true,
    relation: 'street',
    families: WORDY,
    confidence: 0.7,
  },
  {
    leaf: 'geo',
    any: ['district', 'location source value', 'line', 'text'],
    bare: true,
    subjects: ['place'],
    families: WORDY,
    confidence: 0.75,
  },
];

export const REACH: readonly ColumnRule[] = [
  {
    leaf: 'phone',
    any: ['phone', 'mobile', 'fax', 'pager', 'contact number', 'emergency number', 'mobile number'],
    unless: 'organization id',
    subjects: SOMEBODY,
    families: [...NUMBERED, 'json'],
    confidence: 0.92,
  },
  {
    leaf: 'phone',
    any: ['value', 'url'],
    bare: true,
    relation: 'contact phone email',
    families: WORDY,
    confidence: 0.7,
    keepsAttributes: true,
  },
  { leaf: 'phone', any: ['cell'], bare: true, subjects: PERSONS, families: NUMBERED, confidence: 0.8 },
  { leaf: 'email', any: ['email', 'e mail'], unless: 'id', families: WORDY, confidence: 0.95 },
  { leaf: 'email', any: ['mail'], bare: true, subjects: PERSONS, families: WORDY, confidence: 0.75 },
];
