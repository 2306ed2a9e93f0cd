declare const brand: unique symbol;

/** A nominal type: only the one place that mints it can make a `Brand<T, Name>` out of a `T`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Accepts a plain `T` and refuses every branded one: a place where captured text must not go by accident. */
export type Unbranded<T> = T & { readonly [brand]?: never };
