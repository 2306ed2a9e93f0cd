import { describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/observe/catalog.ts';
import { readIdentity } from '../../src/observe/catalog-identity.ts';

const HEAD = ['x', '{"path":["public","pg_catalog"],"database":"d"}'];
const RELATION = JSON.stringify({
  oid: 7,
  schema: 'public',
  name: 'patients',
  kind: 'r',
  rows: 10,
  temporary: false,
  comment: null,
  parents: null,
  triggers: null,
  rules: null,
  columns: [[1, 'ssn', 'text', 25, null, null, false]],
});
const counts = (relations: number, functions = 0): string[] => [
  'counts',
  JSON.stringify({ relations, functions }),
];

describe('reading a snapshot', () => {
  test('of what the server sent', () => {
    expect(readCatalog([[HEAD], [], [counts(1), ['relation', RELATION]], []])).toMatchObject({
      database: 'd',
      searchPath: ['public'],
      complete: true,
      relations: [{ oid: 7, columns: [{ class: 'phi.ssn', number: 1 }] }],
    });
  });

  test.each<[string, (string | null)[][]]>([
    ['relations are missing', [counts(2), ['relation', RELATION]]],
    ['functions are missing', [counts(1, 3), ['relation', RELATION]]],
    ['a document is cut', [counts(1), ['relation', RELATION.slice(0, -9)]]],
    ['a document is of another shape', [counts(1), ['relation', '[1,2]']]],
    ['a document is NULL', [counts(1), ['relation', null]]],
    ['there are no counts', [['relation', RELATION]]],
  ])('says that it is not complete when %s', (_, rows) => {
    expect(readCatalog([[HEAD], [], rows, []]).complete).toBe(false);
  });

  test('of nothing at all is empty and not complete', () => {
    expect(readCatalog([])).toMatchObject({ relations: [], complete: false, database: '' });
  });

  test('takes a key name as the name of a column, not as a key', () => {
    const odd = RELATION.replace('"ssn"', '"__proto__"');
    expect(readCatalog([[HEAD], [], [counts(1), ['relation', odd]], []]).relations[0]?.columns[0]?.name).toBe(
      '__proto__',
    );
  });
});

test.each([[[]], [[[]]], [[[['1', '2', null, '150000', 'on', null, null, 'a', 'b']]]]])(
  'no identity in %j',
  (results) => {
    expect(readIdentity(results)).toBeUndefined();
  },
);

test('identity over a unix socket has no address', () => {
  expect(readIdentity([[['77', '5', 'd', '150018', 'off', null, null, 'a', 'b']]])).toEqual({
    systemIdentifier: '77',
    identity: 'pg:77/5',
    databaseOid: '5',
    database: 'd',
    version: 150_018,
    superuser: false,
    sessionUser: 'a',
    currentUser: 'b',
  });
});
