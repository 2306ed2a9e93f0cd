import type { FileFacts, ResolveFiles } from '../../../../src/wire/postgres/resolve/files.ts';

interface MemoryFile {
  readonly text?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly kind?: FileFacts['kind'];
}

/** A file system made of a table; a string is a file's text. */
export function memoryFiles(table: Readonly<Record<string, string | MemoryFile>>): ResolveFiles {
  const entry = (path: string): MemoryFile | undefined => {
    const found = Object.hasOwn(table, path) ? table[path] : undefined;
    return typeof found === 'string' ? { text: found } : found;
  };
  return {
    readText: (path) => entry(path)?.text,
    facts: (path) => {
      const found = entry(path);
      if (found === undefined) return undefined;
      return { kind: found.kind ?? 'file', uid: found.uid ?? 1000, mode: found.mode ?? 0o600 };
    },
    list: (path) =>
      Object.keys(table)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1).split('/')[0] ?? ''),
    link: () => undefined,
  };
}
