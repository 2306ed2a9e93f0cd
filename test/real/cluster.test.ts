import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

test('the test server speaks TLS and SCRAM to an ordinary user', async () => {
  const client = new Client({
    host: 'localhost',
    port: cluster.port,
    ...cluster.user,
    database: 'clinic',
    ssl: { ca: readFileSync(cluster.rootCertificate, 'utf8') },
  });
  await client.connect();
  const { rows } = await client.query(
    'SELECT ssl, current_user AS who FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
  );
  expect(rows).toEqual([{ ssl: true, who: 'nina' }]);
  await client.end();
});

test('a wrong password is refused', async () => {
  const client = new Client({
    host: '127.0.0.1',
    port: cluster.port,
    user: 'nina',
    password: 'wrong',
    database: 'clinic',
  });
  await expect(client.connect()).rejects.toThrow(/password authentication failed/);
});
