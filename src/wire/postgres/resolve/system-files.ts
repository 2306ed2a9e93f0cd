import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { FileFacts, ResolveFiles } from './files.ts';

/** No service file, password file or postgresql.conf comes near this (bytes). */
const FILE_LIMIT_BYTES = 4 * 1024 * 1024;
const PERMISSIONS = 0o7777;

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // libpq treats what it can't read as not there; the caller decides whether that is an error.
    return undefined;
  }
}

function readText(path: string): string | undefined {
  return quietly(() => {
    // A FIFO or a device would block or never end.
    if (!statSync(path).isFile()) return undefined;
    const fd = openSync(path, 'r');
    try {
      const stats = fstatSync(fd);
      return stats.isFile() && stats.size <= FILE_LIMIT_BYTES ? readFileSync(fd, 'utf8') : undefined;
    } finally {
      closeSync(fd);
    }
  });
}

function facts(path: string): FileFacts | undefined {
  return quietly(() => {
    const stats = statSync(path);
    const notFile = stats.isDirectory() ? 'folder' : 'other';
    return { kind: stats.isFile() ? 'file' : notFile, uid: stats.uid, mode: stats.mode & PERMISSIONS };
  });
}

/** The real file system. */
export const systemFiles: ResolveFiles = {
  readText,
  facts,
  list: (path) => quietly(() => readdirSync(path)) ?? [],
  link: (path) => quietly(() => readlinkSync(path)),
};
