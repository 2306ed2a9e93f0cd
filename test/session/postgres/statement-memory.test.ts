import { describe, expect, test } from 'vitest';
import { rawText } from '../../../src/model/text.ts';
import { SessionMemory } from '../../../src/session/postgres/statement-memory.ts';

describe('statement memory', () => {
  test('remembers, replaces and forgets', () => {
    const memory = new SessionMemory();
    memory.apply({ kind: 'prepare', name: 'a', text: rawText('SELECT 1') });
    memory.apply({ kind: 'prepare', name: 'b', text: rawText('SELECT 2') });
    memory.apply({ kind: 'cursor', name: 'c', text: rawText('SELECT 3') });
    memory.apply({ kind: 'deallocate', name: 'a' });
    expect(memory.picture.prepared).toEqual({ b: 'SELECT 2' });
    memory.apply({ kind: 'forget-all' });
    expect(memory.picture).toEqual({ prepared: {}, cursors: {}, created: [] });
  });

  test('names that objects are born with are names like others', () => {
    const memory = new SessionMemory();
    memory.apply({ kind: 'prepare', name: '__proto__', text: rawText('SELECT 1') });
    memory.apply({ kind: 'prepare', name: 'constructor', text: rawText('SELECT 2') });
    expect(Object.keys(memory.picture.prepared).sort()).toEqual(['__proto__', 'constructor']);
  });

  test('a name whose change is on its way stands for nothing', () => {
    const memory = new SessionMemory();
    const first = { kind: 'prepare', name: 'p', text: rawText('SELECT 1') } as const;
    const second = { kind: 'prepare', name: 'p', text: rawText('SELECT 2') } as const;
    const numbers = [first, second].map((change) => memory.expect(change));
    const [one = 0, two = 0] = numbers;
    expect(memory.picture.prepared).toEqual({});
    // The first success says nothing: the second statement is on its way.
    memory.succeed(first, one);
    expect(memory.picture.prepared).toEqual({});
    memory.succeed(second, two);
    expect(memory.picture.prepared).toEqual({ p: 'SELECT 2' });
  });

  test('so does every name once code that nobody sees is on its way', () => {
    const memory = new SessionMemory();
    const change = { kind: 'cursor', name: 'c', text: rawText('SELECT 1') } as const;
    const number = memory.expect(change);
    const all = memory.expect({ kind: 'forget-all' });
    memory.succeed(change, number);
    expect(memory.picture.cursors).toEqual({});
    memory.succeed({ kind: 'forget-all' }, all);
    expect(memory.picture.cursors).toEqual({});
  });

  test('holds a bounded number of bounded texts', () => {
    const memory = new SessionMemory();
    for (let index = 0; index < 1_500; index += 1) {
      memory.apply({ kind: 'prepare', name: `p${index}`, text: rawText('SELECT 1') });
    }
    memory.apply({ kind: 'prepare', name: 'long', text: rawText('x'.repeat(100_001)) });
    expect(Object.keys(memory.picture.prepared)).toHaveLength(1_000);
    expect(memory.picture.prepared['long']).toBeUndefined();
    expect(memory.picture.prepared['p1499']).toBe('SELECT 1');
  });
});

test('a table is no longer made here when another may stand under its name', () => {
  const memory = new SessionMemory();
  const made = (name: string) =>
    memory.succeed({ kind: 'created', name }, memory.expect({ kind: 'created', name }));
  made('public.a');
  made('public.b');
  memory.expect({ kind: 'unmade', names: ['public.a'] });
  expect(memory.picture.created).toEqual(['public.b']);
  memory.expect({ kind: 'unmade', names: 'all' });
  expect(memory.picture.created).toEqual([]);
  made('public.c');
  memory.apply({ kind: 'forget-all' });
  expect(memory.picture.created).toEqual([]);
});
