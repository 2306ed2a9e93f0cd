import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { rawText } from '../../src/model/text.ts';
import { isSignedBy, newSigningKeyPem, readSigningKey } from '../../src/sign/signing-key.ts';
import { newTagSecret, readTagSecret } from '../../src/sign/tag-secret.ts';
import { parseVerificationKey } from '../../src/sign/verification-key.ts';
import { newSigningKey } from './new-signing-key.ts';

const bytes = Buffer.from('the exact bytes');
const unreadable = expect.objectContaining({ code: 'KEY_UNREADABLE' });

describe('a signing key', () => {
  test('survives its PEM form', () => {
    const pem = newSigningKeyPem();
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    const read = () => readSigningKey(Buffer.from(pem), 'guard-audit');
    expect(read().public.text).toBe(read().public.text);
    expect(isSignedBy(read().public, bytes, read().sign(bytes))).toBe(true);
  });

  test('signs what it alone can have signed', () => {
    const one = newSigningKey('a');
    const two = newSigningKey('a');
    const signature = one.sign(bytes);
    expect(isSignedBy(one.public, bytes, signature)).toBe(true);
    expect(isSignedBy(two.public, bytes, signature)).toBe(false);
    expect(isSignedBy(one.public, Buffer.from('the exact bytez'), signature)).toBe(false);
    expect(isSignedBy(one.public, bytes, signature.subarray(1))).toBe(false);
    expect(isSignedBy(one.public, bytes, Buffer.alloc(64))).toBe(false);
  });

  test('that is no key or not Ed25519 is refused', () => {
    expect(() => readSigningKey(Buffer.from('no key'), 'a')).toThrow(unreadable);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const pem = Buffer.from(rsa.export({ format: 'pem', type: 'pkcs8' }));
    expect(() => readSigningKey(pem, 'a')).toThrow(/no Ed25519 key/);
  });
});

describe('a verification key', () => {
  test('survives its text form', () => {
    const key = newSigningKey('guard-audit');
    const parsed = parseVerificationKey(`${key.public.text}\n`);
    expect(parsed).toMatchObject({ name: 'guard-audit', id: key.public.id, text: key.public.text });
    if (parsed) expect(isSignedBy(parsed, bytes, key.sign(bytes))).toBe(true);
  });

  test('follows the C2SP example of its format', () => {
    const text = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    expect(parseVerificationKey(text)).toMatchObject({ name: 'PeterNeumann', id: 'c74f20a3' });
  });

  test.each([
    '',
    'PeterNeumann',
    'PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'PeterNeumann+c74f20a3+AhpcpQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/',
  ])('%j is none', (text) => {
    expect(parseVerificationKey(text)).toBeUndefined();
  });
});

describe('a tag secret', () => {
  test('marks equal texts alike on one host and differently on another', () => {
    const secret = newTagSecret();
    const here = readTagSecret(secret);
    const again = readTagSecret(secret);
    const elsewhere = readTagSecret(newTagSecret());
    const text = rawText('select 1');
    expect(here.tag(text)).toMatch(/^hmac:[0-9a-f]{8}:[0-9a-f]{32}$/);
    expect(again.tag(text)).toBe(here.tag(text));
    expect(here.tag(rawText('select 2'))).not.toBe(here.tag(text));
    expect(elsewhere.tag(text)).not.toBe(here.tag(text));
  });

  test('of another length is refused', () => {
    expect(() => readTagSecret(Buffer.from('short'))).toThrow(unreadable);
  });
});
