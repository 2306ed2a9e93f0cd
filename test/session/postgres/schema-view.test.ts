import { beforeEach, describe, expect, test } from 'vitest';
import type { CatalogSnapshot } from '../../../src/model/catalog.ts';
import { CATALOG_SQL, CATALOG_VERSION_SQL } from '../../../src/observe/catalog.ts';
import { Catalogs } from '../../../src/session/postgres/catalogs.ts';
import { OpenTransaction } from '../../../src/session/postgres/open-transaction.ts';
import { SchemaView } from '../../../src/session/postgres/schema-view.ts';
import type { Probe } from '../../../src/wire/postgres/gate.ts';

const KEY = '1/2/ada';

/** One connection to a server: what it sees is its own affair. */
class Backend implements Probe {
  column: string;
  isolation = 'read committed';

  constructor(column: string) {
    this.column = column;
  }

  async simple(sql: string): ReturnType<Probe['simple']> {
    if (sql === CATALOG_VERSION_SQL) return { kind: 'rows', results: [[[this.column]]] };
    if (sql.startsWith('SHOW')) return { kind: 'rows', results: [[[this.isolation]]] };
    if (sql !== CATALOG_SQL) return { kind: 'rows', results: [] };
    const columns = [[1, this.column, 'text', 25, null, null, false]];
    const relation = { oid: 16_500, schema: 'public', name: 'visits', kind: 'r', rows: 1, columns };
    const results = [
      [['head', JSON.stringify({ database: 'claims', path: ['public'] })]],
      [['counts', JSON.stringify({ relations: 1, functions: 0 })]],
      [['relation', JSON.stringify(relation)]],
    ];
    return { kind: 'rows', results };
  }

  bound(): never {
    throw new TypeError('nothing to bind');
  }

  syntax(): never {
    throw new TypeError('nothing to parse');
  }
}

const columnOf = (catalog: CatalogSnapshot | undefined) => catalog?.relations[0]?.columns[0]?.name;

let catalogs: Catalogs;
let transaction: OpenTransaction;
let server: Backend;
let view: SchemaView;

beforeEach(async () => {
  catalogs = new Catalogs({
    judge: { learn: async () => undefined },
    labels: [],
    stateFolder: '/nonexistent',
    placeOf: () => undefined,
    trouble: () => undefined,
  });
  transaction = new OpenTransaction();
  server = new Backend('reason');
  view = new SchemaView(catalogs);
  await view.open(KEY, server);
});

describe('the schema as one connection sees it', () => {
  test('is unknown from the moment a change is on its way until guard looked again', async () => {
    expect(columnOf(view.catalog)).toBe('reason');
    view.changed();
    server.column = 'ssn';
    expect(view.catalog).toBeUndefined();
    await view.look(server, transaction, 'SELECT 1');
    expect(columnOf(view.catalog)).toBe('ssn');
  });

  test('another connection is not shown what only this one sees', async () => {
    const other = new SchemaView(catalogs);
    expect(columnOf(await other.open(KEY, new Backend('temporary')))).toBe('temporary');
    expect(columnOf(view.catalog)).toBe('reason');
    expect(columnOf(await new SchemaView(catalogs).open(KEY, new Backend('reason')))).toBe('reason');
  });

  test('a change by another connection of the session is noticed', async () => {
    const other = new SchemaView(catalogs);
    await other.open(KEY, new Backend('reason'));
    other.changed();
    expect(view.catalog).toBeUndefined();
    expect(view.isStale).toBe(true);
  });

  test('the end of a transaction that changed it is a change: ROLLBACK takes it back', async () => {
    view.changed();
    server.column = 'renamed';
    await view.look(server, transaction, 'SELECT 1');
    expect(columnOf(view.catalog)).toBe('renamed');
    view.bounded();
    expect(view.catalog).toBeUndefined();
  });

  test('the end of any other transaction is none', () => {
    view.enter('idle');
    view.bounded();
    expect(columnOf(view.catalog)).toBe('reason');
  });

  test('where a look would fix what a transaction sees, it stays unknown', async () => {
    server.isolation = 'repeatable read';
    view.changed();
    await view.look(server, transaction, 'SELECT 1');
    expect(view.catalog).toBeUndefined();
  });
});
