import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PRIVATE_FILE_MODE } from '../../src/host/private-file.ts';
import type { CatalogLabel } from '../../src/model/policy.ts';
import { LabelStore, labelsFor, type StoredLabel } from '../../src/session/labels.ts';
import { scratchFolders } from '../host/scratch.ts';

const scratch = scratchFolders();

function label(change: Partial<StoredLabel> = {}): StoredLabel {
  return {
    target: 'pg:1/2',
    pattern: 'public.patients.note',
    class: 'phi.text',
    by: 'ada',
    time: '2026-11-20T10:00:00.000Z',
    ...change,
  };
}

const silent = () => undefined;

describe('the file', () => {
  test('a missing one holds nothing; what is set is there for the next reader, for us alone', () => {
    const path = join(scratch(), 'labels.json');
    expect(new LabelStore(path).read()).toEqual([]);
    new LabelStore(path).set(label(), silent);
    expect(new LabelStore(path).read()).toEqual([label()]);
    expect(statSync(path).mode & 0o777).toBe(PRIVATE_FILE_MODE);
  });

  test('a label takes the place of the one for the same column of the same database', () => {
    const store = new LabelStore(join(scratch(), 'labels.json'));
    store.set(label(), silent);
    store.set(label({ target: 'pg:1/3' }), silent);
    store.set(label({ class: 'none' }), silent);
    expect(store.read().map((each) => [each.target, each.class])).toEqual([
      ['pg:1/3', 'phi.text'],
      ['pg:1/2', 'none'],
    ]);
  });

  test('what can not be recorded is not set', () => {
    const path = join(scratch(), 'labels.json');
    const store = new LabelStore(path);
    store.set(label(), silent);
    const before = readFileSync(path);
    const unwritable = () => {
      throw new Error('disk full');
    };
    expect(() => store.set(label({ class: 'none' }), unwritable)).toThrow('disk full');
    expect(readFileSync(path)).toEqual(before);
  });

  test.each([
    ['{', 'CONFIG_INVALID'],
    ['[]', 'CONFIG_INVALID'],
    ['{"version":1}', 'CONFIG_INVALID'],
    ['{"version":1,"labels":[{}]}', 'CONFIG_INVALID'],
    [JSON.stringify({ version: 1, labels: [{ ...label(), class: 'phi.soul' }] }), 'CONFIG_INVALID'],
    ['{"version":2,"labels":[]}', 'STATE_TOO_NEW'],
  ])('a damaged one is an error, never an empty list: %s', (content, code) => {
    const path = join(scratch(), 'labels.json');
    writeFileSync(path, content, { mode: PRIVATE_FILE_MODE });
    expect(() => new LabelStore(path).read()).toThrow(expect.objectContaining({ code }));
    expect(() => new LabelStore(path).set(label(), silent)).toThrow(expect.objectContaining({ code }));
  });

  test('one that others could change is not believed', () => {
    const path = join(scratch(), 'labels.json');
    new LabelStore(path).set(label(), silent);
    chmodSync(path, 0o666);
    expect(() => new LabelStore(path).read()).toThrow(expect.objectContaining({ code: 'KEY_UNREADABLE' }));
  });
});

describe('whose word counts', () => {
  const policy: readonly CatalogLabel[] = (['user', 'team', 'org', 'default'] as const).map((layer) => ({
    layer,
    pattern: 'a.b',
    class: 'phi.text',
    source: layer,
  }));

  test('of several labels the last one counts: files of users and projects, then a person here, then the organisation', () => {
    const sources = labelsFor('pg:1/2', policy, [label()]).map(({ source }) => source);
    expect(sources).toEqual(['user', 'team', 'guard catalog set by ada on 2026-11-20', 'org', 'default']);
  });

  test('a label holds for its own database alone', () => {
    expect(labelsFor('pg:9/9', [], [label()])).toEqual([]);
    expect(labelsFor(undefined, [], [label()])).toEqual([]);
  });
});
