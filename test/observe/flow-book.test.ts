import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FlowBook, type FlowRecord } from '../../src/observe/flow-book.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-flows-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function record(session: string, changes: Partial<FlowRecord> = {}): FlowRecord {
  return {
    session,
    environment: 'prod',
    target: 'claims',
    classes: ['phi.ssn'],
    ends: ['pipe:1:2', 'file:1:2:3'],
    heads: ['5:abc'],
    ...changes,
  };
}

test('what one session writes another one reads, and sees when it changes', () => {
  const [writer, reader] = [new FlowBook(join(folder, 'flows')), new FlowBook(join(folder, 'flows'))];
  expect(reader.records()).toEqual([]);
  writer.write(record('a1'));
  expect(reader.records()).toEqual([record('a1')]);
  writer.write(record('a1', { classes: [] }));
  expect(reader.records()).toEqual([record('a1', { classes: [] })]);
  expect(statSync(join(folder, 'flows')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'flows', 'a1.json')).mode & 0o777).toBe(0o600);
});

test('pipes of an earlier run of the machine are not those of this one', () => {
  const path = join(folder, 'a1.json');
  writeFileSync(path, JSON.stringify({ format: 1, boot: 'another', ...record('a1') }), { mode: 0o600 });
  expect(new FlowBook(folder).records()).toEqual([record('a1', { ends: ['file:1:2:3'] })]);
});

test.each([['no JSON'], ['{}'], [JSON.stringify({ format: 1, ...record('a1'), environment: 'home' })]])(
  'a damaged record stops everything: %s',
  (text) => {
    writeFileSync(join(folder, 'a1.json'), text, { mode: 0o600 });
    expect(() => new FlowBook(folder).records()).toThrow("a1.json can't be read");
  },
);

test('old records go', () => {
  const book = new FlowBook(folder);
  book.write(record('a1'));
  book.write(record('a2'));
  const monthAgo = (Date.now() - 31 * 24 * 60 * 60 * 1000) / 1000;
  utimesSync(join(folder, 'a1.json'), monthAgo, monthAgo);
  book.write(record('a3'));
  expect(readdirSync(folder).sort()).toEqual(['a2.json', 'a3.json']);
});
