import { type CatalogIndex, indexCatalog } from '../../mask/catalog-index.ts';
import type { MaskingRules } from '../../mask/fate.ts';
import type { IssuedMasks } from '../../mask/issued-masks.ts';
import type { MaskKeys } from '../../mask/mask-keys.ts';
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

export interface MaskingWorld {
  readonly catalog: CatalogSnapshot | undefined;
  readonly policy: CompiledPolicy;
  readonly actor: ActorKind;
  readonly environment: Environment;
  readonly keys: MaskKeys;
  readonly issued: IssuedMasks;
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
    keys: world.keys,
    issued: world.issued,
    styles: world.policy.styles,
    year: new Date().getFullYear(),
  };
}
