import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FramePlan, FrameReader, type FrameSink } from '../../../src/wire/postgres/frame.ts';
import { buildMessage } from '../../../src/wire/postgres/message.ts';
import { cutAt } from './cuts.ts';

/** Plans by type: `w` whole, `s` stream, `d` discard; others whole. */
class Collector implements FrameSink {
  readonly seen: string[] = [];
  #streamed = '';
  blocked = false;

  plan(type: number): FramePlan {
    if (this.blocked) return 'wait';
    const letter = String.fromCharCode(type);
    this.#seal();
    if (letter === 's') return 'stream';
    return letter === 'd' ? 'discard' : 'whole';
  }

  whole(bytes: Buffer, start: number, end: number): void {
    this.seen.push(`whole ${bytes.toString('latin1', start, end)}`);
  }

  piece(bytes: Buffer, start: number, end: number): void {
    this.#streamed += bytes.toString('latin1', start, end);
  }

  discarded(type: number): void {
    this.seen.push(`discarded ${type}`);
  }

  #seal(): void {
    if (this.#streamed !== '') this.seen.push(`streamed ${this.#streamed}`);
    this.#streamed = '';
  }

  done(): readonly string[] {
    this.#seal();
    return this.seen;
  }
}

const messages = fc.array(fc.tuple(fc.constantFrom('w', 's', 'd', 'D'), fc.uint8Array({ maxLength: 40 })), {
  maxLength: 12,
});

describe('FrameReader', () => {
  test('any cut of the input gives the same messages', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat()), (list, cuts) => {
        const bytes = Buffer.concat(list.map(([type, body]) => buildMessage(type.charCodeAt(0), body)));
        const [once, cut] = [new Collector(), new Collector()];
        new FrameReader(once).push(bytes);
        const reader = new FrameReader(cut);
        for (const chunk of cutAt(bytes, cuts)) reader.push(chunk);
        expect(cut.done()).toEqual(once.done());
        expect(once.seen).toHaveLength(list.length);
        expect(reader.heldBytes).toBe(0);
      }),
    );
  });

  test('waits before a message and goes on from there, whatever came meanwhile', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat()), fc.nat(12), (list, cuts, stop) => {
        const bytes = Buffer.concat(list.map(([type, body]) => buildMessage(type.charCodeAt(0), body)));
        const [once, halting] = [new Collector(), new Collector()];
        new FrameReader(once).push(bytes);
        const reader = new FrameReader(halting);
        for (const [i, chunk] of cutAt(bytes, cuts).entries()) {
          halting.blocked = i % (stop + 1) === 0;
          reader.push(chunk);
          halting.blocked = false;
          if (i % 3 === 0) reader.resume();
        }
        reader.resume();
        expect(halting.done()).toEqual(once.done());
      }),
    );
  });

  test.each([
    ['shorter than its own length field', [0x51, 0, 0, 0, 3]],
    ['negative', [0x51, 0xff, 0xff, 0xff, 0xff]],
    ['larger than PostgreSQL allows', [0x51, 0x40, 0, 0, 0]],
  ])('a length that is %s ends it', (_name, bytes) => {
    expect(() => new FrameReader(new Collector()).push(Buffer.from(bytes))).toThrow('protocol violation');
  });

  test('a streamed message is never held', () => {
    const reader = new FrameReader(new Collector());
    reader.push(buildMessage(0x73, Buffer.alloc(1000)).subarray(0, 600));
    expect(reader.heldBytes).toBe(0);
  });
});
