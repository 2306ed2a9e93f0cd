/** Deeper documents are replaced as a whole. */
const MAX_DEPTH = 64;
const HIDDEN = '*****';
/** Keys that a program wrote. Anything else (a name, a number as a key) is data and hidden too. */
const PROGRAM_KEY = /^[a-z_][A-Za-z_]{0,40}\d{0,2}$/;

/** The document with every leaf hidden and its shape kept; `null` when it can't be read. Always valid JSON. */
export function hideJson(text: string): string {
  try {
    return JSON.stringify(hidden(JSON.parse(text), 0));
  } catch {
    return 'null';
  }
}

/** The document with each string leaf rewritten; undefined when it can't be read. */
export function mapJsonStrings(
  text: string,
  rewrite: (leaf: string, key: string) => string,
): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), (key, value: unknown) =>
      typeof value === 'string' ? rewrite(value, key) : value,
    );
  } catch {
    return undefined;
  }
}

function hidden(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH || typeof value === 'string') return HIDDEN;
  if (typeof value === 'number') return 0;
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) return value.map((item) => hidden(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item], index) => [
      PROGRAM_KEY.test(key) ? key : `${HIDDEN}${index}`,
      hidden(item, depth + 1),
    ]),
  );
}
