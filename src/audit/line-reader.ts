import { readSync } from 'node:fs';
import { MAX_LINE_BYTES } from './entry-line.ts';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 262_144;

export interface LineSink {
  /** Without its newline; the bytes are only good during the call. `number` counts from 1. */
  line(line: Buffer, number: number): void;
  /** A line longer than any entry; its bytes are skipped. */
  tooLong(number: number): void;
  /** Bytes after the last newline. */
  torn(number: number): void;
}

class LineReader {
  readonly #sink: LineSink;
  #rest: Buffer = Buffer.alloc(0);
  #number = 1;
  #skipping = false;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      this.#finish(chunk.subarray(start, at));
      start = at + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  end(): void {
    if (this.#rest.length > 0 || this.#skipping) this.#sink.torn(this.#number);
  }

  #finish(end: Buffer): void {
    const line = this.#rest.length === 0 ? end : Buffer.concat([this.#rest, end]);
    this.#rest = Buffer.alloc(0);
    if (this.#skipping || line.length > MAX_LINE_BYTES) this.#sink.tooLong(this.#number);
    else this.#sink.line(line, this.#number);
    this.#skipping = false;
    this.#number += 1;
  }

  #keep(rest: Buffer): void {
    if (this.#skipping || rest.length === 0) return;
    // A copy: the chunk is filled again.
    this.#rest = Buffer.concat([this.#rest, rest]);
    if (this.#rest.length <= MAX_LINE_BYTES) return;
    this.#skipping = true;
    this.#rest = Buffer.alloc(0);
  }
}

/** Reads `size` bytes of a file as lines in bounded memory, whatever stands in it. Throws system errors. */
export function readLines(fd: number, size: number, sink: LineSink): void {
  const reader = new LineReader(sink);
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size));
  for (let at = 0; at < size; ) {
    const got = readSync(fd, chunk, 0, Math.min(chunk.length, size - at), at);
    if (got === 0) break;
    reader.push(chunk.subarray(0, got));
    at += got;
  }
  reader.end();
}
