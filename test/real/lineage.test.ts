import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import type { Outputs } from '../../src/model/lineage.ts';
import type { SqlStatement } from '../../src/model/sql.ts';
import { rawText } from '../../src/model/text.ts';
import { traceOutputs } from '../../src/parse/sql/lineage/trace.ts';
import { loadSqlParser, parseSql } from '../../src/parse/sql/parse-sql.ts';
import { queries } from '../parse/sql/lineage/query-grammar.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { SHAPES } from './lineage-shapes.ts';
import { MARKS, readCatalog, STAGE } from './lineage-stage.ts';

const RANDOM_QUERIES = 500;

let cluster: Cluster;
let client: Client;
let catalog: CatalogSnapshot;

beforeAll(async () => {
  await loadSqlParser();
  cluster = await startCluster();
  await cluster.sql(STAGE, 'clinic');
  client = new Client({
    host: cluster.socketFolder,
    port: cluster.port,
    user: 'postgres',
    database: 'clinic',
  });
  await client.connect();
  catalog = await readCatalog(client);
});

afterAll(async () => {
  await client.end();
  await cluster.stop();
});

function only(sql: string): SqlStatement {
  const [item] = parseSql(rawText(sql)).items;
  if (item === undefined) throw new Error(`not a statement: ${sql}`);
  return item;
}

function trace(sql: string): Outputs {
  return traceOutputs(only(sql), { catalog, prepared: {}, cursors: {} });
}

/** Queries behind psql's backslash commands. */
const COMMANDS = [
  '\\d',
  '\\d+',
  '\\d patients',
  '\\d+ patients',
  '\\d v_patients',
  '\\d+ v_patients',
  '\\d ids',
  '\\d patients_pkey',
  '\\d people',
  '\\d+ people',
  '\\d measurements',
  '\\dt',
  '\\dt+',
  '\\di+',
  '\\dv+',
  '\\dm+',
  '\\ds+',
  '\\df',
  '\\df+',
  '\\dn',
  '\\dn+',
  '\\du',
  '\\du+',
  '\\l',
  '\\l+',
  '\\dp',
  '\\ddp',
  '\\dT+',
  '\\dD',
  '\\dx',
  '\\dx+',
  '\\db+',
  '\\dc',
  '\\dC',
  '\\dO',
  '\\dF',
  '\\dFd',
  '\\dew+',
  '\\dX',
  '\\dA',
  '\\dAc',
  '\\da',
  '\\do',
  '\\dL',
  '\\dy',
  '\\dRp',
  '\\dP',
  '\\sf get_ssn',
  '\\sv v_patients',
  '\\dd',
];

describe("psql's own queries", () => {
  test.each(COMMANDS.map((command) => ({ command })))('$command is readable', ({ command }) => {
    const printed = execFileSync(
      'psql',
      [
        '-X',
        '-E',
        '-h',
        cluster.socketFolder,
        '-p',
        String(cluster.port),
        '-U',
        'postgres',
        'clinic',
        '-c',
        command,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const queries = [...printed.matchAll(/\*{9} QUERY \*{10}\n([\s\S]*?)\n\*{26}/g)].map(
      (match) => match[1] ?? '',
    );
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) {
      const outputs = trace(query);
      const told =
        outputs.kind === 'columns'
          ? outputs.columns.filter((column) => column.how === 'opaque' || column.classes.length > 0)
          : [outputs];
      expect({ query, told }).toEqual({ query, told: [] });
    }
  });
});

interface Answer {
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Runs one statement and takes back what it wrote. */
async function ask(sql: string): Promise<Answer> {
  await client.query('BEGIN');
  try {
    const result = await client.query({ text: sql, rowMode: 'array' });
    return { names: result.fields.map((field) => field.name), rows: result.rows };
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Everything PostgreSQL sent that guard takes for clean, and every disagreement about the columns. */
function complaints(sql: string, answer: Answer): readonly string[] {
  const outputs = trace(sql);
  if (outputs.kind === 'opaque') return [];
  const columns = outputs.kind === 'none' ? [] : outputs.columns;
  const found: string[] = [];
  const names = columns.map((column) => column.name);
  if (JSON.stringify(names) !== JSON.stringify(answer.names))
    found.push(`columns ${names}, PostgreSQL says ${answer.names}`);
  columns.forEach((column, index) => {
    if (column.how === 'opaque' || column.classes.length > 0) return;
    const leak = answer.rows.find((row) => MARKS.test(JSON.stringify(row[index]) ?? ''));
    if (leak !== undefined)
      found.push(`${column.name} is ${column.how} but shows ${JSON.stringify(leak[index])}`);
  });
  return found;
}

describe('PostgreSQL agrees', () => {
  test.each(SHAPES.map((sql) => ({ sql })))('$sql', async ({ sql }) => {
    expect(complaints(sql, await ask(sql))).toEqual([]);
  });

  test('on random queries', async () => {
    const failed: string[] = [];
    let asked = 0;
    for (const { sql } of fc.sample(fc.integer({ min: 1, max: 4 }).chain(queries), RANDOM_QUERIES)) {
      const answer = await ask(sql).catch(() => undefined);
      if (answer === undefined) continue;
      asked += 1;
      for (const each of complaints(sql, answer)) failed.push(`${each}: ${sql}`);
    }
    expect(failed).toEqual([]);
    expect(asked).toBeGreaterThan(RANDOM_QUERIES * 0.9);
  });
});
