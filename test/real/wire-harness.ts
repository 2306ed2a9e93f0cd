import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type ClientConfig } from 'pg';
import type { ProxyLimits } from '../../src/wire/postgres/limits.ts';
import { type ProxyServer, serveProxy } from '../../src/wire/postgres/proxy.ts';
import type { ConnectionTarget } from '../../src/wire/postgres/target.ts';
import { type GateScript, RecordingGate } from '../wire/postgres/recording-gate.ts';
import type { Cluster } from './cluster.ts';

export interface Guarded {
  readonly folder: string;
  readonly proxy: ProxyServer;
  readonly gates: RecordingGate[];
  readonly trouble: string[];
  /** The gate of the newest connection. */
  readonly gate: RecordingGate;
  client(config?: ClientConfig): Promise<Client>;
  run(program: string, args: readonly string[], input?: string): Promise<Finished>;
  close(): Promise<void>;
}

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function targetOf(cluster: Cluster, changes: Partial<ConnectionTarget> = {}): ConnectionTarget {
  return {
    servers: [{ host: 'localhost', hostaddr: '127.0.0.1', port: cluster.port }],
    user: cluster.user.user,
    database: cluster.database,
    sslmode: 'require',
    sslsni: true,
    channelBinding: 'prefer',
    gssencmode: 'disable',
    targetSessionAttrs: 'any',
    connectTimeout: 10,
    passfile: '',
    sources: {},
    ...changes,
  };
}

/** A proxy before the cluster, with a scripted gate. */
export async function guarded(
  cluster: Cluster,
  script: GateScript = {},
  options: { target?: Partial<ConnectionTarget>; limits?: Partial<ProxyLimits> } = {},
): Promise<Guarded> {
  const folder = mkdtempSync(join(tmpdir(), 'guard-wire-'));
  chmodSync(folder, 0o700);
  const gates: RecordingGate[] = [];
  const trouble: string[] = [];
  const proxy = await serveProxy({
    socketPath: join(folder, `.s.PGSQL.${cluster.port}`),
    target: targetOf(cluster, options.target),
    gate: () => {
      const gate = new RecordingGate(script);
      gates.push(gate);
      return gate;
    },
    onTrouble: (message) => trouble.push(message),
    ...(options.limits !== undefined && { limits: options.limits }),
  });
  const { user, password } = cluster.user;
  return {
    folder,
    proxy,
    gates,
    trouble,
    get gate(): RecordingGate {
      const gate = gates.at(-1);
      if (gate === undefined) throw new Error('nobody connected');
      return gate;
    },
    client: async (config = {}) => {
      const client = new Client({
        host: folder,
        port: cluster.port,
        user,
        password,
        database: cluster.database,
        ...config,
      });
      client.on('error', () => {});
      await client.connect();
      return client;
    },
    run: (program, args, input = '') =>
      runProgram(program, args, {
        input,
        env: {
          PATH: process.env['PATH'],
          PGHOST: folder,
          PGPORT: String(cluster.port),
          PGUSER: user,
          PGPASSWORD: password,
          PGDATABASE: cluster.database,
          LC_ALL: 'C.UTF-8',
        },
      }),
    close: async () => {
      await proxy.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly input: string; readonly env: Record<string, string | undefined> },
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: options.env, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdin.on('error', () => {});
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    child.stdin.end(options.input);
  });
}

export const PSQL = ['-X', '-v', 'ON_ERROR_STOP=0'];
