import { networkInterfaces } from 'node:os';
import { type Listener, listenerOf, listenerOfSocket } from './listener.ts';
import { plainAddress } from './listener-table.ts';

/** How a target is reached from this machine. */
export type Reach =
  | { readonly kind: 'remote' }
  /** An address or socket of this machine; what stands behind it may still be far away. */
  | { readonly kind: 'local'; readonly listener: Listener };

/** The far end of the connection, as the socket itself says. */
export interface Peer {
  readonly address?: string;
  readonly port?: number;
  readonly socket?: string;
}

function isOwnAddress(address: string): boolean {
  const plain = plainAddress(address.split('%')[0] ?? address);
  if (plain === '::1' || plain.startsWith('127.')) return true;
  return Object.values(networkInterfaces()).some((all) =>
    all?.some((one) => plainAddress(one.address) === plain),
  );
}

/** Finds out how a connected peer is reached. What can't be seen counts as remote or unknown, never as local. */
export function observeReach(peer: Peer): Reach {
  if (peer.socket !== undefined) return { kind: 'local', listener: listenerOfSocket(peer.socket) };
  if (peer.address === undefined || peer.port === undefined || !isOwnAddress(peer.address))
    return { kind: 'remote' };
  return { kind: 'local', listener: listenerOf(peer.address, peer.port) };
}
