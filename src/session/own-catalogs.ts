import { inheritClasses } from '../catalog/inherit.ts';
import { applyLabels } from '../catalog/labels.ts';
import { GuardError } from '../model/errors.ts';
import { findKnown, type KnownCatalog, knownCatalogs } from './known-catalogs.ts';
import { LabelStore, labelsFor, type StoredLabel } from './labels.ts';
import type { Ground } from './start.ts';
import { catalogFolder, labelsFile } from './state-places.ts';

function nothingKnown(name: string | undefined, known: readonly KnownCatalog[]): GuardError {
  if (known.length === 0)
    return new GuardError('USAGE', 'guard has not seen a database yet', {
      hint: 'connect once, for example: guard -- psql prod',
    });
  const names = [...new Set(known.map(({ target }) => target))].slice(0, 10).join(', ');
  return new GuardError('USAGE', `no known database is called "${name}"`, { hint: `known: ${names}` });
}

/** The remembered database that `name` means (the one seen last without a name), labels applied as a session would. Throws USAGE. */
export function labelledCatalog(ground: Ground, name: string | undefined): KnownCatalog {
  const known = knownCatalogs(catalogFolder(ground.stateFolder));
  const [found, ...others] = findKnown(known, name);
  if (found === undefined) throw nothingKnown(name, known);
  if (others.length > 0)
    throw new GuardError('USAGE', `several databases are called "${name}"`, {
      hint: `use an identity: ${[found, ...others].map(({ identity }) => identity).join(', ')}`,
    });
  const labels = labelsFor(found.identity, ground.policy.labels, storedLabels(ground));
  return { ...found, snapshot: inheritClasses(applyLabels(found.snapshot, labels)) };
}

export function storedLabels(ground: Ground): readonly StoredLabel[] {
  return new LabelStore(labelsFile(ground.stateFolder)).read();
}
