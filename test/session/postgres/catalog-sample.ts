import type { CatalogSnapshot } from '../../../src/model/catalog.ts';

const plain = { source: 'name', confidence: 0.9, unsure: false, why: 'test', primaryKey: false } as const;

/** One table: a key, a name that is somebody's, a kind. */
export const CATALOG: CatalogSnapshot = {
  version: 'v1',
  database: 'clinic',
  searchPath: ['public'],
  relations: [
    {
      oid: 20_000,
      schema: 'care',
      name: 'patients',
      kind: 'table',
      rows: 2_000,
      columns: [
        { ...plain, number: 1, name: 'id', type: 'integer', typeOid: 23, class: undefined },
        { ...plain, number: 2, name: 'last_name', type: 'text', typeOid: 25, class: 'phi.name' },
        { ...plain, number: 3, name: 'kind', type: 'patient_kind', typeOid: 16_500, class: undefined },
      ],
      parents: [],
      triggers: [],
      rules: [],
      temporary: false,
    },
  ],
  foreignKeys: [
    { name: 'patients_gp_fkey', from: 20_000, to: 20_000, onDelete: 'cascade', onUpdate: 'no action' },
  ],
  functions: [],
  complete: true,
};
