import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutAt } from './cuts.ts';
import { type GateScript, REFUSED, stars } from './recording-gate.ts';
import { Scripted, say } from './scripted.ts';

const script: GateScript = {
  statement: (request, forward) =>
    request.text.includes('DROP') ? { kind: 'refuse', how: 'synthesize', refusal: REFUSED } : forward(),
  rows: (_index, fields) => ({
    masker: { cells: fields.map((f) => (f.name === 'ssn' ? stars : undefined)), counts: () => new Map() },
    maxRows: 3,
  }),
  copyOut: () => undefined,
  scrub: (fields) => new Map([...fields].map(([code, text]) => [code, code === 'M' ? `<${text}>` : text])),
};

/** One exchange: what the client sends, what the server answers to what reaches it. */
interface Exchange {
  readonly client: Buffer;
  readonly server: Buffer;
}

const result = (rows: readonly string[]): Buffer =>
  Buffer.concat([
    say.fields('id', 'ssn'),
    ...rows.map((text, i) => say.row(i % 2 === 0 ? text : null, text)),
    say.complete(`SELECT ${rows.length}`),
  ]);

const text = fc.string({ maxLength: 30 }).map((value) => value.replaceAll('\0', ''));
const rows = fc.array(text, { maxLength: 6 });

const exchange: fc.Arbitrary<Exchange> = fc.oneof(
  rows.map((list) => ({
    client: say.query('SELECT 1'),
    server: Buffer.concat([result(list), say.notice('n'), result(list), say.ready('I')]),
  })),
  fc.constant({ client: say.query('DROP TABLE x'), server: Buffer.alloc(0) }),
  rows.map((list) => ({
    client: Buffer.concat([say.parse('', 'x'), say.bind('', ''), say.execute(''), say.sync]),
    server: Buffer.concat([say.parsed, say.bound, result(list), say.ready('I')]),
  })),
  fc.constant({
    client: Buffer.concat([say.parse('', 'DROP'), say.bind('', ''), say.execute(''), say.sync]),
    server: Buffer.alloc(0),
  }),
  rows.map((list) => ({
    client: Buffer.concat([say.query('COPY x TO STDOUT')]),
    server: Buffer.concat([
      say.copyOut,
      ...list.map(say.copyData),
      say.copyDone,
      say.complete('COPY 1'),
      say.ready('I'),
    ]),
  })),
  text.map((message) => ({
    client: Buffer.concat([say.parse('s', 'x'), say.sync]),
    server: Buffer.concat([say.parameter('a', message), say.error('42601', message), say.ready('I')]),
  })),
);

async function play(
  exchanges: readonly Exchange[],
  cuts: readonly number[],
): Promise<{ client: Buffer; server: Buffer; gate: unknown }> {
  const wire = await Scripted.running(script);
  for (const { client, server } of exchanges) {
    for (const chunk of cutAt(client, cuts)) wire.client(chunk);
    for (const chunk of cutAt(server, cuts)) wire.server(chunk);
  }
  const { texts, completed, finished, closings } = wire.gate;
  return {
    client: wire.forClient(),
    server: wire.forServer(),
    gate: { texts, completed, finished, closings },
  };
}

describe('a connection', () => {
  test('any cut of both streams gives the same bytes and the same calls of the gate', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(exchange, { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        async (list, cuts) => {
          const once = await play(list, []);
          expect(await play(list, cuts)).toEqual(once);
          expect(once.gate).toMatchObject({ closings: [] });
        },
      ),
    );
  });

  test('garbage from either side never throws and never reaches the other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 5, maxLength: 200 }),
        fc.boolean(),
        async (bytes, fromServer) => {
          const wire = await Scripted.running(script);
          // A type that neither side knows, so that whatever follows is refused with it.
          const garbage = Buffer.concat([Buffer.from([0x7f, 0, 0, 0, 4]), Buffer.from(bytes)]);
          if (fromServer) wire.server(garbage);
          else wire.client(garbage);
          expect(wire.closed).toBe(true);
          expect(wire.forServer()).toHaveLength(0);
        },
      ),
    );
  });
});
