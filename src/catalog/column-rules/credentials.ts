import type { ColumnRule } from '../column-rule.ts';
import { NUMBERED, PERSONS, SECRET } from './groups.ts';

export const CREDENTIALS: readonly ColumnRule[] = [
  {
    leaf: 'password',
    any: ['password'],
    unless: 'date created updated time age reset_count policy end start',
    families: SECRET,
    confidence: 0.95,
    keepsAttributes: true,
  },
  {
    leaf: 'key',
    any: ['secret key', 'api key', 'private key', 'access key', 'encryption key', 'session key'],
    unless: 'id date created updated time',
    families: SECRET,
    confidence: 0.92,
  },
  {
    leaf: 'key',
    any: ['key', 'value', 'hash'],
    bare: true,
    relation: 'api token secret password credential',
    families: SECRET,
    confidence: 0.8,
    keepsAttributes: true,
  },
  {
    leaf: 'token',
    any: ['token', 'credential', 'reset code', 'reset key', 'access code'],
    unless: 'id date created updated time end start',
    families: SECRET,
    confidence: 0.85,
    keepsAttributes: true,
  },
  {
    leaf: 'secret',
    any: ['secret', 'secret answer', 'security answer', 'salt'],
    unless: 'id date created updated time question',
    families: SECRET,
    confidence: 0.9,
  },
  {
    leaf: 'secret',
    any: ['pin', 'pin code'],
    bare: true,
    subjects: PERSONS,
    families: NUMBERED,
    confidence: 0.75,
    keepsAttributes: true,
  },
];
