import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, homeFor, runGuard, targetArguments } from './guard-process.ts';

let cluster: Cluster;
let home: GuardHome;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE patients(id int PRIMARY KEY, ssn text);
     INSERT INTO patients SELECT i, '900-33-' || lpad(i::text, 4, '0') FROM generate_series(1, 3) i;
     ALTER TABLE patients OWNER TO nina; ANALYZE`,
    'clinic',
  );
});
afterAll(() => cluster.stop());
beforeEach(() => {
  home = homeFor(cluster);
});
afterEach(() => home[Symbol.dispose]());

const POLICY = `apiVersion: guard/v1
kind: Policy
metadata: { name: probes, version: "1" }
rules:
  - id: few-probes
    match: { tags: { any: inference }, session.probes: { gt: 2 } }
    decision: block
    reason: Two questions about masked values are enough.
    fix: Look up one value.
`;

const PROBE = "SELECT count(*) FROM patients WHERE ssn < '900-33-0002'";
const LOOKUP = "SELECT id FROM patients WHERE ssn = '900-33-0003'";

test('probes are counted over all connections of a session, recorded, and limited by a policy', async () => {
  const policy = join(home.folder, 'probes.yaml');
  writeFileSync(policy, POLICY, { mode: 0o600 });
  const psql = ['--', 'psql', '-XAt', ...targetArguments(cluster)];
  const input = [PROBE, LOOKUP, '\\c -', PROBE, LOOKUP, PROBE, ''].join(';\n').replace('\\c -;', '\\c -');
  const run = await runGuard(home, ['--policy', policy, ...psql], { input });
  expect(run.stdout.split('\n').filter((line) => /^\d+$/.test(line))).toEqual(['1', '3', '1', '3']);
  expect(run.stderr).toContain('Two questions about masked values are enough.');
  const log = await runGuard(home, ['audit', 'log', '--json']);
  const probed = log.stdout.split('\n').filter((line) => line.includes('"probes":["patients.ssn"]'));
  expect(probed.length).toBeGreaterThanOrEqual(3);
});
