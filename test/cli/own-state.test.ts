import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { labelsFile, targetsFile } from '../../src/session/state-places.ts';
import { scratchFolders } from '../host/scratch.ts';
import { rememberClinic, TARGET } from './known-clinic.ts';
import { runGuard } from './run-guard.ts';

const scratch = scratchFolders();

/** A home whose guard has seen one database. */
function homeWithCatalog(): { readonly home: string; readonly state: string } {
  const home = scratch();
  const state = join(home, 'state', 'guard');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  rememberClinic(state);
  return { home, state };
}

describe('guard catalog', () => {
  test('before anything was seen it says how to begin', () => {
    const { status, stderr } = runGuard(scratch(), ['catalog', 'show']);
    expect(status).toBe(64);
    expect(stderr).toContain('guard -- psql');
  });

  test('show tells classes and why, review what is unsure and how to settle it', () => {
    const { home } = homeWithCatalog();
    const { stdout } = runGuard(home, ['catalog', 'show']);
    expect(stdout).toMatch(/claims-prod: 3 columns, 2 with a class, 1 unsure/);
    expect(stdout).toMatch(/patients\.ssn +phi\.ssn +name 90% +name "ssn"/);
    expect(stdout).not.toContain('patients.plain');
    const review = runGuard(home, ['catalog', 'review', '--target', 'claims']).stdout;
    expect(review).toMatch(/patients\.hint +phi\.text/);
    expect(review).not.toContain('patients.ssn');
    expect(review).toContain('guard catalog set patients.hint none');
    expect(JSON.parse(runGuard(home, ['catalog', 'show', '--json']).stdout).columns).toHaveLength(3);
  });

  test('who is no person can tighten, on record; never loosen', () => {
    const { home, state } = homeWithCatalog();
    expect(runGuard(home, ['catalog', 'set', 'patients.plain', 'phi.id']).status).toBe(0);
    expect(runGuard(home, ['catalog', 'show']).stdout).toMatch(/patients\.plain +phi\.id +label/);
    const before = readFileSync(labelsFile(state));
    const refused = runGuard(home, ['catalog', 'set', 'patients.ssn', 'none']);
    expect(refused).toMatchObject({ status: 77, stdout: '' });
    expect(refused.stderr).toMatch(/why: .*\n {2}instead: /);
    expect(readFileSync(labelsFile(state))).toEqual(before);
    const notes = runGuard(home, ['audit', 'log', '--json'])
      .stdout.split('\n')
      .filter((line) => line.includes('"catalog.label"'))
      .map((line) => JSON.parse(line).details);
    expect(notes).toEqual([
      { target: 'pg:1/2', column: 'public.patients.plain', from: 'none', to: 'phi.id', loosened: false },
    ]);
    expect(runGuard(home, ['audit', 'verify']).status).toBe(0);
  });

  test('what export prints is a policy that guard reads', () => {
    const { home } = homeWithCatalog();
    runGuard(home, ['catalog', 'set', 'patients.plain', 'phi.id']);
    const policy = join(home, 'labels.yaml');
    writeFileSync(policy, runGuard(home, ['catalog', 'export']).stdout);
    const { stdout, status } = runGuard(home, ['status', '--json', '--policy', policy]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).policy.name).toContain('catalog-claims');
    writeFileSync(policy, runGuard(scratchHome(), ['catalog', 'export']).stdout);
    expect(runGuard(home, ['status', '--policy', policy]).status).toBe(0);
  });

  test('a slip of the pen is no label', () => {
    const { home, state } = homeWithCatalog();
    const { status, stderr } = runGuard(home, ['catalog', 'set', 'patients.plian', 'phi.id']);
    expect(status).toBe(64);
    expect(stderr).toContain('did you mean "patients.plain"');
    expect(existsSync(labelsFile(state))).toBe(false);
  });
});

function scratchHome(): string {
  return homeWithCatalog().home;
}

