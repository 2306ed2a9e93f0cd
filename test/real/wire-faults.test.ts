import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { QueryConfig } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Ruling } from '../../src/wire/postgres/gate.ts';
import { serveProxy } from '../../src/wire/postgres/proxy.ts';
import { encodeStartup } from '../../src/wire/postgres/startup.ts';
import { REFUSED, stars } from '../wire/postgres/recording-gate.ts';
import { type Cluster, freePort, startCluster } from './cluster.ts';
import { type Guarded, guarded, PSQL, targetOf } from './wire-harness.ts';

let cluster: Cluster;
let guard: Guarded | undefined;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE big AS SELECT i AS id, md5(i::text) AS payload FROM generate_series(1, 1000000) i;
     ALTER TABLE big OWNER TO nina`,
    cluster.database,
  );
});
afterAll(() => cluster.stop());
afterEach(async () => {
  await guard?.close();
  guard = undefined;
});

/** A setting of the driver that its types do not know. */
const binaryQuery: QueryConfig & { readonly binary: boolean } = {
  text: 'SELECT id FROM big WHERE id = $1',
  values: [1],
  binary: true,
};

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i += 1) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come to this');
}

async function backends(): Promise<number> {
  const [row] = await cluster.sql("SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'nina'");
  return Number(row?.['n']);
}

describe('a client that goes wrong', () => {
  test.each([
    ['noise', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a huge length', Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0])],
    ['nothing but zeros', Buffer.alloc(64)],
  ])('%s instead of a startup packet is answered FATAL', async (_name, bytes) => {
    guard = await guarded(cluster);
    const socket = createConnection(join(guard.folder, `.s.PGSQL.${cluster.port}`));
    let got = '';
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1');
    });
    socket.write(bytes);
    await until(() => socket.closed);
    expect(got).toContain('08P01');
    expect(guard.proxy.connections).toBe(0);
  });

  test('killed while its statement runs: the server side ends', async () => {
    guard = await guarded(cluster);
    const client = await guard.client();
    const sleeping = client.query('SELECT count(*) FROM big a, big b').catch((error: Error) => error);
    await until(async () => (await backends()) > 0);
    const { stream } = client.connection;
    stream.destroy();
    await until(() => guard?.proxy.connections === 0);
    await sleeping;
    expect(guard.gate.finished.at(-1)?.error).toBe('08006');
    await cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'nina'");
  });

  test('a slow reader of a million rows does not fill the memory', async () => {
    guard = await guarded(cluster, {
      rows: (_index, fields) => ({
        masker: {
          cells: fields.map((f) => (f.name === 'payload' ? stars : undefined)),
          counts: () => new Map(),
        },
      }),
    });
    const client = await guard.client();
    const { stream } = client.connection;
    const before = process.memoryUsage().rss;
    const done = client.query({ text: 'SELECT * FROM big', rowMode: 'array' });
    await until(() => (guard?.gate.requests.length ?? 0) > 0);
    stream.pause();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
    stream.resume();
    const result = await done;
    expect(result.rows).toHaveLength(1_000_000);
    expect(result.rows[999_999]).toEqual([1_000_000, '*****']);
    await client.end();
  });

  test('a statement of 100 MB is refused without being held', async () => {
    guard = await guarded(cluster);
    const client = await guard.client();
    const huge = `SELECT '${'x'.repeat(100_000_000)}'`;
    await expect(client.query(huge)).rejects.toMatchObject({ code: '54000' });
    await expect(client.query(huge.slice(0, 70_000_000), ['1'])).rejects.toMatchObject({ code: '54000' });
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(guard.gate.texts).toEqual(['execute: SELECT 1 AS one']);
    await client.end();
  });
});

describe('a server that goes away', () => {
  test('terminated in mid-result: its words reach the client', async () => {
    guard = await guarded(cluster);
    const client = await guard.client();
    const failed = client.query('SELECT pg_sleep(30)').catch((error: unknown) => error);
    await until(async () => (await backends()) > 0);
    await cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'nina'");
    expect(await failed).toMatchObject({ code: '57P01' });
    await until(() => guard?.proxy.connections === 0);
  });

  test('lost while a statement is on hold: the gate is told, the client gets FATAL', async () => {
    let aborted = false;
    guard = await guarded(cluster, {
      statement: (request) =>
        new Promise<Ruling>(() => {
          request.cancel.addEventListener('abort', () => {
            aborted = true;
          });
        }),
    });
    const client = await guard.client();
    const failed = client.query('SELECT 1').catch((error: unknown) => error);
    await until(() => (guard?.gate.requests.length ?? 0) > 0);
    await cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'nina'");
    expect(await failed).toMatchObject({ code: '57P01' });
    expect(aborted).toBe(true);
  });

  test('not there at all: 08001 with its address', async () => {
    const port = await freePort();
    const down = [{ host: 'localhost', hostaddr: '127.0.0.1', port }] as const;
    guard = await guarded(cluster, {}, { target: { servers: down } });
    const out = await guard.run('psql', [...PSQL, '-c', 'SELECT 1']);
    expect(out.status).toBe(2);
    expect(out.stderr).toContain(
      `connection to server at "localhost", port ${port} failed: Connection refused`,
    );
  });

  test('a client that stopped reading does not keep the proxy from closing', async () => {
    guard = await guarded(cluster);
    const client = await guard.client();
    const { stream } = client.connection;
    const asked = client.query('SELECT * FROM big').catch((error: unknown) => error);
    await until(() => (guard?.gate.requests.length ?? 0) > 0);
    stream.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const started = Date.now();
    await guard.proxy.close();
    expect(Date.now() - started).toBeLessThan(5000);
    stream.resume();
    expect(await asked).toBeInstanceOf(Error);
    await until(async () => (await backends()) === 0);
  });

  test('the second of two servers answers', async () => {
    const servers = [
      { host: 'localhost', hostaddr: '127.0.0.1', port: await freePort() },
      { host: 'localhost', hostaddr: '127.0.0.1', port: cluster.port },
    ] as const;
    guard = await guarded(cluster, {}, { target: { servers } });
    const client = await guard.client();
    expect(guard.gate.server?.peer).toEqual({ address: '127.0.0.1', port: cluster.port });
    await client.end();
  });

  test('restarted: FATAL, and a new connection works after the restart', async () => {
    guard = await guarded(cluster);
    const client = await guard.client();
    const failed = client.query('SELECT pg_sleep(30)').catch((error: { code?: string }) => error.code);
    await until(async () => (await backends()) > 0);
    await cluster.restart();
    expect(await failed).toMatch(/^(57P0[12]|08006)$/);
    const again = await guard.client();
    expect((await again.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await again.end();
  });
});

describe('cancel', () => {
  test('psql: Ctrl-C reaches the running statement', async () => {
    guard = await guarded(cluster);
    const started = Date.now();
    const child = spawn('psql', [...PSQL, '-c', 'SELECT pg_sleep(50)'], {
      env: {
        ...process.env,
        PGHOST: guard.folder,
        PGPORT: String(cluster.port),
        PGUSER: cluster.user.user,
        PGPASSWORD: cluster.user.password,
        PGDATABASE: cluster.database,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await until(async () => (await backends()) > 0 && (guard?.gates.at(-1)?.requests.length ?? 0) > 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGINT');
    await new Promise((resolve) => child.once('close', resolve));
    expect(stderr).toContain('canceling statement due to user request');
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  test('a key of no connection here is not forwarded', async () => {
    guard = await guarded(cluster);
    const client = await guard.client();
    const slow = client.query('SELECT pg_sleep(1)');
    const socket = createConnection(join(guard.folder, `.s.PGSQL.${cluster.port}`));
    const packet = Buffer.alloc(16);
    packet.writeInt32BE(16, 0);
    packet.writeInt32BE(80_877_102, 4);
    socket.write(packet);
    await until(() => socket.closed);
    await slow;
    await client.end();
  });
});

describe('drivers', () => {
  test('pg: refusals and errors inside a transaction, simple and extended', async () => {
    guard = await guarded(cluster, {
      statement: (request, forward) =>
        request.text.includes('DROP') ? { kind: 'refuse', how: 'substitute', refusal: REFUSED } : forward(),
    });
    const client = await guard.client();
    await client.query('BEGIN');
    await expect(client.query('DROP TABLE big')).rejects.toMatchObject({
      code: '42501',
      detail: 'the why',
      hint: 'the instead',
    });
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
    await expect(client.query('DROP TABLE big WHERE $1', ['x'])).rejects.toMatchObject({ code: '42501' });
    await client.query('ROLLBACK');
    const named = { name: 'one', text: 'SELECT $1::int + 1 AS n' };
    for (const n of [1, 2, 3]) {
      expect((await client.query({ ...named, values: [n] })).rows).toEqual([{ n: n + 1 }]);
    }
    expect(guard.gate.texts.filter((text) => text.startsWith('parse: SELECT $1'))).toHaveLength(1);
    await client.end();
  });

  test('a probe on a real server: EXPLAIN with the values of the client, nothing left behind', async () => {
    const plans: string[] = [];
    guard = await guarded(cluster, {
      statement: async (request, forward) => {
        if (request.phase === 'execute' && request.probe !== undefined && request.bound !== undefined) {
          const answer = await request.probe.bound(`EXPLAIN ${request.text}`, request.bound);
          plans.push(answer.kind === 'rows' ? String(answer.results[0]?.[0]?.[0]) : answer.message);
          await request.probe.simple('BEGIN READ ONLY; SELECT 1; ROLLBACK');
        }
        return forward();
      },
    });
    const client = await guard.client();
    const result = await client.query('SELECT * FROM big WHERE id = $1::int', [42]);
    expect(result.rows).toHaveLength(1);
    expect(plans[0]).toMatch(/Seq Scan on big|Gather/);
    const left = await client.query('SELECT name FROM pg_prepared_statements WHERE name LIKE $1', ['guard%']);
    expect(left.rows).toEqual([]);
    await client.end();
  });

  test("guard's own statements answer in psql and in a driver", async () => {
    guard = await guarded(cluster, {
      statement: (request, forward) =>
        request.text.startsWith('SHOW guard')
          ? { kind: 'answer', tag: 'SHOW', columns: ['status'], rows: [['all is well']] }
          : forward(),
    });
    const out = await guard.run('psql', [...PSQL, '-At'], 'BEGIN;\nSHOW guard.status;\nCOMMIT;\n');
    expect(out.stdout).toBe('BEGIN\nall is well\nCOMMIT\n');
    const client = await guard.client();
    const { rows } = await client.query({ text: 'SHOW guard.status', values: [], name: 'g' });
    expect(rows).toEqual([{ status: 'all is well' }]);
    await client.end();
  });

  test('binary cells reach the masker as binary', async () => {
    const formats: string[] = [];
    guard = await guarded(cluster, {
      rows: (_index, fields) => {
        formats.push(...fields.map((field) => field.format));
        return { masker: { cells: fields.map(() => () => null), counts: () => new Map() } };
      },
    });
    const client = await guard.client();
    const { rows } = await client.query(binaryQuery);
    expect(rows).toEqual([{ id: null }]);
    expect(formats).toEqual(['binary']);
    await client.end();
  });
});

describe('connections', () => {
  test.each(['disable', 'allow', 'prefer'] as const)('sslmode=%s', async (sslmode) => {
    guard = await guarded(cluster, {}, { target: { sslmode } });
    const client = await guard.client();
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    expect(rows).toEqual([{ ssl: sslmode === 'prefer' }]);
    await client.end();
  });

  test('over a unix socket there is no TLS', async () => {
    const servers = [{ host: cluster.socketFolder, port: cluster.port }] as const;
    guard = await guarded(cluster, {}, { target: { servers, sslmode: 'require' } });
    const client = await guard.client();
    expect(guard.gate.server?.certificate).toBeUndefined();
    expect(guard.gate.server?.peer).toEqual({ socket: `${cluster.socketFolder}/.s.PGSQL.${cluster.port}` });
    await client.end();
  });

  test.each([
    ['channel_binding=require', { channelBinding: 'require' }, 'channel_binding=require'],
    ['gssencmode=require', { gssencmode: 'require' }, 'gssencmode=require'],
    [
      'a missing root certificate',
      { sslmode: 'verify-full', sslrootcert: '/no/such/file' },
      'root certificate',
    ],
  ] as const)('%s is refused in plain words', async (_name, target, words) => {
    guard = await guarded(cluster, {}, { target });
    const out = await guard.run('psql', [...PSQL, '-c', 'SELECT 1']);
    expect(out.status).toBe(2);
    expect(out.stderr).toContain(words);
  });

  test('a certificate of another authority is refused', async () => {
    const other = await startCluster();
    try {
      guard = await guarded(
        cluster,
        {},
        { target: { sslmode: 'verify-ca', sslrootcert: other.rootCertificate } },
      );
      await expect(guard.client()).rejects.toMatchObject({ code: '08001' });
    } finally {
      await other.stop();
    }
  });

  test('the socket is private, and gone after close; a long path is refused', async () => {
    guard = await guarded(cluster);
    const path = join(guard.folder, `.s.PGSQL.${cluster.port}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const client = await guard.client();
    const ended = new Promise((resolve) => client.once('end', resolve));
    await guard.proxy.close();
    await ended;
    expect(existsSync(path)).toBe(false);
    const long = serveProxy({
      socketPath: join(guard.folder, 'x'.repeat(90)),
      target: targetOf(cluster),
      gate: () => {
        throw new Error('never');
      },
    });
    await expect(long).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('a replication startup is refused', async () => {
    guard = await guarded(cluster);
    const socket = createConnection(join(guard.folder, `.s.PGSQL.${cluster.port}`));
    let got = '';
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1');
    });
    socket.write(
      encodeStartup(
        196_608,
        new Map([
          ['user', 'nina'],
          ['replication', 'database'],
        ]),
      ),
    );
    await until(() => socket.closed);
    expect(got).toContain('guard refuses replication');
  });
});
