import type { FilledColumn } from '../../../model/judge.ts';
import { Resolver } from './resolve.ts';
import type { Tracer } from './tracer.ts';

/** Columns of known tables that a traced statement fills with values that have a class. */
export function filledOfKnown(tracer: Tracer): readonly FilledColumn[] {
  if (tracer.stored.length === 0) return [];
  const resolver = new Resolver(tracer.budget());
  return tracer.stored.flatMap(({ column, value }): readonly FilledColumn[] => {
    if (resolver.resolve(value).classes.length === 0) return [];
    const origins = column.sources.flatMap((source) => source.leaf?.origins ?? []);
    return origins.slice(0, 1).map((origin) => ({ kind: 'known', ...origin }));
  });
}
