import type { Detector } from '../detector.ts';

/** RFC 3986 userinfo `scheme://user:password@host`: the password only. */
const USERINFO =
  /((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,24}:\/\/[^\s:/?#@"'<>]{0,128}:)([^\s/@"'<>]{1,256})(?=@[\w[])/gi;
const PLACEHOLDER = /^(?:\*+|x{3,}|<.*>?|\$.*|%[sv]|\{.*|\[.*|password|pass|pwd|pw)$/i;

export const urlPassword: Detector = {
  id: 'url-password',
  class: 'cred.password',
  shapes: [
    { regex: USERINFO, afterContext: true, accept: (value) => !PLACEHOLDER.test(value), trigger: /:\/\// },
  ],
  style: 'all',
  hits: ['postgres://app:s3cr3t!@db:5432/x', 'https://:tok@example.com/', 'redis://u:p%40ss@h'],
  misses: [
    'https://example.com:8080/a@b',
    'postgres://app:$PGPASSWORD@db',
    'http://u:****@h/',
    'http://user@host/',
  ],
};
