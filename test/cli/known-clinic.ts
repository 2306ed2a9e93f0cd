import { rememberCatalog } from '../../src/session/known-catalogs.ts';
import { catalogFolder } from '../../src/session/state-places.ts';

const COLUMN = { type: 'text', typeOid: 25, primaryKey: false, confidence: 0.9, unsure: false } as const;
const RELATION = {
  kind: 'table',
  rows: 1,
  parents: [],
  triggers: [],
  rules: [],
  temporary: false,
} as const;

/** What guard was told of the database below. */
export const TARGET = {
  identity: 'pg:1/2',
  label: 'claims-prod',
  class: 'prod',
  throwaway: false,
  routes: ['db1:5432'],
  firstSeen: '2026-01-01',
  labelled: '2026-01-01',
  by: 'ada',
  source: 'person',
} as const;

/** Makes a state folder remember one database: a sure column, an unsure one and a plain one. */
export function rememberClinic(state: string): void {
  const unsure = { source: 'name', unsure: true, confidence: 0.5, why: 'maybe' } as const;
  rememberCatalog(
    catalogFolder(state),
    { identity: TARGET.identity, target: TARGET.label, user: 'ada' },
    {
      version: 'v1',
      database: 'claims',
      searchPath: ['public'],
      relations: [
        {
          ...RELATION,
          oid: 1,
          schema: 'public',
          name: 'patients',
          columns: [
            { ...COLUMN, name: 'ssn', number: 1, class: 'phi.ssn', source: 'name', why: 'name "ssn"' },
            { ...COLUMN, name: 'hint', number: 2, class: 'phi.text', ...unsure },
            { ...COLUMN, name: 'plain', number: 3, class: undefined, source: 'none', why: 'nothing known' },
          ],
        },
      ],
      foreignKeys: [],
      functions: [],
      complete: true,
    },
  );
}
