import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CatalogSnapshot } from '../../../src/model/catalog.ts';
import type { Judge } from '../../../src/model/judge.ts';
import type { CatalogLabel } from '../../../src/model/policy.ts';
import { CATALOG_SQL, CATALOG_VERSION_SQL } from '../../../src/observe/catalog.ts';
import { knownCatalogs } from '../../../src/session/known-catalogs.ts';
import { LabelStore, type StoredLabel } from '../../../src/session/labels.ts';
import { Catalogs } from '../../../src/session/postgres/catalogs.ts';
import { catalogFolder, labelsFile } from '../../../src/session/state-places.ts';
import type { Probe } from '../../../src/wire/postgres/gate.ts';

const PLACE = { identity: 'pg:1/2', target: 'claims-prod', user: 'ada' };
const KEY = '1/2/ada';

let state: string;
let learnt: CatalogSnapshot[];
let trouble: string[];

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'guard-test-'));
  learnt = [];
  trouble = [];
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

/** A server with one table; `mark` changes with its schema. */
class Server implements Probe {
  mark = '1';
  column = 'ssn';
  readings = 0;
  isMute = false;

  async simple(sql: string): ReturnType<Probe['simple']> {
    if (this.isMute) return { kind: 'error', code: '42501', message: 'no' };
    if (sql === CATALOG_VERSION_SQL) return { kind: 'rows', results: [[[this.mark]]] };
    if (sql !== CATALOG_SQL) throw new TypeError('asked for something else');
    this.readings += 1;
    const columns = [[1, this.column, 'text', 25, null, null, false]];
    const relation = { oid: 5, schema: 'public', name: 'patients', kind: 'r', rows: 1, columns };
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

function openCatalogs(labels: readonly CatalogLabel[] = [], isNamed = true): Catalogs {
  const judge: Pick<Judge, 'learn'> = {
    learn: async (catalog) => {
      learnt.push(catalog);
    },
  };
  return new Catalogs({
    judge,
    labels,
    stateFolder: state,
    placeOf: (key) => (isNamed && key === KEY ? PLACE : undefined),
    trouble: (text) => trouble.push(text),
  });
}

function setLabel(change: Partial<StoredLabel> = {}): void {
  const label = {
    target: PLACE.identity,
    pattern: 'public.patients.ssn',
    class: 'none',
    by: 'ada',
    time: '2026',
  } as const;
  new LabelStore(labelsFile(state)).set({ ...label, ...change }, () => undefined);
}

function columnOf(snapshot: CatalogSnapshot | undefined) {
  return snapshot?.relations[0]?.columns[0];
}

describe('the schema picture of a session', () => {
  test('is remembered for guard catalog, as guessed', async () => {
    setLabel();
    const snapshot = await openCatalogs().refresh(KEY, new Server());
    expect(columnOf(snapshot)).toMatchObject({ class: undefined, source: 'label' });
    const [known] = knownCatalogs(catalogFolder(state));
    expect(known).toMatchObject(PLACE);
    expect(columnOf(known?.snapshot)).toMatchObject({ class: 'phi.ssn', source: 'name' });
    expect(trouble).toEqual([]);
  });

  test('a label that is set meanwhile holds from the next look on, without reading the schema again', async () => {
    const server = new Server();
    const catalogs = openCatalogs();
    const before = await catalogs.refresh(KEY, server);
    expect(await catalogs.refresh(KEY, server)).toBe(before);
    setLabel({ class: 'pii.id' });
    const after = await catalogs.refresh(KEY, server);
    expect(columnOf(after)).toMatchObject({ class: 'pii.id', source: 'label' });
    expect(after?.version).not.toBe(before?.version);
    expect(learnt).toEqual([before, after]);
    expect(server.readings).toBe(1);
  });

  test('labels of other databases do not count; an organisation has the last word', async () => {
    setLabel({ target: 'pg:9/9' });
    expect(columnOf(await openCatalogs().refresh(KEY, new Server()))).toMatchObject({
      class: 'phi.ssn',
      source: 'name',
    });
    setLabel();
    const org = { layer: 'org', pattern: 'patients.ssn', class: 'phi.mrn', source: 'org.yaml' } as const;
    expect(columnOf(await openCatalogs([org]).refresh(KEY, new Server()))).toMatchObject({
      class: 'phi.mrn',
    });
  });

  test('a changed schema is read and remembered anew', async () => {
    const server = new Server();
    const catalogs = openCatalogs();
    await catalogs.refresh(KEY, server);
    Object.assign(server, { mark: '2', column: 'email' });
    expect(columnOf(await catalogs.refresh(KEY, server))).toMatchObject({ name: 'email' });
    const names = knownCatalogs(catalogFolder(state)).map((known) => columnOf(known.snapshot)?.name);
    expect(names).toEqual(['email']);
  });

  test('a server without an identity is not remembered, and no label is for it', async () => {
    setLabel();
    const snapshot = await openCatalogs([], false).refresh(KEY, new Server());
    expect(columnOf(snapshot)).toMatchObject({ class: 'phi.ssn' });
    expect(knownCatalogs(catalogFolder(state))).toEqual([]);
  });

  test('what the server will not tell is unknown', async () => {
    const server = new Server();
    server.isMute = true;
    expect(await openCatalogs().refresh(KEY, server)).toBeUndefined();
  });

  test('labels that can not be read end it: one of them may have said more than the names do', async () => {
    writeFileSync(labelsFile(state), '{', { mode: 0o600 });
    await expect(openCatalogs().refresh(KEY, new Server())).rejects.toThrow(/labels of columns/);
  });

  test('a folder that can not be written is trouble, not the end', async () => {
    writeFileSync(catalogFolder(state), 'a file in its place');
    expect(await openCatalogs().refresh(KEY, new Server())).toBeDefined();
    expect(trouble).toHaveLength(1);
  });
});
