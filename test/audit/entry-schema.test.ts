import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromJSONSchema } from 'zod';
import { newEntryId } from '../../src/audit/entry-id.ts';
import { ENTRY_ID, FIELDS, shapeProblem } from '../../src/audit/entry-shape.ts';
import { packageRoot } from '../../src/host/package-root.ts';
import { ENTRY_TYPES } from '../../src/model/audit-entry.ts';
import { scratchFolders } from '../host/scratch.ts';
import { entrySchema } from './entry-schema.ts';
import { alice, desk, everydayLog, writeLog } from './samples.ts';

const scratch = scratchFolders();
const written = join(packageRoot(), 'src/audit/entry.schema.json');

test('the schema file is what the code says (GUARD_RENEW=1 writes it)', () => {
  const text = `${JSON.stringify(entrySchema(), undefined, 2)}\n`;
  if (process.env['GUARD_RENEW'] === '1') writeFileSync(written, text);
  expect(JSON.parse(readFileSync(written, 'utf8'))).toEqual(JSON.parse(text));
});

describe('the schema', () => {
  const schema = fromJSONSchema(JSON.parse(JSON.stringify(entrySchema())));

  test('accepts every entry that the journal writes, of every type', () => {
    const place = desk(scratch());
    everydayLog(place);
    writeLog(place, (journal) => {
      const note = { sess: 's1', actor: alice, details: { why: 'x', list: ['a'], n: 1, yes: true } } as const;
      for (const type of [
        'policy.load',
        'target.label',
        'catalog.label',
        'mask.error',
        'state.migrate',
      ] as const)
        journal.append({ ...note, type }, 'batched');
      journal.append({ type: 'gap', reason: 'torn', bytes: 3, sha256: 'a'.repeat(64) }, 'batched');
      journal.append({ type: 'key', key: journal.publicKey().text }, 'batched');
    });
    const lines = readFileSync(place.file, 'utf8').split('\n').slice(0, -1);
    const seen = new Set<unknown>();
    for (const line of lines) {
      const entry: unknown = JSON.parse(line);
      expect(schema.safeParse(entry).error, line).toBeUndefined();
      expect(shapeProblem(entry), line).toBeUndefined();
      expect(Object.keys(JSON.parse(line))).toEqual(
        Object.keys(FIELDS).filter((name) => line.includes(`"${name}":`) && name in JSON.parse(line)),
      );
      seen.add(JSON.parse(line).type);
    }
    expect([...seen].sort()).toEqual([...ENTRY_TYPES].sort());
  });

  test('refuses what the verifier refuses', () => {
    const place = desk(scratch());
    everydayLog(place);
    const [, , line = ''] = readFileSync(place.file, 'utf8').split('\n');
    const wrong = [
      { v: 2 },
      { type: 'other' },
      { verdict: 'deny' },
      { extra: 1 },
      { seq: -1 },
      { sig: 'x' },
      { ts: 'now' },
    ];
    for (const change of wrong) {
      const entry: unknown = { ...JSON.parse(line), ...change };
      expect(schema.safeParse(entry).success, JSON.stringify(change)).toBe(false);
      expect(shapeProblem(entry), JSON.stringify(change)).toBeDefined();
    }
  });
});

test('ids sort like time, and differ', () => {
  const ids = [1, 2, 1_800_000_000_000, 1_800_000_000_001].map(newEntryId);
  expect(ids.toSorted()).toEqual(ids);
  for (const id of ids) expect(id).toMatch(ENTRY_ID);
  expect(new Set(Array.from({ length: 1000 }, () => newEntryId(0))).size).toBe(1000);
});
