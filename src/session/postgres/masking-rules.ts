import { type CatalogIndex, indexCatalog } from '../../mask/catalog-index.ts';
import type { MaskingRules } from '../../mask/fate.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { Environment } from '../../model/environment.ts';
import type { Judgement } from '../../model/judge.ts';
import { defaultMask, type MaskPattern, type Obligations } from '../../model/obligation.ts';
import type { GateSetting } from './gate-setting.ts';

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

/** What one allowed message was judged with. */
export interface MaskingWorld {
  readonly judgement: Pick<Judgement, 'obligations'>;
  readonly catalog: CatalogSnapshot | undefined;
  readonly environment: Environment;
}

/** A read of nothing classed has no obligation, but what it returns may still hold a value nobody expected there. */
function patterns(obligations: Obligations, environment: Environment): readonly MaskPattern[] {
  if (obligations.mask.length > 0) return obligations.mask;
  return defaultMask(environment);
}

/** How the results of one allowed message are masked. */
export function rulesFor(
  { policy, actor, keys, issued }: Pick<GateSetting, 'policy' | 'actor' | 'keys' | 'issued'>,
  { judgement, catalog, environment }: MaskingWorld,
): MaskingRules {
  return {
    catalog: indexOf(catalog ?? UNREADABLE),
    mask: patterns(judgement.obligations, environment),
    unclassified: policy.unclassified[actor.kind][environment.class],
    keys,
    issued,
    styles: policy.styles,
    year: new Date().getFullYear(),
  };
}
