import { describe, expect, test } from 'vitest';
import type { BareRelation } from '../../src/catalog/bare-relation.ts';
import { classifyRelation, classifyRelations } from '../../src/catalog/classify.ts';

/** `table: column:type column:type` as relations. */
function relations(...lines: readonly string[]): readonly BareRelation[] {
  return lines.map((line) => {
    const [name = '', columns = ''] = line.split(': ');
    return {
      schema: 'public',
      name,
      columns: columns.split(' ').map((column) => {
        const [label = '', type = ''] = column.split(':');
        return { name: label, type: type.replaceAll('_', ' ') };
      }),
    };
  });
}

/** `table.column` → class (unsure guesses with a trailing `?`), nothing for columns without one. */
function classes(...lines: readonly string[]): Readonly<Record<string, string>> {
  const all = relations(...lines);
  const found = classifyRelations(all);
  return Object.fromEntries(
    all.flatMap((relation, at) =>
      relation.columns.flatMap((column, index) => {
        const guess = found[at]?.[index];
        if (guess?.class === undefined) return [];
        return [[`${relation.name}.${column.name}`, guess.class + (guess.unsure ? '?' : '')]];
      }),
    ),
  );
}

describe('a clinic', () => {
  const found = classes(
    'patients: id:integer full_name:text dob:date ssn:text mrn:text email:text mobile:character_varying(20) street:text zip:character(5) state:text active:boolean created_at:timestamp_with_time_zone updated_at:timestamp notes:text',
    'encounters: id:uuid patient_id:integer admitted_at:timestamp discharged_at:timestamp created_at:timestamp ward:text attending_name:text note_text:text',
    'claims: id:bigint patient_id:integer policy_number:text amount:numeric status:text filed_on:date',
    'drugs: id:integer name:text ndc:text manufacturer:text',
    'staff: id:integer full_name:text role:text npi:text email:text password_hash:text',
  );
  test('finds what identifies a patient', () => {
    expect(found).toEqual({
      'patients.full_name': 'phi.name',
      'patients.dob': 'phi.date',
      'patients.ssn': 'phi.ssn',
      'patients.mrn': 'phi.mrn',
      'patients.email': 'phi.email',
      'patients.mobile': 'phi.phone',
      'patients.street': 'phi.geo',
      'patients.zip': 'phi.geo',
      'patients.notes': 'phi.text',
      'encounters.admitted_at': 'phi.date',
      'encounters.discharged_at': 'phi.date',
      'encounters.attending_name': 'pii.name',
      'encounters.note_text': 'phi.text',
      'claims.policy_number': 'phi.plan',
      'claims.filed_on': 'phi.date',
      'staff.full_name': 'pii.name',
      'staff.email': 'pii.email',
      'staff.password_hash': 'cred.password',
    });
  });
});

test('the same name means different things in different tables', () => {
  expect(
    classes(
      'patients: id:integer name:text',
      'medications: id:integer name:text',
      'hospitals: id:integer name:text',
    ),
  ).toEqual({ 'patients.name': 'phi.name' });
});

test('outside health data a person is pii', () => {
  expect(
    classes(
      'customers: id:integer first_name:text last_name:text birthday:date created_at:timestamp',
      'orders: id:integer customer_id:integer ordered_at:timestamp shipping_address:text total:numeric',
      'warehouses: id:integer name:text city:text',
    ),
  ).toEqual({
    'customers.first_name': 'pii.name',
    'customers.last_name': 'pii.name',
    'customers.birthday': 'pii.date',
    'orders.shipping_address': 'pii.geo',
  });
});

