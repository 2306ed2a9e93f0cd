/** The closed list of data classes. `phi.*` and `pii.*` hold the same leaves, in and outside health data. */
export const CLASS_LEAVES = [
  'name',
  'geo',
  'date',
  'phone',
  'email',
  'ssn',
  'mrn',
  'plan',
  'account',
  'license',
  'device',
  'biometric',
  'photo',
  'id',
  'text',
] as const;

export const CREDENTIAL_LEAVES = ['password', 'token', 'key', 'secret'] as const;

export type ClassLeaf = (typeof CLASS_LEAVES)[number];
export type CredentialLeaf = (typeof CREDENTIAL_LEAVES)[number];
export type DataClass = `phi.${ClassLeaf}` | `pii.${ClassLeaf}` | `cred.${CredentialLeaf}`;

export const DATA_CLASSES: readonly DataClass[] = [
  ...CLASS_LEAVES.map((leaf): DataClass => `phi.${leaf}`),
  ...CLASS_LEAVES.map((leaf): DataClass => `pii.${leaf}`),
  ...CREDENTIAL_LEAVES.map((leaf): DataClass => `cred.${leaf}`),
];

export function isDataClass(text: string): text is DataClass {
  return (DATA_CLASSES as readonly string[]).includes(text);
}
