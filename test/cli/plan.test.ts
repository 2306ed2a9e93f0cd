import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cells } from '../../src/terminal/width.ts';
import { runGuard } from './run-guard.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'guard-plan-'));
  writeFileSync(join(home, 'schema.sql'), 'CREATE TABLE claims (id int, amount numeric, legacy text);');
  writeFileSync(join(home, '1.sql'), 'CREATE TABLE visits (id int);\nINSERT INTO visits VALUES (1);\n');
  writeFileSync(
    join(home, '2.sql'),
    'ALTER TABLE claims DROP COLUMN legacy;\nUPDATE claims SET amount = 4711;\nCREATE INDEX late ON claims (amount);\n',
  );
  writeFileSync(join(home, '3.sql'), 'DROP SCHEMA billing;\n');
});
afterAll(() => rmSync(home, { recursive: true }));

const plan = (...args: string[]) =>
  runGuard(home, [
    'plan',
    '--schema',
    join(home, 'schema.sql'),
    ...args.map((each) => each.replace(/^@/, `${home}/`)),
  ]);

describe('guard plan', () => {
  test.each([
    [['--env', 'dev', '@1.sql'], 0, 'allow'],
    [['--env', 'dev', '@2.sql'], 77, 'prompt'],
    [['@1.sql', '@2.sql'], 75, 'approve'],
    [['--actor', 'agent', '@2.sql'], 77, 'block'],
    [['@1.sql', '@3.sql'], 77, 'block'],
  ])('%j: status %i', (args, status, verdict) => {
    const run = plan('--json', ...args);
    expect([run.status, run.stderr]).toEqual([status, '']);
    expect(JSON.parse(run.stdout)).toMatchObject({ verdict });
  });

  test('tells places, what is lost and what locks, and no values', () => {
    const { stdout } = plan('@1.sql', '@2.sql');
    expect(stdout).toContain('5 statements in 2 files: 1 drop, 1 update, 1 insert, 2 creations');
    expect(stdout).toMatch(/2\.sql:1\s+column claims\.legacy, with all its values/);
    expect(stdout).toMatch(/2\.sql:3\s+CREATE INDEX: share lock on claims/);
    expect(stdout).not.toContain('4711');
  });

  test('fits 80 columns where names do', () => {
    writeFileSync(join(home, 'cwd.sql'), '');
    const lines = runGuard(
      home,
      ['plan', '-'],
      'DROP TABLE a; UPDATE b SET c = 1;\nDO $$ BEGIN END $$;',
    ).stdout.split('\n');
    expect(Math.max(...lines.map(cells))).toBeLessThanOrEqual(80);
  });

  test('--json is stable', () => {
    const { statements, ...rest } = JSON.parse(plan('--json', '@2.sql').stdout);
    expect(Object.keys(rest)).toEqual([
      'verdict',
      'actor',
      'environment',
      'intents',
      'obligations',
      'rule',
      'parsed',
      'message',
      'natures',
      'additive',
      'irreversible',
      'absent',
    ]);
    expect(rest).toMatchObject({ additive: false, natures: ['heavy'], environment: 'prod', actor: 'human' });
    expect(Object.keys(statements[0])).toEqual([
      'file',
      'line',
      'verdict',
      'rule',
      'effect',
      'why',
      'instead',
      'deeds',
      'locks',
      'rows',
      'scale',
    ]);
  });

  test('a file that is not there is wrong usage', () => {
    expect(plan('@none.sql')).toMatchObject({
      status: 64,
      stderr: expect.stringContaining('there is no such file'),
    });
  });

  test('what can not be read is not allowed', () => {
    writeFileSync(join(home, 'latin.sql'), Buffer.from([0x53, 0xe9]));
    expect(plan('@latin.sql').status).toBe(77);
  });

  test('a target that nobody has seen is wrong usage', () => {
    expect(runGuard(home, ['plan', '--target', 'nowhere', join(home, '1.sql')]).status).toBe(64);
  });
});
