import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { BodyReader, int32 } from '../../../src/wire/postgres/message.ts';
import { type Credentials, OwnLogin } from '../../../src/wire/postgres/own-login.ts';
import { makeVerifier, ScramServer } from '../../../src/wire/postgres/scram.ts';

const PLACE = { user: 'nina', database: 'clinic', server: { host: 'db', port: 5432 } };
const NONE = { passfile: '', defaultFolder: '/run' };
const OK = 0;
const CLEAR_TEXT = 3;
const MD5 = 5;
const SASL = 10;
const CONTINUE = 11;
const FINAL = 12;

function step(login: OwnLogin, code: number, ...parts: readonly (Uint8Array | string)[]) {
  const bytes = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : Buffer.from(part))),
  );
  return login.step(code, new BodyReader(bytes, 0, bytes.length));
}

function login(credentials: Partial<Credentials> = {}): OwnLogin {
  return new OwnLogin({ ...NONE, ...credentials }, PLACE);
}

describe('guard logs in itself', () => {
  test.each([
    ['a given password', { password: 'given' }, 'given'],
    ['a line of the password file', { passfile: 'db:5432:clinic:nina:filed\n' }, 'filed'],
    ['the given before the filed', { password: 'given', passfile: 'db:*:*:*:filed\n' }, 'given'],
    ['the first line that fits', { passfile: 'db:1:*:*:no\n*:*:*:bob:no\n*:*:*:*:a\\:b\\\\c\n' }, 'a:b\\c'],
  ])('with %s', (_name, credentials, password) => {
    const said = step(login(credentials), CLEAR_TEXT);
    expect(said).toEqual({
      send: Buffer.from(`p\0\0\0${String.fromCharCode(password.length + 5)}${password}\0`),
    });
  });

  test('md5 as PostgreSQL computes it', () => {
    // echo -n "md5$(echo -n "$(echo -n secretnina | md5sum | cut -c1-32)abcd" | md5sum | cut -c1-32)"
    const said = step(login({ password: 'secret' }), MD5, Buffer.from('abcd'));
    const text = typeof said === 'object' && 'send' in said ? said.send.subarray(5, -1).toString() : '';
    expect(text).toBe(MD5_OF_SECRET);
  });

  test('SCRAM, and the server has to prove itself', () => {
    const server = new ScramServer(makeVerifier('secret'));
    const own = login({ password: 'secret' });
    const sent = (said: ReturnType<typeof step>) =>
      typeof said === 'object' && 'send' in said ? said.send.subarray(5) : Buffer.alloc(0);
    const begun = sent(step(own, SASL, 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', Buffer.alloc(1)));
    const first = server.first(begun.subarray('SCRAM-SHA-256'.length + 5).toString()) ?? '';
    const final = server.final(sent(step(own, CONTINUE, Buffer.from(first))).toString()) ?? '';
    expect(step(own, OK)).toMatchObject({ refuse: { code: '28P01' } });
    expect(step(own, FINAL, Buffer.from('v=AAAA'))).toMatchObject({ refuse: { code: '28P01' } });
    expect(step(own, FINAL, Buffer.from(final))).toBe('done');
    expect(step(own, OK)).toBe('done');
  });

  test.each([
    ['clear text', CLEAR_TEXT, []],
    ['md5', MD5, [Buffer.from('abcd')]],
    ['SCRAM', SASL, ['SCRAM-SHA-256', Buffer.alloc(1)]],
  ])('without a password %s is refused, with the line that would help', (_name, code, parts) => {
    expect(step(login(), code, ...parts)).toMatchObject({
      refuse: { code: '28P01', hint: expect.stringContaining('db:5432:clinic:nina') },
    });
  });

  test.each([
    ['scram-sha-256', CLEAR_TEXT],
    ['scram-sha-256,md5', CLEAR_TEXT],
    ['!password', CLEAR_TEXT],
    ['!none', OK],
    ['scram-sha-256', OK],
  ])('require_auth=%s stops method %d before anything is said', (requireAuth, code) => {
    expect(step(login({ password: 'x', requireAuth }), code)).toMatchObject({ refuse: { code: '28P01' } });
  });

  test.each([
    ['password', CLEAR_TEXT],
    ['!md5', CLEAR_TEXT],
    ['none', OK],
  ])('require_auth=%s allows method %d', (requireAuth, code) => {
    expect(step(login({ password: 'x', requireAuth }), code)).not.toHaveProperty('refuse');
  });

  test.each([
    ['GSSAPI', 7, []],
    ['SSPI', 9, []],
    ['only a bound SCRAM', SASL, ['SCRAM-SHA-256-PLUS', Buffer.alloc(1)]],
  ])('%s is not known', (_name, code, parts) => {
    expect(step(login({ password: 'x' }), code, ...parts, int32(0))).toBe('unknown');
  });
});

const MD5_OF_SECRET = 'md5ffb32e832a74777dbd6a93f708eac1a5';
