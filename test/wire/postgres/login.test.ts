import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { REFUSED } from './recording-gate.ts';
import { read, Scripted, say, tick, types } from './scripted.ts';

const OK = [say.auth(0), say.key, say.ready('I')];

describe('startup', () => {
  test('the gate chooses the parameters', () => {
    const wire = new Scripted();
    const packet = wire.start()?.toString('latin1');
    expect(packet).toContain('user\0nina\0database\0clinic\0client_encoding\0UTF8\0\0');
  });

  test.each([
    ['the gate refuses', { startup: () => ({ kind: 'refuse', refusal: REFUSED }) as const }, {}],
    ['replication is asked for', {}, { replication: 'database' }],
    [
      'the gate would ask for replication',
      { startup: () => ({ kind: 'forward', parameters: new Map([['replication', 'true']]) }) as const },
      {},
    ],
  ])('nothing is sent when %s', (_name, script, parameters) => {
    const wire = new Scripted(script);
    expect(wire.start({ user: 'nina', ...parameters })).toBeUndefined();
    expect(read(wire.forClient())[0]).toContain('SFATAL');
    expect(wire.closed).toBe(true);
  });
});

describe('login', () => {
  test('SCRAM is relayed without channel binding', () => {
    const wire = new Scripted();
    wire.start();
    wire.server(say.auth(10, 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', Buffer.alloc(1)));
    expect(wire.forClient()).toEqual(say.auth(10, 'SCRAM-SHA-256', Buffer.alloc(1)));
    const answer = Buffer.from([0x70, 0, 0, 0, 6, 1, 2]);
    wire.client(answer);
    expect(wire.forServer()).toEqual(answer);
  });

  test('untouched mechanisms pass byte for byte', () => {
    const wire = new Scripted();
    wire.start();
    const offer = say.auth(10, 'SCRAM-SHA-256', Buffer.alloc(1));
    expect(wire.server(offer).forClient()).toEqual(offer);
  });

  test.each([
    ['GSSAPI', say.auth(7)],
    ['SSPI', say.auth(9)],
    ['only channel binding', say.auth(10, 'SCRAM-SHA-256-PLUS', Buffer.alloc(1))],
    ['Kerberos', say.auth(2)],
  ])('%s gets a clear refusal', (_name, message) => {
    const wire = new Scripted();
    wire.start();
    wire.server(message);
    expect(read(wire.forClient())[0]).toMatch(/SFATAL.*C0A000.*guard can not relay/);
    expect(wire.closed).toBe(true);
  });

  test('a password nobody asked for waits; a query waits for the end of the login', async () => {
    const wire = new Scripted();
    wire.start();
    wire.client(Buffer.from([0x70, 0, 0, 0, 5, 0]), say.query('SELECT 1'));
    expect(wire.forServer()).toHaveLength(0);
    wire.server(say.auth(3));
    expect(types(wire.forServer())).toBe('p');
    wire.server(...OK);
    expect(wire.forServer()).toHaveLength(0);
    await tick();
    expect(types(wire.forServer())).toBe('Q');
    expect(wire.keys).toEqual(['0000004d000004d2']);
  });

  test('a login error passes unchanged and its end needs no other words', () => {
    const wire = new Scripted();
    wire.start();
    const error = say.error('28P01', 'password authentication failed', 'FATAL');
    wire.server(error);
    wire.connection.serverLost();
    expect(wire.forClient()).toEqual(error);
    expect(wire.closed).toBe(true);
  });

  test('ReadyForQuery without AuthenticationOk ends it', () => {
    const wire = new Scripted();
    wire.start();
    wire.server(say.ready('I'));
    expect(wire.closed).toBe(true);
    expect(types(wire.forClient())).toBe('E');
  });

  test('a login that takes too long ends', () => {
    const wire = new Scripted({}, { startupMs: 9 });
    wire.start();
    expect(wire.timers[0]?.ms).toBe(9);
    wire.timers[0]?.act();
    expect(wire.closed).toBe(true);
  });

  test('the first ReadyForQuery waits for the gate, which may refuse', async () => {
    let decide: (said: typeof REFUSED | undefined) => void = () => {};
    const script = { ready: () => new Promise<typeof REFUSED | undefined>((resolve) => (decide = resolve)) };
    for (const said of [undefined, REFUSED]) {
      const wire = new Scripted(script);
      wire.start();
      wire.server(say.auth(0), say.parameter('server_version', '15.0'), say.ready('I'));
      await tick();
      expect(types(wire.forClient())).toBe('RS');
      expect(wire.gate.server?.parameters.get('server_version')).toBe('15.0');
      decide(said);
      await tick();
      expect(types(wire.forClient())).toBe(said === undefined ? 'Z' : 'E');
    }
  });

  test.each([
    ['read-write', { in_hot_standby: 'on' }, false],
    ['read-write', { in_hot_standby: 'off', default_transaction_read_only: 'on' }, false],
    ['primary', { in_hot_standby: 'off' }, true],
    ['standby', { in_hot_standby: 'off' }, false],
    ['read-only', { in_hot_standby: 'on' }, true],
    ['any', {}, true],
  ])('target_session_attrs=%s with %o', async (sessionAttributes, parameters, welcome) => {
    const wire = new Scripted();
    wire.start();
    wire.connection.linked({ peer: {}, sessionAttributes });
    wire.server(
      say.auth(0),
      ...Object.entries(parameters).map(([k, v]) => say.parameter(k, v)),
      say.ready('I'),
    );
    await tick();
    expect(wire.closed).toBe(!welcome);
  });
});
