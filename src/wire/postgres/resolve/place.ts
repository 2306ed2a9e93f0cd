import type { ConnectionTarget } from '../target.ts';

/** Where a connection really went, in words that rules about hosts and services may be matched against. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly service?: string;
}

interface Peer {
  readonly address?: string;
  readonly port?: number;
  readonly socket?: string;
}

/**
 * The host and service a target may be called by. `host=dev hostaddr=<prod>` connects to the address, whatever the name
 * says; of several servers only the peer tells which one answered; a service whose host was given otherwise says
 * nothing of where the connection went.
 */
export function placeOf(target: ConnectionTarget, peer: Peer): Place {
  const [first, ...others] = target.servers;
  const port = peer.port ?? first.port;
  const reached = peer.address ?? peer.socket;
  const named = first.hostaddr ?? first.host;
  const host = others.length > 0 && reached !== undefined ? reached : named;
  const { service, sources } = target;
  const said = `service ${service}`;
  const isServices = service !== undefined && sources['host'] === said;
  const overridden = ['hostaddr', 'port'].some(
    (name) => ![undefined, said, 'default'].includes(sources[name]),
  );
  return { host, port, ...(isServices && !overridden ? { service } : {}) };
}
