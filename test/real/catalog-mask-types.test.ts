import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellShape } from '../../src/mask/cell-shape.ts';
import { cellMasker, type Treatment } from '../../src/mask/cells.ts';
import { cellKind } from '../../src/mask/pg-types.ts';
import { keysOf } from '../mask/mask-keys.ts';
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

const keys = keysOf('k');
const TREATMENTS: readonly Treatment[] = [
  { class: 'opaque', style: 'stars' },
  { class: 'phi.date', style: 'year', year: 2026 },
  { class: 'phi.mrn', style: 'pseudonym', keys },
  { class: 'phi.ssn', style: 'last4' },
  { class: 'phi.name', style: 'same-width' },
  { class: 'phi.text', style: 'remove' },
];
const SAMPLES = [
  '1984-07-12',
  '1984-07-12 10:00:00+02',
  '{"a":"b"}',
  '{1,2}',
  '{1984-07-12}',
  'abcdefghijkl',
  'Jürgen Müller',
  '12',
  '123456789.25',
  '9007199254740993',
  '10:00',
  '9e886a7a-8005-c51c-1c8a-80fd103ec297',
  '10.1.2.3',
  '08:00:2b:01:02:03',
  '08:00:2b:01:02:03:04:05',
  '<a>b</a>',
  '\\xdeadbeef',
  '[1,5)',
  '{[1,5)}',
  '[2020-01-01,2020-02-01)',
  '1 day',
  'infinity',
  '',
];

interface Sample {
  readonly oid: number;
  readonly type: string;
  readonly text: Uint8Array;
  readonly binary: Uint8Array;
}

/** What the server itself makes of a sample: in the client's eyes a cell. */
async function cellsOf(oid: number, type: string, sample: string): Promise<Sample | undefined> {
  const cell = async (binary: boolean): Promise<Uint8Array> => {
    const config = {
      text: `SELECT $1::text::${type} AS cell`,
      values: [sample],
      binary,
      types: { getTypeParser: () => (value: Buffer | string) => Buffer.from(value) },
    };
    const { rows } = await client.query<{ cell: Buffer }>(config);
    return rows[0]?.cell ?? Buffer.alloc(0);
  };
  try {
    return { oid, type, text: await cell(false), binary: await cell(true) };
  } catch {
    return undefined;
  }
}

async function typesOfServer(): Promise<readonly { readonly oid: number; readonly type: string }[]> {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `SELECT oid::int AS oid, format_type(oid, NULL) AS name FROM pg_type
     WHERE typtype IN ('b', 'r', 'm') AND typnamespace = 'pg_catalog'::regnamespace AND oid < 16384 ORDER BY oid`,
  );
  const sized = [
    { oid: 1043, type: 'varchar(3)' },
    { oid: 1043, type: 'varchar(12)' },
    { oid: 1042, type: 'char(12)' },
    { oid: 1700, type: 'numeric(12,2)' },
  ];
  const plain = rows.map(({ oid, name }) => ({
    oid,
    type: name === '"char"' || !name.startsWith('"') ? name : `pg_catalog.${name}`,
  }));
  return [...plain, ...sized];
}

const MODIFIERS = new Map([
  ['varchar(3)', 7],
  ['varchar(12)', 16],
  ['char(12)', 16],
  ['numeric(12,2)', ((12 << 16) | 2) + 4],
]);

function shapeOf({ oid, type }: Sample, format: 'text' | 'binary') {
  const modifier = MODIFIERS.get(type) ?? -1;
  return cellShape({ name: '', tableOid: 0, columnNumber: 0, typeOid: oid, format, modifier });
}

test('every mask is valid input of its type, in text and binary, for every type the server has', async () => {
  const samples: Sample[] = [];
  for (const { oid, type } of await typesOfServer()) {
    for (const sample of SAMPLES) {
      const found = await cellsOf(oid, type, sample);
      if (found !== undefined) samples.push(found);
    }
  }
  const masks = new Map<string, { readonly type: string; readonly value: string | Buffer }>();
  const lost = new Set<string>();
  for (const sample of samples) {
    for (const treatment of TREATMENTS) {
      for (const format of ['text', 'binary'] as const) {
        const out = cellMasker(shapeOf(sample, format), treatment)(sample[format]);
        const key = `${sample.type} ${format} ${out === null ? 'NULL' : Buffer.from(out).toString('latin1')}`;
        if (out === null) lost.add(`${sample.type} ${format} ${treatment.style}`);
        else
          masks.set(key, {
            type: sample.type,
            value: format === 'binary' ? Buffer.from(out) : Buffer.from(out).toString(),
          });
      }
    }
  }
  const refused: string[] = [];
  for (const [key, { type, value }] of masks) {
    await client
      .query(`SELECT $1::${type}`, [value])
      .catch((error: Error) => refused.push(`${key}: ${error.message}`));
  }
  expect(refused).toEqual([]);
  expect(masks.size).toBeGreaterThan(300);
  const ordinary =
    /^(smallint|integer|bigint|numeric|real|double precision|date|timestamp.*|time.*|interval|uuid|json|jsonb|text|character.*|varchar.*|bytea|inet|cidr|xml|int4range|int4multirange|integer\[\]|text\[\]|uuid\[\]) /;
  expect([...lost].filter((each) => ordinary.test(each) && !each.endsWith('remove'))).toEqual([]);
}, 120_000);

test('array types are known as such', async () => {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `SELECT oid::int AS oid, format_type(oid, NULL) AS name FROM pg_type
     WHERE typcategory = 'A' AND typname LIKE '\\_%' AND typtype = 'b' AND typnamespace = 'pg_catalog'::regnamespace
       AND oid < 10000 AND typelem IN (SELECT oid FROM pg_type WHERE typtype IN ('b', 'r', 'm'))`,
  );
  const unknown = rows
    .filter(({ oid }) => !['array', 'textArray', 'multirange'].includes(cellKind(oid)))
    .map(({ oid, name }) => `${oid} ${name}`);
  expect(unknown).toEqual([]);
});
