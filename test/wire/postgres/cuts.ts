import { Buffer } from 'node:buffer';

/** `bytes` in pieces that end at the given places (taken modulo the length). */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const chunks: Buffer[] = [];
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    chunks.push(Buffer.from(bytes.subarray(from, end)));
    from = end;
  }
  return chunks;
}