test.each([
  [
    'paciente: id:integer nombre:text apellido_paterno:text fecha_nacimiento:date direccion:text telefono:text',
    5,
  ],
  [
    'patienten: id:integer vorname:text nachname:text geburtsdatum:date plz:text wohnort:text telefonnr:text',
    6,
  ],
  [
    'patients: id:integer nom:text prénom:text date_naissance:date adresse:text ville:text code_postal:text',
    6,
  ],
  [
    'pt_demographics: id:integer lname:text fname:text ss:text pubpid:text phone_biz:text drivers_license:text',
    6,
  ],
  ['members: id:integer FirstName:text LastName:text DateOfBirth:date HomePhone:text SubscriberID:text', 5],
  ['NK1: x:boolean NK1.4_Address:text NK1.5_Phone_Number:text NK1.26_Mothers_Maiden_Name:text', 3],
])('reads %s', (line, expected) => {
  const found = classes(line);
  expect(Object.keys(found).length).toBe(expected);
  expect(Object.values(found).every((name) => name.startsWith('phi.') || name.startsWith('pii.'))).toBe(true);
});

test.each([
  'patients: phone_type:text email_verified:boolean address_id:integer country_code:text birth_year:integer gender:text',
  'patients: patient_id:integer person_uuid:uuid created_at:timestamp updated_on:date',
  'visits: patient_id:integer visit_count:integer visit_type_concept_id:integer cost:numeric',
  'app_log: id:bigint message:text level:text host:inet at:timestamp',
  'products: id:integer name:text description:text weight:numeric sku:text',
  'files: id:integer filename:text checksum:text size:bigint license:text',
  'provider: provider_id:integer npi:text specialty:text',
])('leaves %s alone', (line) => {
  expect(Object.values(classes(line)).filter((name) => !name.endsWith('?'))).toEqual([]);
});

describe('surrogate keys', () => {
  test('stay readable and say why', () => {
    const [id] = classifyRelation({
      schema: 'public',
      name: 'patients',
      columns: [{ name: 'patient_id', type: 'integer', primaryKey: true }],
    });
    expect(id).toMatchObject({ class: undefined, why: 'surrogate key' });
  });
  test('but a record number written as text is one', () => {
    expect(classes('patients: patient_id:text medical_record_no:text')).toEqual({
      'patients.patient_id': 'phi.id',
      'patients.medical_record_no': 'phi.mrn',
    });
  });
});

describe('credentials', () => {
  test('are found anywhere', () => {
    expect(
      classes(
        'app_users: id:integer password:text salt:text',
        'api_keys: id:uuid key:text client_secret:text',
        'sessions: id:integer token:uuid token_type:text',
      ),
    ).toEqual({
      'app_users.password': 'cred.password',
      'app_users.salt': 'cred.secret',
      'api_keys.key': 'cred.key',
      'api_keys.client_secret': 'cred.secret',
      'sessions.token': 'cred.token',
    });
  });
  test('but not their dates', () => {
    expect(classes('users: id:integer password_changed_at:timestamp token_expires_at:timestamp')).toEqual({});
  });
});

describe('comments', () => {
  const withComment = (comment: string) =>
    classifyRelation({ schema: 'public', name: 'zz', columns: [{ name: 'c17', type: 'text', comment }] })[0];
  test('give a class where the name says nothing', () => {
    expect(withComment('social security number of the patient')).toMatchObject({
      source: 'comment',
      unsure: false,
    });
    expect(withComment('see phi.mrn')).toMatchObject({ class: 'phi.mrn', confidence: 0.95 });
  });
  test('and take none away', () => {
    const [ssn] = classifyRelation({
      schema: 'public',
      name: 'patients',
      columns: [{ name: 'ssn', type: 'text', comment: 'nothing to see, not sensitive' }],
    });
    expect(ssn?.class).toBe('phi.ssn');
  });
});

test('a wide relation with hostile names is read quickly', () => {
  const name = 'id'.repeat(31);
  const columns = Array.from({ length: 1600 }, (_, index) => ({ name: `${name}${index}`, type: 'text' }));
  expect(classifyRelation({ schema: 's', name: 't', columns })).toHaveLength(1600);
});

test('a comment does not make a public number secret, unless it names a class', () => {
  const staff = (comment: string): BareRelation => ({
    schema: 'public',
    name: 'staff',
    columns: [
      { name: 'full_name', type: 'text' },
      { name: 'npi', type: 'text', comment },
    ],
  });
  expect(classifyRelation(staff('national provider identifier (public)'))[1]?.class).toBeUndefined();
  expect(classifyRelation(staff('class: pii.license'))[1]?.class).toBe('pii.license');
});
