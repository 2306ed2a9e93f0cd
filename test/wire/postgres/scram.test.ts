import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Doorkeeper } from '../../../src/wire/postgres/doorkeeper.ts';
import { buildMessage, CLIENT, int32 } from '../../../src/wire/postgres/message.ts';
import { saslPrepare } from '../../../src/wire/postgres/sasl-prepare.ts';
import { makeVerifier, SCRAM, ScramClient, ScramServer } from '../../../src/wire/postgres/scram.ts';

const TOKEN = 'AFI3hf83hfkjhKJH-_';
const verifier = makeVerifier(TOKEN);

function exchange(password: string, change: (final: string) => string = (final) => final) {
  const server = new ScramServer(verifier);
  const client = new ScramClient(password);
  const first = server.first(client.first());
  const final = first === undefined ? undefined : client.final(first);
  const last = final === undefined ? undefined : server.final(change(final));
  return { last, verified: last !== undefined && client.verifies(last) };
}

describe('SCRAM-SHA-256', () => {
  test('the same secret on both sides is proved to both sides', () => {
    expect(exchange(TOKEN)).toEqual({ last: expect.stringMatching(/^v=/), verified: true });
  });

  test.each([
    ['another secret', `${TOKEN}x`, undefined],
    ['no secret', '', undefined],
    ['another nonce', TOKEN, (final: string) => final.replace(/r=./, 'r=%')],
    ['a claim to be bound', TOKEN, (final: string) => final.replace('c=biws', 'c=eSws')],
    ['a proof cut short', TOKEN, (final: string) => final.slice(0, -8)],
    ['no proof', TOKEN, (final: string) => final.replace(/,p=.*/, '')],
  ])('%s is not let in', (_name, password, change) => {
    expect(exchange(password, change).last).toBeUndefined();
  });

  test('a proof is good for one exchange', () => {
    const client = new ScramClient(TOKEN);
    const [one, two] = [new ScramServer(verifier), new ScramServer(verifier)];
    const final = client.final(one.first(client.first()) ?? '') ?? '';
    two.first(client.first());
    expect(two.final(final)).toBeUndefined();
    expect(one.final(final)).toBeDefined();
  });

  test.each([
    ['binds to a channel', 'p=tls-server-end-point,,n=,r=abc'],
    ['names somebody to act for', 'n,a=root,n=,r=abc'],
    ['has no nonce', 'n,,n=,r='],
    ['is empty', ''],
  ])('a first message that %s is refused', (_name, first) => {
    expect(new ScramServer(verifier).first(first)).toBeUndefined();
  });

  test.each([
    ['another nonce', () => 'r=other,s=QUJD,i=4096'],
    ['no nonce of its own', (nonce: string) => `r=${nonce},s=QUJD,i=4096`],
    ['no iterations', (nonce: string) => `r=${nonce}x,s=QUJD,i=0`],
    ['iterations for hours', (nonce: string) => `r=${nonce}x,s=QUJD,i=999999999`],
    ['an extension', (nonce: string) => `m=x,r=${nonce}x,s=QUJD,i=4096`],
  ])('nothing is proved to a server with %s', (_name, words) => {
    const client = new ScramClient(TOKEN);
    const nonce = client.first().slice('n,,n=,r='.length);
    expect(client.final(words(nonce))).toBeUndefined();
  });

  test('a server that does not know the password is found out', () => {
    const client = new ScramClient(TOKEN);
    const nonce = client.first().slice('n,,n=,r='.length);
    expect(client.verifies('v=AAAA')).toBe(false);
    client.final(`r=${nonce}x,s=QUJD,i=4096`);
    expect(client.verifies(`v=${Buffer.alloc(32).toString('base64')}`)).toBe(false);
  });
});

describe('the doorkeeper', () => {
  const sasl = (...parts: (Uint8Array | string)[]) => buildMessage(CLIENT.password, ...parts);

  /** Where the bytes are cut does not matter. */
  test('lets the right token in, and hands on what came behind it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (size) => {
        const door = new Doorkeeper(verifier);
        const client = new ScramClient(TOKEN);
        const words = Buffer.from(client.first());
        const challenge = feed(door, sasl(SCRAM, int32(words.length), words), size);
        const first = challenge?.kind === 'wait' ? challenge.send?.subarray(9).toString() : undefined;
        const final = client.final(first ?? '') ?? '';
        const behind = Buffer.from('Qabc');
        const opened = feed(door, Buffer.concat([sasl(Buffer.from(final)), behind]), 10_000);
        expect(opened).toMatchObject({ kind: 'open', rest: behind });
      }),
      { numRuns: 10 },
    );
  });

  test.each([
    ['a query', buildMessage(CLIENT.query, 'SELECT 1')],
    ['a plain password', sasl(TOKEN)],
    ['another mechanism', sasl('PLAIN', int32(3), Buffer.from('abc'))],
    ['a message that never ends', Buffer.from([CLIENT.password, 0x7f, 0xff, 0xff, 0xff])],
    ['a negative length', Buffer.from([CLIENT.password, 0xff, 0xff, 0xff, 0xff])],
  ])('%s does not open it', (_name, bytes) => {
    expect(read(new Doorkeeper(verifier), bytes)).toBe('closed');
  });

  function feed(door: Doorkeeper, bytes: Buffer, size: number) {
    let said: ReturnType<Doorkeeper['push']> | undefined;
    for (let at = 0; at < bytes.length; at += size) said = door.push(bytes.subarray(at, at + size));
    return said;
  }

  function read(door: Doorkeeper, bytes: Buffer): string {
    try {
      return door.push(bytes).kind;
    } catch {
      return 'closed';
    }
  }
});

test.each([
  ['user', 'user'],
  ['I\u00adX', 'IX'],
  ['\u00aa', 'a'],
  ['\u2168', 'IX'],
  ['a\u00a0b', 'a b'],
  ['\u0007', '\u0007'],
  ['a\u0007\u00ad', 'a\u0007\u00ad'],
  ['\u00ad', '\u00ad'],
])('%j is prepared as %j (RFC 4013, section 3)', (text, prepared) => {
  expect(saslPrepare(text)).toBe(prepared);
});