describe('guard targets', () => {
  function homeWithTarget() {
    const { home, state } = homeWithCatalog();
    const registry = JSON.stringify({ version: 1, targets: [TARGET] });
    writeFileSync(targetsFile(state), registry, { mode: 0o600 });
    return { home, state, registry };
  }

  test('lists what is known', () => {
    const { home } = homeWithTarget();
    expect(runGuard(home, ['targets']).stdout).toMatch(
      /claims-prod +prod +ada +2026-01-01 +db1:5432 +pg:1\/2/,
    );
    expect(JSON.parse(runGuard(home, ['targets', 'list', '--json']).stdout).targets).toEqual([TARGET]);
    expect(runGuard(scratch(), ['targets']).stdout).toContain('No target is labelled');
  });

  test.each([
    [['label', 'claims-prod', 'dev']],
    [['label', 'claims-prod', 'prod']],
    [['forget', 'claims-prod']],
    [['forget', 'nobody']],
  ])('%j by a program is refused in three parts, and nothing changes', (args) => {
    const { home, state, registry } = homeWithTarget();
    const { status, stdout, stderr } = runGuard(home, ['targets', ...args]);
    expect([status, stdout]).toEqual([77, '']);
    expect(stderr).toMatch(/^guard: Nothing was changed for .*\n {2}why: .*\n {2}instead: .*\n$/);
    expect(readFileSync(targetsFile(state), 'utf8')).toBe(registry);
  });
});

describe('guard status and guard doctor', () => {
  test('status names every value with its source', () => {
    const home = scratch();
    const { status, stdout } = runGuard(home, [
      'status',
      '--ticket',
      'INC-7',
      '--env',
      'prod',
      '--actor',
      'agent',
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/ticket +INC-7 +--ticket \(claimed\)/);
    expect(stdout).toMatch(/environment +prod +--env \(claimed\)/);
    expect(stdout).toMatch(/actor +agent /);
    expect(stdout).toMatch(/evidence +agent +--actor \(claimed\)/);
    expect(stdout).toMatch(/trust L0: guard runs as you/);
    expect(JSON.parse(runGuard(home, ['status', '--json']).stdout)).toMatchObject({
      stateFolder: join(home, 'state', 'guard'),
      trust: { level: 'L0' },
      policy: { name: 'default', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test('doctor finds the machine fit; both parsers agree', () => {
    const { status, stdout } = runGuard(scratch(), ['doctor', '--json', '--self-test']);
    const { ok, findings } = JSON.parse(stdout);
    expect(findings.filter(({ state }: { readonly state: string }) => state === 'problem')).toEqual([]);
    expect([status, ok]).toEqual([0, true]);
    const about = findings.map((finding: { readonly about: string }) => finding.about);
    expect(about).toEqual(
      expect.arrayContaining([
        'Node.js',
        'psql',
        'pseudo-terminal',
        'locks',
        'audit log',
        'policy',
        'self-test',
      ]),
    );
  });

  test('doctor: a policy that does not load and a log that was changed are problems, exit 1', () => {
    const { home, state } = homeWithCatalog();
    runGuard(home, ['catalog', 'set', 'patients.plain', 'phi.id']);
    const log = join(state, 'audit');
    const name = 'audit.000.jsonl';
    const file = join(log, name);
    expect(existsSync(file)).toBe(true);
    writeFileSync(file, readFileSync(file, 'utf8').replace('phi.id', 'phi.xx'));
    mkdirSync(join(home, 'config', 'guard', 'policy.d'), { recursive: true });
    writeFileSync(
      join(home, 'config', 'guard', 'policy.d', 'x.yaml'),
      'apiVersion: guard/v1\nkind: Polizy\n',
    );
    const { status, stdout } = runGuard(home, ['doctor']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/problem {2}audit log/);
    expect(stdout).toMatch(/problem {2}policy/);
    expect(stdout).toMatch(/x\.yaml:2:/);
    expect(stdout).toContain('2 problems to solve');
  });
});
