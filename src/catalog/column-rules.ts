import type { ColumnRule } from './column-rule.ts';
import type { Subject } from './subject.ts';
import type { TypeFamily } from './type-family.ts';

const WORDY: readonly TypeFamily[] = ['text', 'json', 'array', 'other', 'unknown'];
const NUMBERED: readonly TypeFamily[] = ['text', 'integer', 'number', 'array', 'other', 'unknown'];
const MAPPED: readonly TypeFamily[] = ['text', 'number', 'json', 'geometry', 'array', 'other', 'unknown'];
const DATED: readonly TypeFamily[] = [
  'date',
  'time',
  'text',
  'integer',
  'number',
  'json',
  'other',
  'unknown',
];
const BINARY: readonly TypeFamily[] = ['bytes', 'text', 'json', 'array', 'integer', 'other', 'unknown'];
const SECRET: readonly TypeFamily[] = ['text', 'bytes', 'uuid', 'json', 'array', 'other', 'unknown'];

const PERSONS: readonly Subject[] = ['patient', 'person', 'provider'];
const SOMEBODY: readonly Subject[] = ['patient', 'person', 'provider', 'event', 'place', 'unknown'];
const IN_CARE: readonly Subject[] = ['patient', 'event', 'unknown'];

/** Roles whose `… name` is a person's name. */
const NAMED_ROLES =
  'patient person member insured subscriber beneficiary guarantor guardian kin emergency contact mother father spouse parent customer employee provider employer holder author sponsor case'.split(
    ' ',
  );

const NAMES: readonly ColumnRule[] = [
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

const PLACES: readonly ColumnRule[] = [
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

const REACH: readonly ColumnRule[] = [
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

const NUMBERS: readonly ColumnRule[] = [
  { leaf: 'ssn', any: ['ssn', 'social security'], families: NUMBERED, confidence: 0.97 },
  {
    leaf: 'ssn',
    any: [
      'ss',
      'tax id',
      'tax number',
      'tax identifier',
      'national id',
      'national number',
      'national identifier',
    ],
    subjects: ['patient', 'person', 'provider', 'unknown'],
    unless: 'organization employer',
    families: NUMBERED,
    confidence: 0.85,
  },
  {
    leaf: 'mrn',
    any: ['mrn', 'medical record', 'chart number', 'patient number', 'patient identifier', 'hospital number'],
    unless: 'account insurance phone driver ssn street plan',
    families: NUMBERED,
    confidence: 0.92,
  },
  {
    leaf: 'mrn',
    any: [
      'visit number',
      'encounter number',
      'admission number',
      'person source value',
      'patient external id',
    ],
    families: NUMBERED,
    confidence: 0.85,
  },
  {
    leaf: 'mrn',
    any: ['identifier'],
    bare: true,
    subjects: ['patient'],
    families: WORDY,
    confidence: 0.8,
  },
  {
    leaf: 'id',
    any: [
      'patient id',
      'person id',
      'alternate patient id',
      'mother identifier',
      'kin identifier',
      'alternate visit id',
    ],
    unless: 'account insurance provider hospital organization location',
    families: ['text', 'other', 'unknown'],
    confidence: 0.8,
  },
  {
    leaf: 'id',
    any: [
      'accession',
      'visit source value',
      'encounter source value',
      'note source value',
      'specimen source id',
      'specimen identifier',
      'instance uid',
      'external id',
      'admission id',
      'visit id',
      'encounter id',
      'specimen id',
    ],
    linked: true,
    families: ['text', 'json', 'other'],
    confidence: 0.75,
  },
  {
    leaf: 'id',
    any: ['identifier', 'accession', 'accession identifier', 'group identifier', 'uid'],
    bare: true,
    linked: true,
    families: WORDY,
    confidence: 0.7,
  },
  {
    leaf: 'plan',
    any: [
      'policy number',
      'policy id',
      'member number',
      'member id',
      'subscriber id',
      'subscriber number',
      'subscriber identifier',
      'insurance number',
      'insurance id',
      'insured id',
      'insured number',
      'insured employee id',
      'beneficiary number',
      'beneficiary id',
      'guarantor number',
      'guarantor id',
      'medicare number',
      'medicare id',
      'plan number',
      'family source value',
      'military id',
    ],
    unless: 'plan date phone street address account mrn claim organization source_concept',
    families: NUMBERED,
    confidence: 0.85,
  },
  {
    leaf: 'plan',
    any: ['group number', 'group id', 'medicare'],
    bare: true,
    subjects: ['patient', 'event', 'organization'],
    families: ['text', 'unknown'],
    confidence: 0.65,
  },
  {
    leaf: 'account',
    any: [
      'iban',
      'account number',
      'account identifier',
      'account id',
      'bank account',
      'patient account',
      'card number',
      'credit card',
      'credit number',
      'bank number',
      'routing number',
      'claim number',
    ],
    unless: 'medicare insurance name',
    families: NUMBERED,
    confidence: 0.88,
  },
  {
    leaf: 'license',
    any: [
      'license number',
      'passport',
      'driver license',
      'driver number',
      'certificate number',
      'dea',
      'vin',
    ],
    unless: 'organization npi plan',
    families: NUMBERED,
    confidence: 0.88,
  },
  { leaf: 'license', any: ['license plate', 'vehicle plate'], families: WORDY, confidence: 0.85 },
  {
    leaf: 'license',
    any: ['license', 'driver', 'plate'],
    bare: true,
    subjects: PERSONS,
    families: WORDY,
    confidence: 0.75,
  },
  {
    leaf: 'device',
    any: ['udi', 'device serial', 'unique device', 'device identifier', 'device udi', 'device number'],
    families: NUMBERED,
    confidence: 0.88,
  },
  {
    leaf: 'device',
    any: ['serial', 'lot number', 'production id', 'identifier'],
    relation: 'device udi',
    families: NUMBERED,
    confidence: 0.8,
  },
  {
    leaf: 'id',
    any: ['value', 'identifier'],
    bare: true,
    relation: 'identifier',
    families: WORDY,
    confidence: 0.75,
  },
];

const BODIES: readonly ColumnRule[] = [
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

const TEXTS: readonly ColumnRule[] = [
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

const DATES: readonly ColumnRule[] = [
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

const CREDENTIALS: readonly ColumnRule[] = [
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
