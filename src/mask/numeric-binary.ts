const GROUP = 10_000n;
const HEADER_BYTES = 8;
const NEGATIVE = 0x4000;
/** Groups of four digits that are read: 40 digits. */
const MOST_GROUPS = 10;

/** An integer as numeric_send writes it (src/backend/utils/adt/numeric.c): groups of four digits, the first the largest. */
export function numericBytes(value: bigint): Uint8Array {
  const groups: number[] = [];
  for (let rest = value < 0n ? -value : value; rest > 0n; rest /= GROUP) groups.unshift(Number(rest % GROUP));
  const out = new Uint8Array(HEADER_BYTES + groups.length * 2);
  const view = new DataView(out.buffer);
  view.setInt16(0, groups.length);
  view.setInt16(2, Math.max(0, groups.length - 1));
  view.setInt16(4, value < 0n ? NEGATIVE : 0);
  groups.forEach((group, index) => {
    view.setInt16(HEADER_BYTES + index * 2, group);
  });
  return out;
}

/** The integer of numeric_send's bytes; undefined for fractions, negative and very large numbers, NaN and infinities. */
export function readNumeric(cell: Uint8Array): bigint | undefined {
  if (cell.length < HEADER_BYTES) return undefined;
  const view = new DataView(cell.buffer, cell.byteOffset, cell.byteLength);
  const count = view.getInt16(0);
  const weight = view.getInt16(2);
  const isPlain = view.getInt16(4) === 0 && view.getInt16(6) === 0;
  if (!isPlain || count < 0 || weight >= MOST_GROUPS || cell.length !== HEADER_BYTES + count * 2)
    return undefined;
  let value = 0n;
  for (let at = 0; at <= weight; at++) {
    value = value * GROUP + BigInt(at < count ? view.getInt16(HEADER_BYTES + at * 2) : 0);
  }
  return value;
}
