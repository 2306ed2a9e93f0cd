/** What the resolver may know of one file. */
export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other';
  readonly uid: number;
  /** Permission bits only. */
  readonly mode: number;
}

/** The resolver's only way to the file system; nothing here throws. */
export interface ResolveFiles {
  /** UTF-8 text; undefined when it can't be read or is too large. */
  readText(path: string): string | undefined;
  /** Follows links; undefined when there is nothing. */
  facts(path: string): FileFacts | undefined;
  /** Names in a folder, unsorted; empty when it can't be read. */
  list(path: string): readonly string[];
  /** Where a symbolic link points, as written; undefined when it is none. */
  link(path: string): string | undefined;
}
