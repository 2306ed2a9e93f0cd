import { describe, expect, test } from 'vitest';
import { detect } from '../../src/mask/detect.ts';
import { findBy } from '../../src/mask/detector.ts';
import { DETECTORS } from '../../src/mask/detectors/index.ts';
import { isSuspicious } from '../../src/mask/scan.ts';
import { maskText } from '../../src/mask/text.ts';
import { rawText } from '../../src/model/text.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.each(DETECTORS.map((detector) => [detector.id, detector] as const))('%s', (_, detector) => {
  test.each(detector.hits)('finds %s', (hit) => {
    expect(findBy(detector, hit)).not.toEqual([]);
    expect(detect(hit)).not.toEqual([]);
    expect(isSuspicious(bytes(hit))).toBe(true);
  });

  test.each(detector.misses)('leaves %s', (miss) => {
    expect(findBy(detector, miss)).toEqual([]);
  });

  test('has matching flags and an id of its own', () => {
    for (const { regex, trigger } of detector.shapes) {
      expect(regex.global).toBe(true);
      expect(trigger?.global ?? false).toBe(false);
    }
    expect(DETECTORS.filter(({ id }) => id === detector.id)).toHaveLength(1);
  });
});

test.each([
  ['ssn 212-34-5678 ok', 'ssn ***-**-**** ok'],
  ['mail jo.doe@clinic.example.org', 'mail **.***@******.*******.***'],
  ['postgres://app:s3cr3t@db/x', 'postgres://app:******@db/x'],
  ['(555) 234-5678', '(***) ***-****'],
  ['4111 1111 1111 1111', '**** **** **** ****'],
  ['PGPASSWORD=correcthorse psql', 'PGPASSWORD=************ psql'],
  ["ALTER ROLE a PASSWORD 'it''s1'", "ALTER ROLE a PASSWORD '******'"],
])('maskText(%s)', (text, expected) => {
  expect(maskText(rawText(text))).toBe(expected);
});

test.each([
  [
    'a git log line',
    'commit 3f2504e04f8911d39a0c0305e82c3301a1b2c3d4 (HEAD -> main) 2024-01-15 10:22:33 +0100',
  ],
  ['a listing', '-rw-r--r-- 1 root root 1234567890 Jan 15 10:22 libfoo.so.1.2.3'],
  ['a uuid', '9e886a7a-8005-c51c-1c8a-80fd103ec297 | 1955-06-22 | 42'],
  ['an access log', '10.0.0.12 - - [15/Jan/2024:10:22:33 +0000] "GET /a/b?id=123456789 HTTP/1.1" 200 51234'],
  [
    'a psql table',
    ' id |   created_at    | total \n----+-----------------+-------\n  1 | 2024-01-15 10:22:33.123456+00 | 1234567.89',
  ],
  [
    'code',
    'const token = await getToken(user.id); if (password === "") throw new Error("password required")',
  ],
  ['a hex dump', '00000010  4d 5a 90 00 03 00 00 00  04 00 00 00 ff ff 00 00  |MZ..............|'],
  ['versions', 'node 20.20.2, postgres 15.18, epoch 1700000000, pid 212345678, build 2024.01.15.1234'],
])('%s stays as it is', (_, text) => {
  expect(maskText(rawText(text))).toBe(text);
});
