import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyMasker } from '../../src/mask/copy.ts';
import type { CopyLayout } from '../../src/model/sql.ts';
import { type Cluster, serverPrograms, startCluster } from './cluster.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE nasty(id int, secret text, note text);
     INSERT INTO nasty SELECT i, v, v FROM unnest(ARRAY['plain', '', NULL, '\\N', E'tab\\there', E'line\\nbreak\\r', 'back\\slash',
       'quo"te', 'it''s', 'a,b;c|d', '\\.', E'\\b\\f\\v', 'ő患😀', ' lead', E'\\\\', '"', '""', 'none']) WITH ORDINALITY AS t(v, i);`,
    'clinic',
  );
});

afterAll(async () => {
  await cluster?.stop();
});

function psql(sql: string, input?: Buffer): Buffer {
  return execFileSync(
    join(serverPrograms(), 'psql'),
    [
      '-XqAt',
      '-v',
      'ON_ERROR_STOP=1',
      '-h',
      cluster.socketFolder,
      '-p',
      String(cluster.port),
      '-U',
      'postgres',
      '-c',
      sql,
      'clinic',
    ],
    { ...(input === undefined ? {} : { input }), env: { ...process.env, PGCLIENTENCODING: 'UTF8' } },
  );
}

const hide = () => new TextEncoder().encode('*****');
const TEXT: CopyLayout = {
  format: 'text',
  delimiter: '\t',
  quote: '"',
  escape: '"',
  null: '\\N',
  header: false,
};
const CSV: CopyLayout = { ...TEXT, format: 'csv', delimiter: ',', null: '' };

test.each<[string, CopyLayout]>([
  ['FORMAT text', TEXT],
  [`FORMAT text, DELIMITER '|', NULL 'none!'`, { ...TEXT, delimiter: '|', null: 'none!' }],
  ['FORMAT csv', CSV],
  ['FORMAT csv, FORCE_QUOTE *', CSV],
  [
    `FORMAT csv, DELIMITER ';', QUOTE '''', ESCAPE '\\', NULL 'none'`,
    { ...CSV, delimiter: ';', quote: "'", escape: '\\', null: 'none' },
  ],
  ['FORMAT csv, HEADER', { ...CSV, header: true }],
])('COPY (%s): PostgreSQL reads the masked copy back, other columns untouched', (options, layout) => {
  const whole = psql(`COPY nasty TO STDOUT (${options})`);
  for (const size of [1, 7, whole.length]) {
    const masker = copyMasker({ layout, cells: [undefined, hide, undefined], counts: () => new Map() });
    const parts: Uint8Array[] = [];
    for (let at = 0; at < whole.length; at += size)
      parts.push(Buffer.from(masker.push(whole.subarray(at, at + size))));
    parts.push(masker.end());
    psql(`DROP TABLE IF EXISTS back; CREATE TABLE back(id int, secret text, note text)`);
    const importOptions = options.replace(', FORCE_QUOTE *', '');
    psql(`COPY back FROM STDIN (${importOptions})`, Buffer.concat(parts));
    const wrong = psql(
      `SELECT n.id FROM nasty n FULL JOIN back b USING (id)
       WHERE b.note IS DISTINCT FROM n.note OR b.secret IS DISTINCT FROM CASE WHEN n.secret IS NOT NULL THEN '*****' END`,
    );
    expect(wrong.toString()).toBe('');
  }
});
