import type { Detector, Found } from '../detector.ts';

/** PEM (RFC 7468) and OpenPGP armor (RFC 9580, 6.2) of private keys. */
const BEGIN = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const END = '-----END ';
/** A 16,384-bit RSA key is under 13,000 characters; without an end line at most this much is hidden. */
const MAX_BODY = 20_000;

export const privateKey: Detector = {
  id: 'private-key',
  class: 'cred.key',
  minDigits: 0,
  trigger: /PRIVATE KEY/,
  find: (text) => {
    const found: Found[] = [];
    for (const match of text.matchAll(BEGIN)) {
      const start = match.index + match[0].length;
      const end = text.indexOf(END, start);
      const stop = end < 0 || end - start > MAX_BODY ? Math.min(text.length, start + MAX_BODY) : end;
      if (/[^\s*\\]/.test(text.slice(start, stop))) found.push({ start, end: stop });
    }
    return found;
  },
  style: 'all',
  hits: [
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk',
  ],
  misses: ['-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----', '-----BEGIN PRIVATE KEY-----'],
};
