/** The same fields without those that are undefined: an absent fact is not a fact that is undefined. */
export function present<Fields extends object>(
  fields: Fields,
): { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}
