import type { Span } from './span.ts';

/**
 * What a parser could read. `partial` and `beyond-limits` are never "nothing found": decide/ sees the
 * status itself and adds the intent `unknown`.
 */
export type Parsed<Item> =
  | { readonly kind: 'complete'; readonly items: readonly Item[] }
  | { readonly kind: 'partial'; readonly items: readonly Item[]; readonly at: Span; readonly problem: string }
  | {
      readonly kind: 'beyond-limits';
      readonly items: readonly Item[];
      readonly limit: Limit;
      readonly problem: string;
    };

export type Limit = 'bytes' | 'words' | 'depth' | 'encoding';

export type ParsedKind = Parsed<unknown>['kind'];
