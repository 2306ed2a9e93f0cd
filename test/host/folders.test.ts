import { chmodSync, existsSync, lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { configFolder, runtimeFolder, stateFolder } from '../../src/host/folders.ts';
import { ensurePrivateFolder, isErrno, isPrivateFolder, ownUid } from '../../src/host/private-folder.ts';
import { makeTemporaryFolder } from '../../src/host/temporary.ts';
import { scratchFolders } from './scratch.ts';

const scratch = scratchFolders();
const mode = (path: string) => statSync(path).mode & 0o777;

afterEach(() => vi.unstubAllEnvs());

describe('state and config folders', () => {
  test('honour the XDG variables and are made 0700', () => {
    const base = scratch();
    const state = stateFolder({ XDG_STATE_HOME: join(base, 'deep/state') });
    expect(state).toBe(join(base, 'deep/state/guard'));
    expect(mode(state)).toBe(0o700);
    const config = configFolder({ XDG_CONFIG_HOME: base });
    expect(config).toBe(join(base, 'guard'));
    expect(existsSync(config)).toBe(false);
  });

  test('a relative value is ignored', () => {
    expect(configFolder({ XDG_CONFIG_HOME: 'here' })).toBe(join(homedir(), '.config/guard'));
  });

  test('an existing state folder is tightened to 0700', () => {
    const base = scratch();
    mkdirSync(join(base, 'guard'));
    chmodSync(join(base, 'guard'), 0o777);
    expect(mode(stateFolder({ XDG_STATE_HOME: base }))).toBe(0o700);
  });

  test('a file in its place is refused', () => {
    const base = scratch();
    writeFileSync(join(base, 'guard'), '');
    expect(() => stateFolder({ XDG_STATE_HOME: base })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

describe('runtime folder', () => {
  test('stands in XDG_RUNTIME_DIR when that is ours alone', () => {
    const base = scratch();
    expect(runtimeFolder({ XDG_RUNTIME_DIR: base })).toBe(join(base, 'guard'));
    expect(isPrivateFolder(join(base, 'guard'))).toBe(true);
  });

  test.each([
    ['open to others', 0o755],
    ['group can enter', 0o710],
  ])('XDG_RUNTIME_DIR %s is not used', (_, bits) => {
    const base = scratch();
    chmodSync(base, bits);
    vi.stubEnv('TMPDIR', scratch());
    expect(runtimeFolder({ XDG_RUNTIME_DIR: base })).toBe(join(tmpdir(), `guard-${ownUid()}`));
  });

  test('a planted folder or link under the temporary folder is refused', () => {
    const temporary = scratch();
    vi.stubEnv('TMPDIR', temporary);
    const planted = join(temporary, `guard-${ownUid()}`);
    mkdirSync(planted);
    chmodSync(planted, 0o755);
    expect(() => runtimeFolder({})).toThrow(/others can enter/);
    const links = scratch();
    vi.stubEnv('TMPDIR', links);
    symlinkSync(scratch(), join(links, `guard-${ownUid()}`));
    expect(() => runtimeFolder({})).toThrow(/not a folder/);
  });
});

test('a folder of somebody else is refused', () => {
  vi.spyOn(process, 'geteuid').mockReturnValue(12_345);
  expect(() => ensurePrivateFolder(scratch(), 'strict')).toThrow(/somebody else/);
  vi.restoreAllMocks();
});

test('a temporary folder is 0700, distinct, and gone when disposed', () => {
  vi.stubEnv('XDG_RUNTIME_DIR', scratch());
  const one = makeTemporaryFolder();
  const two = makeTemporaryFolder();
  expect(one.path).not.toBe(two.path);
  expect(lstatSync(one.path).mode & 0o777).toBe(0o700);
  writeFileSync(join(one.path, 'x'), '');
  one[Symbol.dispose]();
  expect(existsSync(one.path)).toBe(false);
  expect(existsSync(two.path)).toBe(true);
  two[Symbol.dispose]();
});

test('isErrno looks at the code only', () => {
  expect(isErrno(Object.assign(new Error('x'), { code: 'ENOENT' }), 'EACCES', 'ENOENT')).toBe(true);
  expect(isErrno(new Error('ENOENT'), 'ENOENT')).toBe(false);
  expect(isErrno('ENOENT', 'ENOENT')).toBe(false);
});
