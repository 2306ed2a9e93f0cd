/** The same fields without those that are undefined: an absent fact is not a fact that is undefined. */
export function present<Fields extends object>(
  fields: Fields,
): { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept[name] = value;
  return kept as { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}
