import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rawText } from '../../src/model/text.ts';
import {
  isSignedBy,
  loadOrMakeSigningKey,
  loadSigningKey,
  newSigningKey,
} from '../../src/sign/signing-key.ts';
import { loadOrMakeTagSecret } from '../../src/sign/tag-secret.ts';
import { parseVerificationKey } from '../../src/sign/verification-key.ts';
import { scratchFolders } from '../host/scratch.ts';

const scratch = scratchFolders();
const bytes = Buffer.from('the exact bytes');
const unreadable = expect.objectContaining({ code: 'KEY_UNREADABLE' });

describe('a signing key', () => {
  test('is made once, 0600, and found again', () => {
    const path = join(scratch(), 'audit.pem');
    const made = loadOrMakeSigningKey(path, 'guard-audit');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(loadOrMakeSigningKey(path, 'guard-audit').public.text).toBe(made.public.text);
    expect(readdirSync(join(path, '..'))).toEqual(['audit.pem']);
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

  test('that others can read, that is no key or not Ed25519 is refused', () => {
    const folder = scratch();
    const open = join(folder, 'open');
    loadOrMakeSigningKey(open, 'a');
    chmodSync(open, 0o644);
    expect(() => loadOrMakeSigningKey(open, 'a')).toThrow(unreadable);
    const garbage = join(folder, 'garbage');
    writeFileSync(garbage, 'no key', { mode: 0o600 });
    expect(() => loadOrMakeSigningKey(garbage, 'a')).toThrow(unreadable);
    const rsa = join(folder, 'rsa');
    const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    writeFileSync(rsa, pem.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    expect(() => loadOrMakeSigningKey(rsa, 'a')).toThrow(/no Ed25519 key/);
    expect(loadSigningKey(join(folder, 'none'), 'a')).toBeUndefined();
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
    const path = join(scratch(), 'tag.secret');
    const here = loadOrMakeTagSecret(path);
    const again = loadOrMakeTagSecret(path);
    const elsewhere = loadOrMakeTagSecret(join(scratch(), 'tag.secret'));
    const text = rawText('select 1');
    expect(here.tag(text)).toMatch(/^hmac:[0-9a-f]{8}:[0-9a-f]{32}$/);
    expect(again.tag(text)).toBe(here.tag(text));
    expect(here.tag(rawText('select 2'))).not.toBe(here.tag(text));
    expect(elsewhere.tag(text)).not.toBe(here.tag(text));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('of another length is refused', () => {
    const path = join(scratch(), 'tag.secret');
    writeFileSync(path, 'short', { mode: 0o600 });
    expect(() => loadOrMakeTagSecret(path)).toThrow(unreadable);
  });
});
