import { describe, expect, test } from 'vitest';
import { checkParameter, startupParameters } from '../../../src/session/postgres/startup-check.ts';
import type { ConnectionTarget } from '../../../src/wire/postgres/target.ts';

const target = {
  servers: [{ host: 'db1', port: 5432 }],
  user: 'nina',
  database: 'clinic',
} as unknown as ConnectionTarget;

const start = (parameters: Record<string, string>, connection = 1) =>
  startupParameters(new Map(Object.entries(parameters)), target, connection === 1);

describe('the start-up packet', () => {
  test('pins the encoding and keeps the rest', () => {
    const ruling = start({
      user: 'nina',
      database: 'clinic',
      client_encoding: 'SJIS',
      application_name: 'psql',
    });
    expect(ruling.kind).toBe('forward');
    if (ruling.kind !== 'forward') return;
    expect(ruling.parameters.get('client_encoding')).toBe('UTF8');
    expect(ruling.parameters.get('application_name')).toBe('psql');
  });

  test.each([{ user: 'root', database: 'clinic' }, { user: 'nina', database: 'other' }, { user: 'nina' }])(
    'refuses somebody else on the first connection: %o',
    (parameters) => {
      expect(start(parameters).kind).toBe('refuse');
    },
  );

  test('a later connection may name another database', () => {
    expect(start({ user: 'nina', database: 'other' }, 2).kind).toBe('forward');
  });

  test.each([
    '-c standard_conforming_strings=off',
    '-cstandard_conforming_strings=off',
    '--standard-conforming-strings=off',
    '-c geqo=off -c session_replication_role=replica',
    '-c   row_security=off',
    '-c client_encoding=SJIS',
    '-c standard\\_conforming_strings=off',
  ])('refuses options that change what the server reads or enforces: %s', (options) => {
    expect(start({ user: 'nina', database: 'clinic', options }).kind).toBe('refuse');
  });

  test.each(['-c geqo=off', '-c search_path=clinic', '-c statement_timeout=5s'])(
    'lets %s pass',
    (options) => {
      expect(start({ user: 'nina', database: 'clinic', options }).kind).toBe('forward');
    },
  );

  test('a risky setting as a parameter of its own is refused too', () => {
    expect(start({ user: 'nina', database: 'clinic', standard_conforming_strings: 'off' }).kind).toBe(
      'refuse',
    );
  });
});

describe('what the server reports', () => {
  test.each([
    ['standard_conforming_strings', 'off'],
    ['client_encoding', 'SJIS'],
    ['client_encoding', 'SQL_ASCII'],
  ])('%s = %s ends the connection', (name, value) => {
    expect(checkParameter(name, value)?.code).toBe('42501');
  });

  test.each([
    ['standard_conforming_strings', 'on'],
    ['client_encoding', 'UTF8'],
    ['DateStyle', 'ISO, MDY'],
  ])('%s = %s is fine', (name, value) => {
    expect(checkParameter(name, value)).toBeUndefined();
  });
});
