import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, homeFor, runGuard } from './guard-process.ts';

let high: Cluster;
let low: Cluster;
let home: GuardHome;

beforeAll(async () => {
  [high, low] = await Promise.all([startCluster(), startCluster()]);
  await high.sql(
    `CREATE TABLE patients(id int PRIMARY KEY, ssn text);
     INSERT INTO patients SELECT i, '900-11-' || lpad(i::text, 4, '0') FROM generate_series(1, 5) i;
     CREATE TABLE states(code text PRIMARY KEY);
     INSERT INTO states VALUES ('NV'), ('UT');
     GRANT ALL ON ALL TABLES IN SCHEMA public TO nina;`,
    'clinic',
  );
  await low.sql(
    'CREATE TABLE taken(line text); GRANT ALL ON ALL TABLES IN SCHEMA public TO nina; GRANT ALL ON SCHEMA public TO nina',
    'clinic',
  );
});
afterAll(() => Promise.all([high.stop(), low.stop()]));
beforeEach(async () => {
  home = homeFor(high);
  const lines = [high, low].map(({ port, user }) => `127.0.0.1:${port}:*:${user.user}:${user.password}`);
  home.passwords(...lines);
  await low.sql('TRUNCATE taken', 'clinic');
});
afterEach(() => home[Symbol.dispose]());

/** Runs a shell script in which `$G` is guard, `$HIGH` and `$LOW` are the two servers. */
function shell(script: string) {
  const uri = (cluster: Cluster) => `postgresql://nina@127.0.0.1:${cluster.port}/clinic?sslmode=require`;
  return runGuard(home, [], {
    around: ['bash', '-c', `set -o pipefail; G=$1; ${script}`, 'bash'],
    env: { HIGH: uri(high), LOW: uri(low) },
    input: '',
  });
}

async function taken(): Promise<number> {
  return (await low.sql('SELECT 1 FROM taken', 'clinic')).length;
}

const READ = '$G exec --env staging --quiet -- psql "$HIGH" -XAt -c';
const TAKE = '$G exec --quiet -- psql "$LOW" -X -c "COPY taken FROM STDIN"';
const RUN = '$G exec --quiet -- psql "$LOW" -X';
const AS_INSERTS = `| sed "s/.*/INSERT INTO taken VALUES ('&');/"`;
const CLASSED = '"SELECT ssn FROM patients"';

describe('from a higher environment into a lower one', () => {
  test.each([
    ['a pipe', `${READ} ${CLASSED} | ${TAKE}`],
    ['COPY through a pipe', `${READ} "COPY patients TO STDOUT" | ${TAKE}`],
    ['through other programs', `${READ} ${CLASSED} | sed s/^/x/ | cat | ${TAKE}`],
    ['through a program that reads all of it first', `${READ} ${CLASSED} | sort | ${TAKE}`],
    ['statements made of rows', `${READ} ${CLASSED} ${AS_INSERTS} | ${RUN}`],
    ['a file by standard output', `${READ} ${CLASSED} > rows.txt; ${TAKE} < rows.txt`],
    ['a file that was copied', `${READ} ${CLASSED} > rows.txt; cp rows.txt more.txt; ${TAKE} < more.txt`],
    ['a script', `${READ} ${CLASSED} ${AS_INSERTS} > rows.sql; ${RUN} -f rows.sql`],
    [
      'an include',
      `${READ} ${CLASSED} ${AS_INSERTS} > rows.sql; echo '\\i rows.sql' > all.sql; ${RUN} -f all.sql`,
    ],
    ['a script that the shell makes', `${RUN} -f <(${READ} ${CLASSED} ${AS_INSERTS})`],
    ['psql writes the file', `${READ} ${CLASSED} -o rows.txt; ${RUN} -c "\\copy taken from 'rows.txt'"`],
    [
      '\\copy writes the file',
      `$G exec --env staging --quiet -- psql "$HIGH" -X -c "\\copy (SELECT ssn FROM patients) to 'rows.txt'"; cp rows.txt more.txt; ${RUN} -c "\\copy taken from 'more.txt'"`,
    ],
    [
      'from prod into staging',
      `${READ.replace('staging', 'prod')} ${CLASSED} ${AS_INSERTS} | ${RUN.replace('--quiet', '--quiet --env staging')}`,
    ],
  ])('is refused: %s', async (_name, script) => {
    const run = await shell(script);
    expect(run.stderr).toMatch(/^guard refused this: (?:\S+:1: )?Carries rows from /m);
    // The rows may come only after the COPY that takes them was allowed.
    expect(run.stderr).toMatch(/rule: (?:crossenv\.never|sql\.crossenv)$/m);
    expect(run.status).toBe(77);
    expect(await taken()).toBe(0);
  });

  test('is on record, and the record holds no value', async () => {
    await shell(`${READ} ${CLASSED} > rows.txt; ${TAKE} < rows.txt`);
    const log = await shell('$G audit log --json -n 200');
    expect(log.stdout).toContain('data.export.crossenv');
    const flows = await shell('cat $XDG_STATE_HOME/guard/flows/*; stat -c %a $XDG_STATE_HOME/guard/flows/*');
    expect(flows.stdout).toContain('"phi.ssn"');
    expect(flows.stdout).toMatch(/^600$/m);
    expect(flows.stdout).not.toContain('900-11');
  });
});

describe('is not held up', () => {
  test.each([
    ['nothing classed', `${READ} "SELECT code FROM states" | ${TAKE}`],
    ['in the same environment', `${READ.replace('staging', 'dev')} "SELECT id FROM patients" | ${TAKE}`],
    ['upward', `$G exec --quiet -- psql "$HIGH" -XAt -c "SELECT id FROM patients" | ${TAKE}`],
    ['a file of nobody', `echo a > rows.txt; echo b >> rows.txt; ${TAKE} < rows.txt`],
    [
      'a file written anew',
      `${READ} ${CLASSED} > rows.txt; rm rows.txt; printf 'a\\nb\\n' > rows.txt; ${TAKE} < rows.txt`,
    ],
    [
      'a script of nobody',
      `${READ} ${CLASSED} > rows.txt; echo "INSERT INTO taken VALUES ('a'), ('b')" > rows.sql; ${RUN} -f rows.sql`,
    ],
    ['beside it', `${READ} ${CLASSED} | cat > /dev/null; printf 'a\\nb\\n' | ${TAKE}`],
  ])('%s', async (_name, script) => {
    const run = await shell(script);
    expect(run.stderr).not.toContain('guard refused');
    expect(run.status).toBe(0);
    expect(await taken()).toBeGreaterThan(1);
  });

  test('reading in the lower environment while rows of the higher one wait', async () => {
    const run = await shell(
      // What is left is read too: a writer whose reader ends first is ended by SIGPIPE.
      `${READ} ${CLASSED} | ( $G exec --quiet -- psql "$LOW" -XAt -c "SELECT 'still ' || 'there'" || exit; cat > /dev/null )`,
    );
    expect(run).toMatchObject({ status: 0, stdout: 'still there\n' });
  });
});
