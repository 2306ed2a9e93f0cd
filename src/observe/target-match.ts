import type { EnvironmentLabel } from '../model/policy.ts';
import type { RegisteredTarget } from './target-entry.ts';

/** What is known of one connected (or only resolved) PostgreSQL target. */
export interface TargetFacts {
  /** As the user named it: host name, address or socket folder. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly service?: string;
  /** `pg:<system identifier>/<database oid>`, once the server has said it. */
  readonly identity?: string;
  /** SHA-256 of the server's certificate (DER), hex; absent without TLS. */
  readonly certificate?: string;
}

/** `host:port`, the way a target is reached, as a label remembers it. */
export function routeOf({ host, port }: Pick<TargetFacts, 'host' | 'port'>): string {
  return `${host.toLowerCase()}:${port}`;
}

/** The identity a target is registered under: what the server says of itself, else its certificate. */
export function identityOf(
  facts: Pick<TargetFacts, 'identity' | 'certificate' | 'database'>,
): string | undefined {
  if (facts.identity !== undefined) return facts.identity;
  // A certificate is a server's, not a database's.
  return facts.certificate === undefined ? undefined : `tls:${facts.certificate}/${facts.database}`;
}

/** The server without the database: what all databases of one cluster share. */
function serverOf(identity: string): string {
  return identity.slice(0, Math.max(identity.indexOf('/'), 0));
}

/**
 * True when this entry was made for exactly this target. A restored copy of a cluster has the system identifier of
 * its original: so a label also holds only with the certificate it was given with, or (without TLS) by the way it
 * was reached when it was given.
 */
export function isPinned(entry: RegisteredTarget, facts: TargetFacts): boolean {
  if (entry.identity !== identityOf(facts)) return false;
  if (entry.certificate !== undefined || facts.certificate !== undefined)
    return entry.certificate === facts.certificate;
  return entry.routes.includes(routeOf(facts));
}

/** True when this entry may be about the same server, however it is reached: enough to raise, never to lower. */
export function isRelated(entry: RegisteredTarget, facts: TargetFacts): boolean {
  if (entry.certificate !== undefined && entry.certificate === facts.certificate) return true;
  return facts.identity !== undefined && serverOf(entry.identity) === serverOf(facts.identity);
}

/** Globs know `*` only; matched without going back, so that a long name costs no more than its length times the pieces. */
export function matchesGlob(text: string, glob: string): boolean {
  const [first = '', ...pieces] = glob.toLowerCase().split('*');
  const subject = text.toLowerCase();
  const last = pieces.pop();
  if (last === undefined) return subject === first;
  if (!subject.startsWith(first) || !subject.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = subject.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= subject.length - last.length;
}

function fits(globs: readonly string[] | undefined, text: string | undefined): boolean {
  return globs === undefined || (text !== undefined && globs.some((glob) => matchesGlob(text, glob)));
}

/** True when what a policy or settings file says of environments is about this target. */
export function isDescribedBy(label: EnvironmentLabel, facts: TargetFacts): boolean {
  if (label.context !== undefined) return false;
  return (
    fits(label.host, facts.host) && fits(label.database, facts.database) && fits(label.service, facts.service)
  );
}
