import { Socket } from 'node:net';
import { Client, type ClientConfig, type QueryConfig } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Attack, isQuiet } from './attacks/attack.ts';
import { CATALOGS, COPIES, MESSAGES, NOTIFICATIONS, PLANS } from './attacks/channels.ts';
import { DYNAMIC, HIDDEN_CODE } from './attacks/code.ts';
import { LAUNDERING, SETTINGS } from './attacks/laundering.ts';
import { DIRECT, EXPRESSIONS, QUERIES, RETURNING } from './attacks/reads.ts';
import { leaksIn, STAGE } from './attacks/stage.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, homeFor, PipedGuard } from './guard-process.ts';

const CLASSES = {
  DIRECT,
  EXPRESSIONS,
  QUERIES,
  RETURNING,
  LAUNDERING,
  SETTINGS,
  MESSAGES,
  NOTIFICATIONS,
  CATALOGS,
  PLANS,
  COPIES,
  HIDDEN_CODE,
  DYNAMIC,
};
type Lane = 'raw' | 'dev' | 'prod';
type Mode = 'simple' | 'binary';

/** Each in a database of its own. */
const LANES: readonly { readonly lane: Lane; readonly mode: Mode }[] = [
  { lane: 'raw', mode: 'simple' },
  { lane: 'dev', mode: 'simple' },
  { lane: 'dev', mode: 'binary' },
  { lane: 'prod', mode: 'binary' },
];

let cluster: Cluster;
let home: GuardHome;
const guards = new Map<string, { guard: PipedGuard; folder: string }>();

const name = (lane: Lane, mode: Mode) => `clinic_${lane}_${mode}`;

async function renew(): Promise<void> {
  for (const { lane, mode } of LANES) {
    await cluster.sql(`DROP DATABASE IF EXISTS ${name(lane, mode)} WITH (FORCE)`);
    await cluster.sql(`CREATE DATABASE ${name(lane, mode)} TEMPLATE clinic`);
  }
}

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(STAGE, 'clinic');
  home = homeFor(cluster);
  await renew();
  for (const { lane, mode } of LANES) {
    if (lane === 'raw') continue;
    const uri = `postgresql://postgres@127.0.0.1:${cluster.port}/${name(lane, mode)}?sslmode=require`;
    const guard = new PipedGuard(home, [
      'proxy',
      'postgres',
      '--quiet',
      ...(lane === 'prod' ? ['--env', 'prod'] : []),
      '--',
      uri,
    ]);
    const [, folder = ''] = await guard.see(/^(\/.*)\n/);
    guards.set(name(lane, mode), { guard, folder });
  }
}, 120_000);
afterAll(async () => {
  for (const { guard } of guards.values()) {
    process.kill(await guard.pid(), 'SIGTERM');
    await guard.done;
  }
  home[Symbol.dispose]();
  await cluster.stop();
});

/** Every byte that came back once the connection stood. */
async function bytesOf(
  { lane, mode }: { readonly lane: Lane; readonly mode: Mode },
  statements: Attack,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const socket = new Socket();
  const config: ClientConfig & { readonly binary?: boolean } = {
    host: lane === 'raw' ? cluster.socketFolder : guards.get(name(lane, mode))?.folder,
    port: cluster.port,
    user: 'postgres',
    password: cluster.superuser.password,
    database: name(lane, mode),
    ...(mode === 'binary' ? { binary: true } : {}),
    stream: () => socket,
  };
  const client = new Client(config);
  client.on('error', () => undefined);
  await client.connect();
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const text of statements) {
    const query: QueryConfig & { readonly queryMode: string } = {
      text,
      queryMode: mode === 'simple' ? 'simple' : 'extended',
    };
    await client.query(query).catch(() => undefined);
  }
  await client.end();
  return Buffer.concat(chunks);
}

describe.each(Object.entries(CLASSES))('%s', (_class, attacks) => {
  beforeAll(renew, 120_000);
  test.each(attacks.map((attack) => ({ attack })))('$attack', async ({ attack }) => {
    const [raw, ...guarded] = await Promise.all(
      LANES.map(async (at) => ({ ...at, found: leaksIn(await bytesOf(at, attack)) })),
    );
    expect(guarded.filter(({ found }) => found.length > 0)).toEqual([]);
    if (!isQuiet(attack)) expect(raw?.found).not.toEqual([]);
  });
});
