import { describe, expect, test } from 'vitest';
import { psqlFinding } from '../../../src/session/doctor/psql-version.ts';

const PATH = '/usr/bin/psql';

describe('the psql that restricted mode needs', () => {
  test.each([
    ['14.23', 'warn'],
    ['14.24', 'ok'],
    ['15.18 (Debian 15.18-0+deb12u1)', 'warn'],
    ['15.19', 'ok'],
    ['16.14', 'warn'],
    ['16.15', 'ok'],
    ['17.10', 'warn'],
    ['17.11', 'ok'],
    ['18.5', 'warn'],
    ['18.6', 'ok'],
    ['19beta1', 'ok'],
    ['20.0', 'ok'],
    ['13.22', 'warn'],
    ['18devel', 'warn'],
  ])('%s is %s', (version, state) => {
    expect(psqlFinding(`psql (PostgreSQL) ${version}\n`, PATH).state).toBe(state);
  });

  test('an old one is told what that means and what to install', () => {
    const { says, instead } = psqlFinding('psql (PostgreSQL) 15.18\n', PATH);
    expect(says).toContain('15.18 at /usr/bin/psql is older than 15.19');
    expect(says).toContain('\\unrestrict');
    expect(instead).toContain('15.19');
  });

  test('something else called psql is a problem', () => {
    expect(psqlFinding('hello', PATH)).toMatchObject({ state: 'problem' });
    expect(psqlFinding('', PATH)).toMatchObject({ state: 'problem' });
  });
});
