import { describe, expect, test } from 'vitest';
import { indexCatalog } from '../../../src/mask/catalog-index.ts';
import { rawText } from '../../../src/model/text.ts';
import { scrubOutside, scrubRun } from '../../../src/session/postgres/scrub.ts';
import { CATALOG } from './catalog-sample.ts';
import { judgement } from './judgements.ts';

const rules = { catalog: indexCatalog(CATALOG) };
const message = (text: string) =>
  new Map([
    ['S', 'ERROR'],
    ['C', '23503'],
    ['M', text],
  ]);

function scrubbed(text: string, changes: Parameters<typeof judgement>[0] = {}): string | undefined {
  const run = { text: rawText("SELECT 'mine'"), judgement: judgement(changes), rules };
  return scrubRun(message(text), run).get('M');
}

describe('while a statement runs', () => {
  test.each(['care', 'patients', 'last_name', 'patient_kind', 'patients_gp_fkey', 'mine'])(
    'names of the catalog and words of the statement stay: %s',
    (name) => {
      expect(scrubbed(`not so "${name}"`)).toBe(`not so "${name}"`);
    },
  );

  test('values do not', () => {
    expect(scrubbed('duplicate key (last_name)=(Okafor)')).not.toContain('Okafor');
  });

  test('what runs unread may have put anything anywhere: all of it is hidden', () => {
    const dynamic = { intents: ['exec.dynamic'] } as const;
    expect(scrubbed('patients Okafor', dynamic)).not.toMatch(/patients|Okafor/);
    expect(scrubbed('nothing masked here', { ...dynamic, obligations: { mask: [] } })).toContain('nothing');
  });
});

describe('outside a statement', () => {
  const own = new Set(['nina', 'clinic']);

  test('who asked for the connection may read what they asked for', () => {
    const text = 'password authentication failed for user "nina"';
    expect(scrubOutside(message(text), own).get('M')).toBe(text);
  });

  test('nothing else that is quoted', () => {
    const text = scrubOutside(message('database "okafor" does not exist'), own).get('M');
    expect(text).toMatch(/^database ".*" does not exist$/);
    expect(text).not.toContain('okafor');
  });

  test('severity and code stay as they are', () => {
    const fields = scrubOutside(message('x'), own);
    expect([fields.get('S'), fields.get('C')]).toEqual(['ERROR', '23503']);
  });
});
