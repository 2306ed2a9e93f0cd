import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeCancel,
  encodeSslRequest,
  encodeStartup,
  type StartupEvent,
  StartupReader,
} from '../../../src/wire/postgres/startup.ts';
import { cutAt } from './cuts.ts';

const parameters = new Map([
  ['user', 'nina'],
  ['database', 'clinic'],
]);

function readAll(bytes: Buffer, cuts: readonly number[] = []): StartupEvent[] {
  const reader = new StartupReader();
  const events: StartupEvent[] = [];
  for (const chunk of cutAt(bytes, cuts)) {
    if (events.at(-1)?.kind === 'start') break;
    events.push(...reader.push(chunk));
  }
  return events;
}

describe('StartupReader', () => {
  test('any cut gives the same events', () => {
    const bytes = Buffer.concat([encodeSslRequest(), encodeStartup(196_608, parameters)]);
    fc.assert(
      fc.property(fc.array(fc.nat()), (cuts) => {
        expect(readAll(bytes, cuts)).toEqual(readAll(bytes));
      }),
    );
    expect(readAll(bytes).map((event) => event.kind)).toEqual(['encryption', 'start']);
  });

  test('keeps parameters and what follows', () => {
    const [event] = readAll(Buffer.concat([encodeStartup(196_610, parameters), Buffer.from('rest')]));
    expect(event).toMatchObject({
      startup: { version: 196_610, declined: undefined },
      rest: Buffer.from('rest'),
    });
    expect(event?.kind === 'start' && [...event.startup.parameters]).toEqual([...parameters]);
  });

  test('a newer minor version and protocol extensions are declined', () => {
    const [event] = readAll(encodeStartup(196_608 + 9, new Map([...parameters, ['_pq_.x', '1']])));
    expect(event).toMatchObject({ startup: { version: 196_608, declined: ['_pq_.x'] } });
    expect(event?.kind === 'start' && event.startup.parameters.has('_pq_.x')).toBe(false);
  });

  test('a cancel request of any key length', () => {
    const [event] = readAll(encodeCancel(Buffer.from('0123456789abcdef')));
    expect(event).toEqual({ kind: 'cancel', key: Buffer.from('0123456789abcdef') });
  });

  const packet = (length: number, code: number, body = Buffer.alloc(0)): Buffer => {
    const head = Buffer.alloc(8);
    head.writeInt32BE(length, 0);
    head.writeInt32BE(code, 4);
    return Buffer.concat([head, body]);
  };
  test.each([
    ['too long', packet(10_005, 196_608)],
    ['too short', packet(4, 196_608)],
    ['protocol 2', packet(10, 131_072, Buffer.alloc(2))],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['invalid UTF-8', packet(11, 196_608, Buffer.from([0xff, 0, 0]))],
    ['no end', packet(12, 196_608, Buffer.from('abcd'))],
    ['bytes after the end', packet(11, 196_608, Buffer.from([0, 1, 0]))],
    [
      'a third encryption request',
      Buffer.concat([encodeSslRequest(), encodeSslRequest(), encodeSslRequest()]),
    ],
  ])('refuses %s', (_name, bytes) => {
    expect(() => readAll(bytes)).toThrow();
  });
});
