/** Puts the names that people know into a stream of bytes in place of others; where the stream is cut never matters. */
export class KnownNames {
  readonly #names: readonly (readonly [from: Buffer, to: Buffer])[];
  readonly #start: Buffer;
  readonly #longest: number;
  #held: Buffer = Buffer.alloc(0);

  /** `start`: what all of the names begin with; not empty. No name may be the beginning of another. */
  constructor(names: ReadonlyMap<string, string>, start: string) {
    this.#names = [...names].map(([from, to]) => [Buffer.from(from), Buffer.from(to)]);
    this.#start = Buffer.from(start);
    this.#longest = Math.max(this.#start.length, ...this.#names.map(([from]) => from.length));
  }

  push(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const keep = this.#unsureFrom(bytes);
    this.#held = Buffer.from(bytes.subarray(keep));
    return this.#replace(bytes.subarray(0, keep));
  }

  /** What was held back, when the stream ends. */
  end(): Buffer {
    const rest = this.#replace(this.#held);
    this.#held = Buffer.alloc(0);
    return rest;
  }

  /** Where a name may have begun whose end is not there yet. */
  #unsureFrom(bytes: Buffer): number {
    const first = Math.max(0, bytes.length - this.#longest + 1);
    for (let at = first; at < bytes.length; at += 1) {
      const rest = bytes.subarray(at, at + this.#start.length);
      if (this.#start.subarray(0, rest.length).equals(rest)) return at;
    }
    return bytes.length;
  }

  #replace(bytes: Buffer): Buffer {
    const pieces: Buffer[] = [];
    let from = 0;
    for (let at = bytes.indexOf(this.#start); at >= 0; at = bytes.indexOf(this.#start, at + 1)) {
      const name = this.#names.find(([known]) => bytes.subarray(at, at + known.length).equals(known));
      if (name === undefined) continue;
      pieces.push(bytes.subarray(from, at), name[1]);
      from = at + name[0].length;
    }
    return from === 0 ? bytes : Buffer.concat([...pieces, bytes.subarray(from)]);
  }
}
