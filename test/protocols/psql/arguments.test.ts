import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GuardError } from '../../../src/model/errors.ts';
import {
  isInteractive,
  planInformation,
  planPsql,
  skipsPsqlrc,
} from '../../../src/protocols/psql/arguments.ts';
import { parsePsqlArguments } from '../../../src/wire/postgres/resolve/psql-arguments.ts';
import { aStart, aTarget, psql15 } from './stage.ts';

const CONNINFO = "host='/run/user/1000/guard/sX' port='5433' user='nina' dbname='claims'";

describe('planPsql', () => {
  test.each<readonly [readonly string[], readonly string[]]>([
    [[], []],
    [['-h', 'db1', '-p5433', '-Unina', 'claims'], []],
    [['service=prod'], []],
    [['postgresql://nina:pw@db1/claims', 'other'], []],
    [['--cluster', '15/main', 'claims'], []],
    [['--cluster=15/main', 'claims'], []],
    [
      ['-c', 'select 1', '-hdb1', '-f', 'x.sql'],
      ['-c', 'select 1', '-f', 'x.sql'],
    ],
    [['-qAtXhdb1'], ['-q', '-A', '-t', '-X']],
    [
      ['--pset=null=x', '--csv', '--set', 'a=b'],
      ['-P', 'null=x', '--csv', '-v', 'a=b'],
    ],
    [
      ['-v', '', '-1'],
      ['-v', '', '-1'],
    ],
    [['-l'], ['-l']],
    [['--cluster=15/a', '-v', '--cluster=15/main'], ['-v--cluster=15/main']],
    [['-c', '-- a comment'], ['-c-- a comment']],
    [
      ['-W', '-w'],
      ['-W', '-w'],
    ],
    [['-vPROMPT1=%M %m %%M'], ['-v', 'PROMPT1=db1.example.org db1 %%M']],
    [['--', '-weird', '-name'], []],
  ])('%j keeps %j', (args, kept) => {
    expect(planPsql(aStart(args)).argv).toEqual([...kept, '-d', CONNINFO]);
  });

  test('what the server must see goes into the connection string', () => {
    const target = aTarget({
      database: "it's a \\ name",
      options: '-c geqo=off',
      applicationName: 'mine',
      requireAuth: 'scram-sha-256',
      targetSessionAttrs: 'read-write',
      sources: { application_name: 'PGAPPNAME' },
    });
    expect(planPsql(aStart([], { target })).argv.at(-1)).toBe(
      "host='/run/user/1000/guard/sX' port='5433' user='nina' dbname='it\\'s a \\\\ name' options='-c geqo=off' " +
        "application_name='mine' require_auth='scram-sha-256' target_session_attrs='read-write'",
    );
  });

  test('no variable leads around guard, and none holds a secret', () => {
    const env = {
      PATH: '/bin',
      HOME: '/home/nina',
      PGHOST: 'db1',
      PGHOSTADDR: '10.0.0.1',
      PGPORT: '1',
      PGSERVICE: 'prod',
      PGSERVICEFILE: '/x',
      PGPASSWORD: 'Hunter2',
      PGPASSFILE: '/y',
      PGSSLMODE: 'disable',
      PGSSLCERT: '/c',
      PGREQUIREPEER: 'root',
      PGCLUSTER: '15/main',
      PGGSSENCMODE: 'prefer',
      PGUSER: 'kept',
      PGDATABASE: 'kept',
      PGTZ: 'UTC',
      UNSET: undefined,
    };
    const target = aTarget({ password: 'Hunter2' });
    const plan = planPsql(aStart(['postgresql://nina:Hunter2@db1/claims?password=Hunter2'], { env, target }));
    expect(plan.env).toEqual({
      PATH: '/bin',
      HOME: '/home/nina',
      PGUSER: 'kept',
      PGDATABASE: 'kept',
      PGTZ: 'UTC',
      PGHOST: '/run/user/1000/guard/sX',
      PGPORT: '5433',
      PGSERVICEFILE: '/dev/null',
      PGSYSCONFDIR: '/run/user/1000/guard/sX',
      PGPASSFILE: '/run/user/1000/guard/sX/pass',
      PGCLIENTENCODING: 'UTF8',
      PSQLRC: '/run/user/1000/guard/sX/rc',
      GUARD_SESSION: 'S1',
    });
    expect(JSON.stringify(plan)).not.toContain('Hunter2');
  });

  test.each([
    [['-o', '|sh'], [], 'run a program'],
    [['-o', '| sh'], [], 'run a program'],
    [['-o|sh'], [], 'run a program'],
    [['-v', 'PROMPT1=%`id`'], [], 'run a program'],
    [['--variable=PROMPT2=%`id`'], [], 'run a program'],
    [['-o', 'file'], ['-o', 'file'], 'does not see'],
    [['-L', 'file'], ['-L', 'file'], 'does not see'],
    [['a', 'b', 'c'], [], 'ignored'],
  ])('%j is noticed', (args, kept, notice) => {
    const plan = planPsql(aStart(args));
    expect(plan.argv.slice(0, -2)).toEqual(kept);
    expect(plan.notices).toHaveLength(1);
    expect(plan.notices[0]).toContain(notice);
  });
});

