import { describe, expect, test } from 'vitest';
import { planSudo, type SudoInput } from '../../../src/protocols/psql/sudo.ts';
import type { FileFacts } from '../../../src/wire/postgres/resolve/files.ts';

const GUARD = '/opt/guard/bin/guard';

function facts(changes: Readonly<Record<string, Partial<FileFacts> | undefined>> = {}): SudoInput['facts'] {
  const folder: FileFacts = { kind: 'folder', uid: 0, mode: 0o755 };
  const table: Record<string, FileFacts | undefined> = {
    '/': folder,
    '/opt': folder,
    '/opt/guard': folder,
    '/opt/guard/bin': folder,
    [GUARD]: { kind: 'file', uid: 0, mode: 0o755 },
  };
  return (path) => {
    const found = table[path];
    if (path in changes && changes[path] === undefined) return undefined;
    return found === undefined ? undefined : { ...found, ...changes[path] };
  };
}

describe('planSudo', () => {
  test.each([
    ['sudo psql', 'sudo {} psql'],
    ['sudo -u postgres psql -d x', 'sudo -u postgres {} psql -d x'],
    ['sudo -upostgres psql', 'sudo -upostgres {} psql'],
    ['/usr/bin/sudo --user=postgres /usr/bin/psql', '/usr/bin/sudo --user=postgres {} /usr/bin/psql'],
    ['sudo --user postgres -n -H psql', 'sudo --user postgres -n -H {} psql'],
    ['sudo -nHu postgres psql', 'sudo -nHu postgres {} psql'],
    ['sudo -E -u postgres PGPORT=1 A=b psql', 'sudo -E -u postgres PGPORT=1 A=b {} psql'],
    ['sudo -u postgres -- psql -c x', 'sudo -u postgres -- {} psql -c x'],
    ['sudo -iu postgres psql', 'sudo -iu postgres {} psql'],
    ['sudo --preserve-env=A,B -u postgres psql', 'sudo --preserve-env=A,B -u postgres {} psql'],
  ])('%s', (command, expected) => {
    const plan = planSudo({ argv: command.split(' '), guard: GUARD, facts: facts() });
    expect(plan).toEqual({ kind: 'rewritten', argv: expected.replace('{}', `${GUARD} --`).split(' ') });
  });

  test.each(['psql', 'sudo', 'sudo -u psql id', 'sudo -u postgres id psql', 'sudo ls', 'sudo -l', 'sudo -k'])(
    '%s is left alone',
    (command) => {
      const plan = planSudo({ argv: command.split(' '), guard: GUARD, facts: facts() });
      expect(plan.kind).toBe('not-psql');
    },
  );

  test.each([
    [['sudo', '-u', 'postgres', 'env', 'PGPORT=1', 'psql']],
    [['sudo', '-u', 'postgres', 'sh', '-c', 'cd /; psql -l']],
    [['sudo', '-u', 'postgres', '/bin/bash', '-lc', '/usr/bin/psql']],
    [['sudo', 'su', '-', 'postgres', '-c', 'psql']],
    [['sudo', 'sudo', '-u', 'postgres', 'psql']],
  ])('%j would hide psql', (argv) => {
    expect(planSudo({ argv, guard: GUARD, facts: facts() }).kind).toBe('refused');
  });

  test('an option that is not known hides where psql begins', () => {
    const plan = planSudo({ argv: ['sudo', '--new-option', 'x', 'psql'], guard: GUARD, facts: facts() });
    expect(plan.kind).toBe('refused');
  });

  test.each<readonly [string, SudoInput['facts']]>([
    ['/home/nina/.local/bin/guard', facts()],
    ['guard', facts()],
    [GUARD, facts({ [GUARD]: undefined })],
    [GUARD, facts({ [GUARD]: { uid: 1000 } })],
    [GUARD, facts({ [GUARD]: { mode: 0o775 } })],
    [GUARD, facts({ [GUARD]: { mode: 0o757 } })],
    [GUARD, facts({ [GUARD]: { mode: 0o700 } })],
    [GUARD, facts({ [GUARD]: { kind: 'folder' } })],
    [GUARD, facts({ '/opt/guard': { mode: 0o777 } })],
    [GUARD, facts({ '/opt': { uid: 1000 } })],
    [GUARD, facts({ '/opt/guard/bin': undefined })],
  ])('%s %# is not for all', (guard, stat) => {
    const plan = planSudo({ argv: ['sudo', '-u', 'postgres', 'psql'], guard, facts: stat });
    expect(plan.kind).toBe('refused');
    expect(plan.kind === 'refused' && plan.hint).toContain('install');
  });
});
