/** Translates the byte offsets that PostgreSQL's parser gives into positions of a JavaScript text. */
export interface Offsets {
  /** UTF-16 index of a byte offset. Ask in ascending order: each answer begins where the last one ended. */
  toIndex(byte: number): number;
  /** Code point count of the same place. */
  readonly codePoints: number;
}

/** Offsets of a text of one-byte characters are the same in every unit. */
export function asciiOffsets(): Offsets {
  let at = 0;
  return {
    toIndex: (byte) => {
      at = byte;
      return byte;
    },
    get codePoints() {
      return at;
    },
  };
}

/** Walks a text without lone surrogates once, from front to back. */
export function utf8Offsets(text: string): Offsets {
  let index = 0;
  let bytes = 0;
  let codePoints = 0;
  return {
    toIndex: (byte) => {
      while (bytes < byte && index < text.length) {
        const point = text.codePointAt(index) ?? 0;
        bytes += utf8Length(point);
        index += point > 0xffff ? 2 : 1;
        codePoints += 1;
      }
      return index;
    },
    get codePoints() {
      return codePoints;
    },
  };
}

/** Bytes of one code point in UTF-8 (RFC 3629). */
export function utf8Length(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}
