import { createHmac } from 'node:crypto';
import { type CatalogIndex, indexCatalog } from '../../mask/catalog-index.ts';
import type { MaskingRules } from '../../mask/fate.ts';
import type { KeyedDigest } from '../../mask/pseudonym.ts';
import type { ActorKind } from '../../model/actor.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { Environment } from '../../model/environment.ts';
import { defaultMask, type MaskPattern, type Obligations } from '../../model/obligation.ts';
import type { CompiledPolicy } from '../../model/policy.ts';

/** Stands for a catalog that can't be read: nothing is known, so nothing passes unmasked. */
const UNREADABLE: CatalogSnapshot = {
  version: 'unreadable',
  database: '',
  searchPath: [],
  relations: [],
  foreignKeys: [],
  functions: [],
  complete: false,
};

const indexes = new WeakMap<CatalogSnapshot, CatalogIndex>();

function indexOf(catalog: CatalogSnapshot): CatalogIndex {
  const known = indexes.get(catalog) ?? indexCatalog(catalog);
  indexes.set(catalog, known);
  return known;
}

/** HMAC-SHA-256 under the session's key: the same patient gets the same pseudonym, and nobody can compute it back. */
export function sessionDigest(key: Uint8Array): KeyedDigest {
  return (domain, value) => createHmac('sha256', key).update(domain).update('\0').update(value).digest();
}

export interface MaskingWorld {
  readonly catalog: CatalogSnapshot | undefined;
  readonly policy: CompiledPolicy;
  readonly actor: ActorKind;
  readonly environment: Environment;
  readonly digest: KeyedDigest;
}

/** A read of nothing classed has no obligation, but what it returns may still hold a value nobody expected there. */
function patterns(obligations: Obligations, environment: Environment): readonly MaskPattern[] {
  if (obligations.mask.length > 0) return obligations.mask;
  return defaultMask(environment);
}

/** How the results of one allowed message are masked. */
export function maskingRules(world: MaskingWorld, obligations: Obligations): MaskingRules {
  return {
    catalog: indexOf(world.catalog ?? UNREADABLE),
    mask: patterns(obligations, world.environment),
    unclassified: world.policy.unclassified[world.actor][world.environment.class],
    digest: world.digest,
    year: new Date().getFullYear(),
  };
}
