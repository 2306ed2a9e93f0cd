import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PRIVATE_FILE_MODE } from '../../src/host/private-file.ts';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import { findKnown, knownCatalogs, rememberCatalog } from '../../src/session/known-catalogs.ts';
import { scratchFolders } from '../host/scratch.ts';

const scratch = scratchFolders();

const HEAD = { identity: 'pg:1/2', target: 'claims-prod', user: 'ada' };

function snapshot(version = 'v1', database = 'claims'): CatalogSnapshot {
  return {
    version,
    database,
    searchPath: ['public'],
    relations: [
      {
        oid: 7,
        schema: 'public',
        name: 'patients',
        kind: 'view',
        rows: 3,
        comment: 'SECRET table comment',
        definition: 'SELECT SECRET',
        columns: [
          {
            name: 'ssn',
            number: 1,
            type: 'text',
            typeOid: 25,
            comment: 'like SECRET',
            generated: 'SECRET',
            primaryKey: false,
            class: 'phi.ssn',
            source: 'name',
            confidence: 0.9,
            unsure: false,
            why: 'name "ssn"',
          },
        ],
        parents: [],
        triggers: [{ name: 'SECRET', events: ['insert'], function: 'SECRET' }],
        rules: [{ name: 'SECRET', event: 'insert', definition: 'SECRET' }],
        temporary: false,
      },
    ],
    foreignKeys: [],
    functions: [
      {
        schema: 'public',
        name: 'f',
        language: 'sql',
        volatility: 'stable',
        securityDefiner: false,
        kind: 'function',
        definition: 'SECRET',
      },
    ],
    complete: true,
  };
}

function onlyFile(folder: string): string {
  const [name = ''] = readdirSync(folder);
  return join(folder, name);
}

describe('a remembered catalog', () => {
  test('has names, types, classes and why, and nothing that could quote a value', () => {
    const folder = join(scratch(), 'catalogs');
    rememberCatalog(folder, HEAD, snapshot());
    const [known] = knownCatalogs(folder);
    expect(known).toMatchObject(HEAD);
    expect(known?.snapshot.relations[0]?.columns[0]).toMatchObject({
      name: 'ssn',
      class: 'phi.ssn',
      why: 'name "ssn"',
    });
    const file = onlyFile(folder);
    expect(readFileSync(file, 'utf8')).not.toContain('SECRET');
    expect(statSync(file).mode & 0o777).toBe(PRIVATE_FILE_MODE);
  });

  test('is written anew only when something changed; being seen again is noted all the same', () => {
    const folder = join(scratch(), 'catalogs');
    rememberCatalog(folder, HEAD, snapshot());
    const file = onlyFile(folder);
    const { ino } = statSync(file);
    utimesSync(file, 1, 1);
    rememberCatalog(folder, HEAD, snapshot());
    expect(statSync(file).ino).toBe(ino);
    expect(statSync(file).mtimeMs).toBeGreaterThan(1_000_000);
    rememberCatalog(folder, HEAD, snapshot('v2'));
    expect(knownCatalogs(folder).map((known) => known.snapshot.version)).toEqual(['v2']);
    rememberCatalog(folder, { ...HEAD, target: 'renamed' }, snapshot('v2'));
    expect(knownCatalogs(folder).map(({ target }) => target)).toEqual(['renamed']);
  });

  test('the last one seen comes first; a name, an identity or a database finds its own', () => {
    const folder = join(scratch(), 'catalogs');
    rememberCatalog(folder, HEAD, snapshot());
    utimesSync(onlyFile(folder), 1, 1);
    rememberCatalog(folder, { ...HEAD, identity: 'pg:1/3', target: 'other' }, snapshot('v1', 'staff'));
    const known = knownCatalogs(folder);
    const found = (name?: string) => findKnown(known, name).map(({ identity }) => identity);
    expect(found()).toEqual(['pg:1/3']);
    expect(found('claims-prod')).toEqual(['pg:1/2']);
    expect(found('pg:1/2')).toEqual(['pg:1/2']);
    expect(found('staff')).toEqual(['pg:1/3']);
    expect(found('nothing')).toEqual([]);
  });

  test('databases are not remembered without end', () => {
    const folder = join(scratch(), 'catalogs');
    for (let number = 0; number < 103; number += 1)
      rememberCatalog(folder, { ...HEAD, identity: `pg:1/${number}` }, snapshot());
    expect(readdirSync(folder)).toHaveLength(100);
  });

  test.each([
    ['{'],
    ['{}'],
    ['{"format":1,"identity":"a","target":"b","relations":[{"columns":[{}],"parents":[]}]}'],
  ])('a damaged one is an error: %s', (content) => {
    const folder = join(scratch(), 'catalogs');
    rememberCatalog(folder, HEAD, snapshot());
    writeFileSync(onlyFile(folder), content);
    expect(() => knownCatalogs(folder)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
