import { Socket } from 'node:net';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BENIGN } from './attacks/benign.ts';
import { STAGE } from './attacks/stage.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, homeFor, PipedGuard } from './guard-process.ts';

let cluster: Cluster;
let home: GuardHome;
let guard: PipedGuard;
let folder: string;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(STAGE, 'clinic');
  await cluster.sql('CREATE DATABASE direct TEMPLATE clinic');
  home = homeFor(cluster);
  const uri = `postgresql://postgres@127.0.0.1:${cluster.port}/clinic?sslmode=require`;
  guard = new PipedGuard(home, ['proxy', 'postgres', '--quiet', '--', uri]);
  [, folder = ''] = await guard.see(/^(\/.*)\n/);
}, 60_000);
afterAll(async () => {
  process.kill(await guard.pid(), 'SIGTERM');
  await guard.done;
  home[Symbol.dispose]();
  await cluster.stop();
});

/** What came back behind the start-up. */
async function bytesOf(host: string, database: string, statements: readonly string[]): Promise<string> {
  const chunks: Buffer[] = [];
  const socket = new Socket();
  const client = new Client({
    host,
    port: cluster.port,
    user: 'postgres',
    password: cluster.superuser.password,
    database,
    stream: () => socket,
  });
  client.on('error', () => undefined);
  await client.connect();
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const text of statements) await client.query(text).catch(() => undefined);
  await client.end();
  return [...messages(Buffer.concat(chunks))].join('\n');
}

/** The messages one by one, without what differs between two databases: OIDs of tables and ids of processes. */
function* messages(bytes: Buffer): Generator<string> {
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    const message = Buffer.from(bytes.subarray(at, at + 1 + bytes.readInt32BE(at + 1)));
    const type = String.fromCharCode(message[0] ?? 0);
    if (type === 'A') message.writeInt32BE(0, 5);
    if (type === 'T') forgetTables(message);
    yield message.toString('latin1');
  }
}

function forgetTables(message: Buffer): void {
  for (let at = 7; at < message.length; ) {
    at = message.indexOf(0, at) + 1;
    message.writeInt32BE(0, at);
    at += 18;
  }
}

test.each(BENIGN.map((statements) => ({ statements })))('$statements', async ({ statements }) => {
  const [direct, guarded] = await Promise.all([
    bytesOf(cluster.socketFolder, 'direct', statements),
    bytesOf(folder, 'clinic', statements),
  ]);
  expect(guarded).toBe(direct);
});
