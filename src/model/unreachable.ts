/** Closes a `switch` over a union: a member nobody handles is a compile error. */
export function unreachable(value: never): never {
  throw new TypeError(`unreachable: ${JSON.stringify(value)}`);
}
