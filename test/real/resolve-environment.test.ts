import { type ChildProcess, spawn } from 'node:child_process';
import { constants, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentOf, needsLabel } from '../../src/observe/environment.ts';
import { EMPTY_REGISTRY, type TargetRegistry } from '../../src/observe/target-entry.ts';
import type { TargetFacts } from '../../src/observe/target-match.ts';
import { observeReach, type Peer } from '../../src/observe/target-reach.ts';
import { labelTarget } from '../../src/observe/targets.ts';
import { type Cluster, startCluster } from './cluster.ts';

/** What `ssh -L` does: listens here, connects there. Run by a program that is called ssh. */
const FORWARDER = `
const net = require('node:net');
const port = Number(process.argv[2]);
const server = net.createServer((client) => {
  const upstream = net.connect(port, '127.0.0.1');
  client.pipe(upstream).pipe(client);
  for (const socket of [client, upstream]) socket.on('error', () => { client.destroy(); upstream.destroy(); });
});
server.listen(process.argv[3] === undefined ? { host: '127.0.0.1', port: 0 } : { path: process.argv[3] }, () => {
  console.log(server.address().port ?? 0);
});
`;

let cluster: Cluster;
let folder = '';
const children: ChildProcess[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  folder = mkdtempSync(join(tmpdir(), 'forward-'));
  writeFileSync(join(folder, 'forward.cjs'), FORWARDER);
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function forward(name: string, ...socket: string[]): Promise<number> {
  const program = join(folder, name);
  if (!existsSync(program)) copyFileSync(process.execPath, program, constants.COPYFILE_FICLONE);
  const child = spawn(program, [join(folder, 'forward.cjs'), String(cluster.port), ...socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the forwarder ended with ${code}`)));
    child.stdout?.once('data', (line: Buffer) => resolve(Number(line.toString())));
  });
}

async function identity(): Promise<string> {
  const [row] = await cluster.sql(
    "select 'pg:' || system_identifier || '/' || oid as id from pg_control_system(), pg_database where datname = 'clinic'",
  );
  return String(row?.['id']);
}

function environmentAt(peer: Peer, facts: TargetFacts, registry: TargetRegistry = EMPTY_REGISTRY) {
  return environmentOf({ facts, reach: observeReach(peer), registry, labels: [] });
}

const person = { kind: 'human', id: 'nina', uid: 1000, groups: [], mfa: false, evidence: [] } as const;

async function factsAt(port: number, host = '127.0.0.1'): Promise<TargetFacts> {
  return { host, port, database: 'clinic', identity: await identity() };
}

test('a PostgreSQL of this machine that nobody has named is dev', async () => {
  const peer = { address: cluster.host, port: cluster.port };
  expect(environmentAt(peer, await factsAt(cluster.port))).toMatchObject({ class: 'dev' });
  const socket = `${cluster.socketFolder}/.s.PGSQL.${cluster.port}`;
  expect(environmentAt({ socket }, await factsAt(cluster.port, cluster.socketFolder))).toMatchObject({
    class: 'dev',
  });
});

test('the same server through a forwarded port is an unknown remote target', async () => {
  const port = await forward('ssh');
  const environment = environmentAt({ address: '127.0.0.1', port }, await factsAt(port, 'localhost'));
  expect(environment).toMatchObject({ class: 'prod', unlabelled: true });
  expect(environment.because).toContain('ssh');
});

test('through a forwarded unix socket, too', async () => {
  const socket = join(folder, '.s.PGSQL.5432');
  await forward('ssh', socket);
  const environment = environmentAt({ socket }, await factsAt(5432, folder));
  expect(environment).toMatchObject({ class: 'prod', unlabelled: true });
});

test('a forwarder that calls itself postgres is none', async () => {
  const port = await forward('postgres');
  expect(environmentAt({ address: '127.0.0.1', port }, await factsAt(port))).toMatchObject({
    class: 'prod',
    unlabelled: true,
  });
});

test('what is known as prod stays prod behind localhost', async () => {
  const far = { ...(await factsAt(5432, 'db.example.org')), certificate: 'aa' };
  const outcome = labelTarget(EMPTY_REGISTRY, {
    facts: far,
    class: 'prod',
    label: 'clinic-main',
    actor: person,
    until: 'prod',
    time: '2026-11-20T10:00:00Z',
  });
  if (outcome.kind === 'refused') throw new Error(outcome.why);
  const port = await forward('ssh');
  for (const at of [port, cluster.port]) {
    const environment = environmentAt(
      { address: '127.0.0.1', port: at },
      await factsAt(at),
      outcome.registry,
    );
    expect(environment.class).toBe('prod');
    expect(needsLabel(environment)).toBe(false);
    expect(environment.because).toBe('same server as clinic-main (prod)');
  }
});