describe('planInformation', () => {
  test.each<readonly [readonly string[], string | undefined]>([
    [['--help'], '--help=options'],
    [['-?'], '--help=options'],
    [['--help=commands'], '--help=commands'],
    [['--version'], '--version'],
    [['-V', 'anything', '--nonsense'], '--version'],
    [['-o', '|sh', '--version'], '--version'],
    [['-h', 'db1', '--vers'], '--version'],
    [['-c', '--help'], undefined],
    [['--', '--help'], undefined],
    [[], undefined],
  ])('%j', (args, information) => {
    const plan = planInformation(['psql', ...args], { A: 'b' }, psql15);
    expect(plan?.argv).toEqual(information === undefined ? undefined : [information]);
  });

  test('what psql would not understand is said before anything starts', () => {
    expect(() => planInformation(['psql', '--nope'], {}, psql15)).toThrow(GuardError);
  });
});

test.each<readonly [readonly string[], boolean, boolean]>([
  [[], true, true],
  [[], false, false],
  [['-c', 'x'], true, false],
  [['-f', 'x'], true, false],
  [['-f', '-'], true, true],
  [['-l'], true, false],
  [['--version'], true, false],
  [['-h', '-c'], true, true],
])('isInteractive %j with a terminal %s: %s', (args, hasTty, expected) => {
  expect(isInteractive(['psql', ...args], {}, hasTty)).toBe(expected);
});

test('skipsPsqlrc', () => {
  expect(skipsPsqlrc(['psql', '-qX'], {})).toBe(true);
  expect(skipsPsqlrc(['psql', '--no-ps'], {})).toBe(true);
  expect(skipsPsqlrc(['psql', '-c', '-X'], {})).toBe(false);
});

test('whatever the arguments are: the planned psql connects to the socket and nowhere else', () => {
  const word = fc.constantFrom(
    ...[
      '-h',
      '-hdb2',
      '--host=db2',
      '--hos',
      '-p1',
      '-U',
      '-d',
      '--dbname',
      '-c',
      '-f',
      '-v',
      '-o',
      '-X',
      '-l',
    ],
    ...[
      '--',
      '-',
      '',
      'db2',
      'host=db2',
      'postgresql://db2/x',
      'PROMPT1=%M',
      '|sh',
      '-AtqX',
      '-Atqhdb2',
      '--set',
    ],
  );
  let planned = 0;
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), fc.boolean(), (args, posix) => {
      const env = posix ? { POSIXLY_CORRECT: '1' } : {};
      let plan: ReturnType<typeof planPsql>;
      try {
        plan = planPsql(aStart(args, { env }));
      } catch (error) {
        expect(error).toBeInstanceOf(GuardError);
        return;
      }
      planned += 1;
      const again = parsePsqlArguments(plan.argv, env);
      expect(again).toMatchObject({ database: CONNINFO, ignored: [] });
      expect([again.host, again.port, again.user]).toEqual([undefined, undefined, undefined]);
    }),
    { numRuns: 2000 },
  );
  expect(planned).toBeGreaterThan(200);
});
