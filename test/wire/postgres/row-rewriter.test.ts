import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CellMasker } from '../../../src/model/row-masking.ts';
import { buildMessage, int16, int32, SERVER } from '../../../src/wire/postgres/message.ts';
import { Outbox } from '../../../src/wire/postgres/outbox.ts';
import { RowRewriter } from '../../../src/wire/postgres/row-rewriter.ts';

function dataRow(cells: readonly (string | null)[]): Buffer {
  const parts = cells.map((cell) => {
    const bytes = Buffer.from(cell ?? '');
    return Buffer.concat([int32(cell === null ? -1 : bytes.length), bytes]);
  });
  return buildMessage(SERVER.dataRow, int16(cells.length), ...parts);
}

interface Counting {
  readonly masker: CellMasker;
  readonly count: () => number;
}

/** The same mask twice: for who looks at each cell, and for who may write the constant. */
function maskOf(bytes: Uint8Array | null, constant: boolean): Counting {
  let counted = 0;
  const count = (): void => {
    counted += 1;
  };
  const each = (): Uint8Array | null => {
    count();
    return bytes;
  };
  return {
    masker: constant ? Object.assign(each, { constant: { bytes, count } }) : each,
    count: () => counted,
  };
}

function rewritten(rows: readonly Buffer[], cells: readonly (CellMasker | undefined)[]): string {
  const outbox = new Outbox();
  const rewriter = new RowRewriter(cells, outbox);
  const all = Buffer.concat(rows);
  let at = 0;
  for (const row of rows) {
    rewriter.rewrite(all, at, at + row.length);
    at += row.length;
  }
  return outbox.take()?.toString('hex') ?? '';
}

const cell = fc.option(fc.oneof(fc.string({ maxLength: 8 }), fc.string({ minLength: 90, maxLength: 120 })));
const mask = fc.option(
  fc.option(fc.oneof(fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ minLength: 200, maxLength: 700 }))),
  { nil: undefined },
);

test('a constant mask gives the bytes and the count of one that looks at every cell', () => {
  fc.assert(
    fc.property(
      fc
        .array(mask, { minLength: 1, maxLength: 5 })
        .chain((masks) =>
          fc.tuple(
            fc.constant(masks),
            fc.array(fc.array(cell, { minLength: masks.length, maxLength: masks.length }), { maxLength: 6 }),
          ),
        ),
      ([masks, rows]) => {
        const [looking, writing] = [false, true].map((constant) =>
          masks.map((bytes) => (bytes === undefined ? undefined : maskOf(bytes, constant))),
        );
        // More than one arena holds.
        const messages = Array.from({ length: 25 }, () => rows.map(dataRow)).flat();
        const [expected, got] = [looking, writing].map((each) =>
          rewritten(
            messages,
            (each ?? []).map((one) => one?.masker),
          ),
        );
        expect(got === expected).toBe(true);
        expect(writing?.map((one) => one?.count())).toEqual(looking?.map((one) => one?.count()));
      },
    ),
  );
});
