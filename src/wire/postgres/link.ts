import type { Buffer } from 'node:buffer';
import { GuardError } from '../../model/errors.ts';
import { SERVER } from './message.ts';
import { encodeCancel } from './startup.ts';
import type { ConnectionTarget, ServerAddress } from './target.ts';
import { openUpstream, type TlsWish, tlsAttempts, type Upstream } from './upstream.ts';

/** A cancel request that the server does not take in this time is given up (milliseconds). */
const CANCEL_MS = 5000;

export interface Linked {
  readonly upstream: Upstream;
  /** The server's first words. */
  readonly first: Buffer;
}

/**
 * Connects, sends the startup packet and waits for the first answer: servers in their order, for each the TLS
 * attempts of sslmode. An ErrorResponse as the first word tries the next TLS attempt, as libpq does, and is
 * passed on when it was the last. `signal` gives the attempt up.
 */
export async function link(target: ConnectionTarget, startup: Buffer, signal: AbortSignal): Promise<Linked> {
  refuseImpossible(target);
  const failures: string[] = [];
  for (const server of target.servers) {
    const linked = await linkServer(target, { server, startup, signal }, failures);
    if (linked !== undefined) return linked;
  }
  throw new GuardError('TARGET_UNREACHABLE', [...new Set(failures)].join('; '));
}

function refuseImpossible(target: ConnectionTarget): void {
  if (target.channelBinding === 'require') {
    throw new GuardError(
      'TARGET_UNREACHABLE',
      'channel_binding=require can not work through guard: the login would be bound to a connection guard stands in',
      {
        hint: 'Use channel_binding=prefer with sslmode=verify-full: guard checks the server certificate itself.',
      },
    );
  }
  if (target.gssencmode === 'require') {
    throw new GuardError('TARGET_UNREACHABLE', 'gssencmode=require can not work through guard', {
      hint: 'Use TLS (sslmode=verify-full) and gssencmode=disable.',
    });
  }
}

interface Attempt {
  readonly server: ServerAddress;
  readonly startup: Buffer;
  readonly signal: AbortSignal;
}

async function linkServer(
  target: ConnectionTarget,
  attempt: Attempt,
  failures: string[],
): Promise<Linked | undefined> {
  let refused: Linked | undefined;
  for (const wish of tlsAttempts(target, attempt.server)) {
    if (attempt.signal.aborted) throw new GuardError('TARGET_UNREACHABLE', 'given up');
    const linked = await linkOnce(target, attempt, wish).catch((error: unknown) => {
      failures.push(error instanceof GuardError ? error.message : 'connection failed');
      return undefined;
    });
    if (linked === undefined) continue;
    refused?.upstream.socket.destroy();
    if (isFinal(linked)) return linked;
    refused = linked;
  }
  return refused;
}

/** Accepted, or refused in a way that another TLS attempt would not change. */
function isFinal(linked: Linked): boolean {
  const { wish, certificate } = linked.upstream;
  return linked.first[0] !== SERVER.error || (wish === 'prefer' && certificate === undefined);
}

async function linkOnce(target: ConnectionTarget, attempt: Attempt, wish: TlsWish): Promise<Linked> {
  const upstream = await openUpstream(target, attempt.server, wish);
  const { socket } = upstream;
  return new Promise((resolve, reject) => {
    const lose = (): void => {
      socket.destroy();
      reject(new GuardError('TARGET_UNREACHABLE', 'server closed the connection unexpectedly'));
    };
    socket.once('error', lose);
    socket.once('close', lose);
    attempt.signal.addEventListener('abort', lose, { once: true });
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.off('error', lose);
      socket.off('close', lose);
      attempt.signal.removeEventListener('abort', lose);
      resolve({ upstream, first });
    });
    socket.write(attempt.startup);
    socket.resume();
  });
}

/** Sends a CancelRequest over a fresh connection with the same TLS; resolves when the server closed it. */
export async function cancelOver(target: ConnectionTarget, upstream: Upstream, key: Buffer): Promise<void> {
  const secure = upstream.certificate !== undefined;
  const { socket } = await openUpstream(target, upstream.server, secure ? 'must' : 'no');
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.destroy(), CANCEL_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
    socket.end(encodeCancel(key));
  });
}
