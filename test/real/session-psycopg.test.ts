import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, homeFor, runGuard } from './guard-process.ts';

let cluster: Cluster;
let home: GuardHome;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE patients(id int PRIMARY KEY, ssn text, state text);
     INSERT INTO patients SELECT i, '900-11-' || lpad(i::text, 4, '0'), 'NV' FROM generate_series(1, 20) i;
     ALTER TABLE patients OWNER TO nina; ANALYZE`,
    'clinic',
  );
});
afterAll(() => cluster.stop());
beforeEach(() => {
  home = homeFor(cluster);
});
afterEach(() => home[Symbol.dispose]());

/** An application with libpq under it: it knows DATABASE_URL and nothing else. */
const SCRIPT = `
import os, io, psycopg2
connection = psycopg2.connect(os.environ['DATABASE_URL'])
cursor = connection.cursor()
cursor.execute('SELECT id, ssn, state FROM patients WHERE id = %s', (3,))
print(cursor.fetchone())
part = connection.cursor('part')
part.itersize = 2
part.execute('SELECT ssn FROM patients ORDER BY id LIMIT 5')
print([row[0] for row in part])
part.close()
out = io.StringIO()
cursor.copy_expert('COPY (SELECT ssn FROM patients ORDER BY id LIMIT 2) TO STDOUT', out)
print(repr(out.getvalue()))
cursor.execute('SELECT count(*) FROM patients')
print(cursor.fetchone())
connection.rollback()
try:
    cursor.copy_expert('COPY patients(id, ssn) FROM STDIN', io.StringIO('99\\t*****\\n'))
except psycopg2.errors.InsufficientPrivilege as error:
    print(error.diag.message_primary, bool(error.diag.message_detail and error.diag.message_hint))
try:
    cursor.execute('DROP SCHEMA public CASCADE')
except psycopg2.errors.InsufficientPrivilege as error:
    print(error.diag.message_primary)
`;

test('psycopg finds guard by DATABASE_URL, reads masks, and meets refusals as InsufficientPrivilege', async () => {
  const script = join(home.home, 'app.py');
  writeFileSync(script, SCRIPT);
  const uri = `postgresql://nina@127.0.0.1:${cluster.port}/clinic?sslmode=require`;
  const run = await runGuard(home, ['exec', '--postgres', uri, '--', '/usr/bin/python3', script]);
  expect(run.stdout.split('\n')).toEqual([
    "(3, '*****', 'NV')",
    "['*****', '*****', '*****', '*****', '*****']",
    "'*****\\n*****\\n'",
    '(20,)',
    'guard refused this: It would store a mask in patients.ssn. True',
    'guard refused this: Not run: an earlier statement of this run was refused.',
    '',
  ]);
  expect(run.status).toBe(77);
});
