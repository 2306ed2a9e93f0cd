import type { Detector } from '../detector.ts';

/**
 * PEM (RFC 7468) and OpenPGP armor (RFC 9580, 6.2) of private keys, from the first line to the next dashes. A 16,384-bit RSA
 * key is under 13,000 characters; without an end line at most the bound is hidden.
 */
const ARMORED =
  /(-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----)((?:[^-]|-(?!----)){1,20000})/g;

export const privateKey: Detector = {
  id: 'private-key',
  class: 'cred.key',
  shapes: [
    {
      regex: ARMORED,
      afterContext: true,
      accept: (value) => /[^\s*\\]/.test(value),
      trigger: /PRIVATE KEY/,
    },
  ],
  style: 'all',
  hits: [
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk',
  ],
  misses: ['-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----', '-----BEGIN PRIVATE KEY-----'],
};
