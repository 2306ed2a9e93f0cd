import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openState, STATE_VERSION } from '../../src/host/state-version.ts';
import { scratchFolders } from './scratch.ts';

const scratch = scratchFolders();
const note = (folder: string, text: string) => writeFileSync(join(folder, 'notes'), text, { flag: 'a' });
const version = (folder: string) => readFileSync(join(folder, 'version'), 'utf8');
const steps = [
  { to: 2, migrate: (folder: string) => note(folder, 'two ') },
  { to: 3, migrate: (folder: string) => note(folder, 'three ') },
];

describe('the state folder', () => {
  test('of a first run gets the version of this guard', () => {
    const folder = scratch();
    expect(openState(folder)).toEqual({ from: undefined, to: STATE_VERSION, migrated: false });
    expect(version(folder)).toBe(`${STATE_VERSION}\n`);
    expect(openState(folder)).toEqual({ from: STATE_VERSION, to: STATE_VERSION, migrated: false });
  });

  test('of a newer guard is refused and not touched', () => {
    const folder = scratch();
    writeFileSync(join(folder, 'version'), `${STATE_VERSION + 1}\n`);
    expect(() => openState(folder)).toThrow(expect.objectContaining({ code: 'STATE_TOO_NEW' }));
    expect(version(folder)).toBe(`${STATE_VERSION + 1}\n`);
  });

  test('of an older guard is brought up to date once, step by step, keys kept', () => {
    const folder = scratch();
    openState(folder, { current: 1 });
    mkdirSync(join(folder, 'keys'));
    writeFileSync(join(folder, 'keys', 'audit.pem'), 'key');
    const known = { current: 3, migrations: steps };
    expect(openState(folder, known)).toEqual({ from: 1, to: 3, migrated: true });
    expect(openState(folder, known)).toEqual({ from: 3, to: 3, migrated: false });
    expect(readFileSync(join(folder, 'notes'), 'utf8')).toBe('two three ');
    expect(readFileSync(join(folder, 'keys', 'audit.pem'), 'utf8')).toBe('key');
  });

  test('goes on after a step that failed', () => {
    const folder = scratch();
    openState(folder, { current: 1 });
    const broken = { to: 3, migrate: () => expect.unreachable('the disk broke') };
    expect(() => openState(folder, { current: 3, migrations: [...steps.slice(0, 1), broken] })).toThrow(
      'the disk broke',
    );
    expect(version(folder)).toBe('2\n');
    expect(openState(folder, { current: 3, migrations: steps })).toMatchObject({ from: 2, migrated: true });
  });

  test('is not brought up to date by a step that loses a key, or where a step is missing', () => {
    const folder = scratch();
    openState(folder, { current: 1 });
    mkdirSync(join(folder, 'keys'));
    writeFileSync(join(folder, 'keys', 'audit.pem'), 'key');
    const thief = { to: 2, migrate: () => rmSync(join(folder, 'keys', 'audit.pem')) };
    expect(() => openState(folder, { current: 2, migrations: [thief] })).toThrow(/changed a key/);
    expect(() => openState(folder, { current: 2 })).toThrow(/can't bring/);
    expect(version(folder)).toBe('1\n');
  });

  test.each(['', 'one', '-1', '1.5', '99999999'])('with the version %j is refused', (text) => {
    const folder = scratch();
    writeFileSync(join(folder, 'version'), text);
    expect(() => openState(folder)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
