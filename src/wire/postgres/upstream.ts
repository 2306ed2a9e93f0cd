import type { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { GuardError } from '../../model/errors.ts';
import type { ServerFacts } from './gate.ts';
import { encodeSslRequest } from './startup.ts';
import type { ConnectionTarget, ServerAddress } from './target.ts';
import { tlsOptions } from './tls-context.ts';

/** libpq never waits less than this for one server (seconds). */
const SHORTEST_TIMEOUT_S = 2;
const ACCEPTED = 0x53;
const DECLINED = 0x4e;

/** Whether this attempt speaks TLS: `prefer` takes what the server offers. */
export type TlsWish = 'no' | 'prefer' | 'must';

export interface Upstream {
  readonly socket: Socket;
  readonly server: ServerAddress;
  readonly wish: TlsWish;
  /** SHA-256 of the certificate (DER), lower-case hex. */
  readonly certificate: string | undefined;
  readonly peer: ServerFacts['peer'];
}

/** What libpq would try for each server, in order (section 34.19, table of sslmode). */
export function tlsAttempts(target: ConnectionTarget, server: ServerAddress): readonly TlsWish[] {
  if (isSocketFolder(server)) return ['no'];
  switch (target.sslmode) {
    case 'disable':
      return ['no'];
    case 'allow':
      return ['no', 'must'];
    case 'prefer':
      return ['prefer', 'no'];
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return ['must'];
  }
}

function isSocketFolder(server: ServerAddress): boolean {
  return server.hostaddr === undefined && (server.host.startsWith('/') || server.host.startsWith('@'));
}

/** One connection as libpq names it in its errors. */
export function addressText(server: ServerAddress): string {
  if (isSocketFolder(server)) return `on socket "${socketPath(server)}"`;
  return `to server at "${server.host || (server.hostaddr ?? '')}", port ${server.port}`;
}

function socketPath(server: ServerAddress): string {
  const path = `${server.host}/.s.PGSQL.${server.port}`;
  return path.startsWith('@') ? `\0${path.slice(1)}` : path;
}

/**
 * Connects and, where wished, speaks TLS; the startup packet is the caller's. Rejects with a GuardError whose
 * message names the server and the cause, never a secret.
 */
export async function openUpstream(
  target: ConnectionTarget,
  server: ServerAddress,
  wish: TlsWish,
): Promise<Upstream> {
  const limit = timeoutMs(target.connectTimeout);
  const socket = await dial(server, limit);
  try {
    const secure = wish === 'no' ? undefined : await negotiate(socket, wish, limit);
    if (secure !== true)
      return { socket, server, wish, certificate: undefined, peer: peerOf(socket, server) };
    const encrypted = await encrypt(socket, { target, host: server.host || (server.hostaddr ?? '') }, limit);
    const certificate = encrypted.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
    return { socket: encrypted, server, wish, certificate, peer: peerOf(socket, server) };
  } catch (error) {
    socket.destroy();
    throw failure(server, error);
  }
}

function timeoutMs(seconds: number): number {
  return seconds <= 0 ? 0 : Math.max(seconds, SHORTEST_TIMEOUT_S) * 1000;
}

function peerOf(socket: Socket, server: ServerAddress): ServerFacts['peer'] {
  if (isSocketFolder(server)) return { socket: socketPath(server) };
  const { remoteAddress, remotePort } = socket;
  return {
    ...(remoteAddress !== undefined && { address: remoteAddress }),
    ...(remotePort !== undefined && { port: remotePort }),
  };
}

function dial(server: ServerAddress, limit: number): Promise<Socket> {
  const socket = isSocketFolder(server)
    ? connect({ path: socketPath(server) })
    : connect({ host: server.hostaddr ?? server.host, port: server.port, noDelay: true, keepAlive: true });
  // Whoever owns the socket later sees its `close`; an error without a listener would end the process.
  socket.on('error', () => {});
  return settle<Socket>(socket, limit, (resolve) => {
    socket.once('connect', () => resolve(socket));
  }).catch((error: unknown) => {
    socket.destroy();
    throw failure(server, error);
  });
}

/** Sends SSLRequest; true when the server agreed. Bytes behind its answer would be unencrypted: refused. */
function negotiate(socket: Socket, wish: 'prefer' | 'must', limit: number): Promise<boolean> {
  return settle(socket, limit, (resolve, reject) => {
    socket.write(encodeSslRequest());
    socket.once('data', (answer: Buffer) => {
      socket.pause();
      const [said] = answer;
      if (answer.length === 1 && said === ACCEPTED) resolve(true);
      else if (answer.length === 1 && said === DECLINED && wish === 'prefer') resolve(false);
      else if (said === DECLINED) reject(new Error('server does not support SSL, but SSL was required'));
      else reject(new Error('received an unexpected answer to the SSL request'));
    });
  });
}

function encrypt(
  socket: Socket,
  link: { readonly target: ConnectionTarget; readonly host: string },
  limit: number,
): Promise<TLSSocket> {
  const secure = connectTls({ ...tlsOptions(link.target, link.host), socket });
  secure.on('error', () => {});
  return settle(secure, limit, (resolve) => secure.once('secureConnect', () => resolve(secure)));
}

type Begin<T> = (resolve: (value: T) => void, reject: (error: Error) => void) => void;

/** The first of: what `begin` waits for, an error, the end of the socket, the time limit (0: none). */
function settle<T>(socket: Socket, limit: number, begin: Begin<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = limit > 0 ? setTimeout(() => lose(new Error('timeout expired')), limit) : undefined;
    const onClose = (): void => lose(new Error('server closed the connection unexpectedly'));
    const stop = (): void => {
      clearTimeout(timer);
      socket.off('error', lose);
      socket.off('close', onClose);
    };
    const lose = (error: Error): void => {
      stop();
      reject(error);
    };
    socket.once('error', lose);
    socket.once('close', onClose);
    begin((value) => {
      stop();
      resolve(value);
    }, lose);
  });
}

function failure(server: ServerAddress, error: unknown): GuardError {
  if (error instanceof GuardError && error.message.startsWith('connection ')) return error;
  const because = error instanceof Error ? plainCause(error) : 'unknown error';
  return new GuardError('TARGET_UNREACHABLE', `connection ${addressText(server)} failed: ${because}`, {
    cause: error,
  });
}

const CAUSES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'Connection refused'],
  ['ENOENT', 'No such file or directory'],
  ['EACCES', 'Permission denied'],
  ['ETIMEDOUT', 'Connection timed out'],
  ['EHOSTUNREACH', 'No route to host'],
  ['ENETUNREACH', 'Network is unreachable'],
  ['ENOTFOUND', 'could not translate host name to address'],
  ['EAI_AGAIN', 'could not translate host name to address'],
  ['ECONNRESET', 'server closed the connection unexpectedly'],
]);

function plainCause(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return CAUSES.get(code) ?? error.message;
}
