import { createHmac } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellMasker, type Treatment } from '../../src/mask/cells.ts';
import { cellKind } from '../../src/mask/pg-types.ts';
import { type Cluster, startCluster } from './cluster.ts';

let cluster: Cluster;
let client: Client;

beforeAll(async () => {
  cluster = await startCluster();
  client = new Client({
    host: cluster.host,
    port: cluster.port,
    database: cluster.database,
    ...cluster.user,
    ssl: { rejectUnauthorized: false },
  });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await cluster?.stop();
});

const digest = (domain: string, value: Uint8Array): Uint8Array =>
  createHmac('sha256', 'k').update(domain).update(value).digest();
const TREATMENTS: readonly Treatment[] = [
  { class: 'opaque' },
  { class: 'phi.date', year: 2026 },
  { class: 'phi.mrn', digest },
  { class: 'phi.ssn', last4: true },
];
const SAMPLES = [
  '1984-07-12',
  '1984-07-12 10:00:00+02',
  '{"a":"b"}',
  '{1,2}',
  'abcdef',
  '12',
  'infinity',
  '',
];

test('every mask is valid input of its type, for every type the server has', async () => {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `SELECT oid::int AS oid, format_type(oid, NULL) AS name FROM pg_type
     WHERE typtype IN ('b', 'r', 'm') AND typnamespace = 'pg_catalog'::regnamespace AND oid < 16384 ORDER BY oid`,
  );
  expect(rows.length).toBeGreaterThan(100);
  const refused: string[] = [];
  const masks = new Set<string>();
  for (const { oid, name } of rows) {
    for (const treatment of TREATMENTS) {
      const masker = cellMasker(cellKind(oid), 'text', treatment);
      for (const sample of SAMPLES) {
        const out = masker(new TextEncoder().encode(sample));
        if (out !== null) masks.add(`${name}\t${new TextDecoder().decode(out)}`);
      }
    }
  }
  for (const line of masks) {
    const [name = '', mask = ''] = line.split('\t');
    const type = name === '"char"' || !name.startsWith('"') ? name : `pg_catalog.${name}`;
    await client
      .query(`SELECT $1::${type}`, [mask])
      .catch((error: Error) => refused.push(`${line}: ${error.message}`));
  }
  expect(refused).toEqual([]);
  expect(masks.size).toBeGreaterThan(100);
});

test('array types are known as such', async () => {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `SELECT oid::int AS oid, format_type(oid, NULL) AS name FROM pg_type
     WHERE typcategory = 'A' AND typname LIKE '\\_%' AND typtype = 'b' AND typnamespace = 'pg_catalog'::regnamespace
       AND oid < 10000 AND typelem IN (SELECT oid FROM pg_type WHERE typtype IN ('b', 'r', 'm'))`,
  );
  const unknown = rows
    .filter(({ oid }) => !['array', 'textArray'].includes(cellKind(oid)))
    .map(({ oid, name }) => `${oid} ${name}`);
  expect(unknown).toEqual([]);
});
