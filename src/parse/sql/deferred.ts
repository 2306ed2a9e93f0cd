import type { SqlEffect } from '../../model/sql.ts';
import { EffectSink } from './sink.ts';
import { TreeWalk } from './tree-walk.ts';

/**
 * A definition (view, rule, policy, function body) runs later, under another statement's name. What reaches outside the
 * tables is reported where it is defined, because nothing shows it where it runs; plain reads and writes are not.
 */
function reachesOutside(effect: SqlEffect): boolean {
  switch (effect.kind) {
    case 'server-file':
    case 'server-program':
    case 'server-control':
    case 'remote':
    case 'log-tamper':
    case 'secret-read':
      return true;
    case 'setting':
      return effect.weakens !== undefined;
    case 'role':
      return effect.action !== 'set' || effect.roles.length > 0;
    default:
      return false;
  }
}

/** Walks a part that only runs later. */
export function walkDeferred(walk: TreeWalk, part: (inner: TreeWalk) => void): void {
  const sink = new EffectSink();
  part(new TreeWalk(sink, walk.parts));
  for (const effect of sink.effects()) if (reachesOutside(effect)) walk.sink.add(effect);
}
