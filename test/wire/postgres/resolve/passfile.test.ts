import { describe, expect, test } from 'vitest';
import { GuardError } from '../../../../src/model/errors.ts';
import { readPassfile, translatePassfile } from '../../../../src/wire/postgres/resolve/passfile.ts';
import type { ConnectionTarget } from '../../../../src/wire/postgres/target.ts';
import { memoryFiles } from './memory-files.ts';

const place = { folder: '/run/g', defaultFolder: '/var/run/postgresql' };

function target(fields: Partial<ConnectionTarget> = {}): ConnectionTarget {
  return {
    servers: [{ host: 'db1', port: 5433 }],
    user: 'nina',
    database: 'claims',
    sslmode: 'prefer',
    sslsni: true,
    channelBinding: 'prefer',
    gssencmode: 'prefer',
    targetSessionAttrs: 'any',
    connectTimeout: 0,
    passfile: '/home/n/.pgpass',
    sources: {},
    ...fields,
  };
}

describe('translatePassfile', () => {
  const socket = target({ servers: [{ host: '/var/run/postgresql', port: 5432 }] });
  const byAddress = target({ servers: [{ host: '10.0.0.1', hostaddr: '10.0.0.1', port: 5433 }] });
  const ipv6 = target({ servers: [{ host: '::1', port: 5433 }] });
  const two = target({
    servers: [
      { host: 'db1', port: 5433 },
      { host: 'db2', port: 6000 },
    ],
  });
  const cases: readonly (readonly [string, ConnectionTarget, string, readonly string[]])[] = [
    ['a line of this server', target(), 'db1:5433:claims:nina:pw', ['claims:nina:pw']],
    ['wildcards stay', target(), '*:*:*:*:pw', ['*:*:pw']],
    ['escapes stay', target(), 'db1:5433:a\\:b:n\\\\:p\\:w', ['a\\:b:n\\\\:p\\:w']],
    ['an escaped host', target(), '\\d\\b1:5433:c:n:pw', ['c:n:pw']],
    ['other hosts and ports go', target(), 'db2:5433:c:n:x\ndb1:5432:c:n:x\ndb1:5433:c:n:y', ['c:n:y']],
    ['a prefix of the host is not the host', target(), 'db:5433:c:n:x\ndb11:5433:c:n:x', []],
    ['comments and short lines go', target(), '#db1:5433:c:n:x\ndb1:5433:c\ndb1:5433:c:n\n\n', []],
    ['a password with colons in it', target(), 'db1:5433:c:n:p:q', ['c:n:p:q']],
    ['carriage returns', target(), 'db1:5433:c:n:pw\r\n', ['c:n:pw']],
    ['order', target(), '*:*:*:a:1\ndb1:*:*:b:2\n*:5433:c:*:3', ['*:a:1', '*:b:2', 'c:*:3']],
    ['the default socket folder is localhost', socket, 'localhost:5432:c:n:pw', ['c:n:pw']],
    ['but not by its path', socket, '/var/run/postgresql:5432:c:n:pw', []],
    ['an address', byAddress, '10.0.0.1:5433:c:n:pw', ['c:n:pw']],
    ['an IPv6 address', ipv6, '\\:\\:1:5433:c:n:pw', ['c:n:pw']],
    ['lines of the first server come first', two, 'db2:6000:c:n:2\ndb1:5433:c:n:1', ['c:n:1', 'c:n:2']],
  ];
  test.each(cases)('%s', (_, to, text, rests) => {
    const prefix = `/run/g:${to.servers[0].port}:`;
    expect(translatePassfile(text, to, place)).toBe(rests.map((rest) => `${prefix}${rest}\n`).join(''));
  });

  test('a password given otherwise goes before the file and is escaped', () => {
    const fromUri = target({ password: 'p:w\\x', sources: { password: 'uri' }, user: 'n:a' });
    expect(translatePassfile('*:*:*:*:old', fromUri, place)).toBe(
      '/run/g:5433:*:n\\:a:p\\:w\\\\x\n/run/g:5433:*:*:old\n',
    );
    const fromVariable = target({ password: 'pw', sources: { password: 'PGPASSWORD' } });
    expect(translatePassfile('', fromVariable, place)).toBe('/run/g:5433:*:*:pw\n');
  });

  test('a line break can not smuggle a line in', () => {
    const evil = target({ password: 'pw\n*:*:*:*:stolen', sources: { password: 'uri' } });
    expect(() => translatePassfile('', evil, place)).toThrow(GuardError);
  });
});

describe('readPassfile', () => {
  test.each([
    [0o600, true],
    [0o400, true],
    [0o640, false],
    [0o604, false],
    [0o660, false],
  ])('mode %o is used: %s', (mode, used) => {
    const read = readPassfile('/p', memoryFiles({ '/p': { text: '*:*:*:*:x', mode } }));
    expect(read.text).toBe(used ? '*:*:*:*:x' : '');
    expect(read.warning === undefined).toBe(used);
  });

  test('no file, no plain file', () => {
    expect(readPassfile('/p', memoryFiles({}))).toEqual({ text: '' });
    expect(readPassfile('/p', memoryFiles({ '/p': { kind: 'folder' } })).warning).toContain('plain file');
  });
});
