import { readFileSync } from 'node:fs';

/** passwd(5) and group(5): `name:password:number:…`. Names from a directory server are not in these files; then the number is shown. */
const LINE = /^([^:]{1,64}):[^:]{0,256}:(\d{1,10}):/;
const MAX_FILE_CHARS = 4 * 1024 * 1024;

/** Numbers to names out of the text of such a file. */
export function namesOf(text: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of text.slice(0, MAX_FILE_CHARS).split('\n')) {
    const [, name, number] = LINE.exec(line) ?? [];
    if (name !== undefined && !names.has(Number(number))) names.set(Number(number), name);
  }
  return names;
}

function readNames(path: string): ReadonlyMap<number, string> {
  try {
    return namesOf(readFileSync(path, 'utf8'));
  } catch {
    return new Map();
  }
}

/** Looks names up in a file that is read at the first question. */
export function nameLookup(path: string): (number: number) => string | undefined {
  let names: ReadonlyMap<number, string> | undefined;
  return (number) => {
    names ??= readNames(path);
    return names.get(number);
  };
}

const MAX_CLAIM_CHARS = 128;
const UNSAFE = /[^\p{L}\p{N} ._:@/+=#-]/gu;

/** What the environment or an option says of somebody or something: short and harmless to print. Empty when nothing is left. */
export function harmless(text: string, limit: number = MAX_CLAIM_CHARS): string {
  return text
    .slice(0, limit * 2)
    .replace(UNSAFE, '')
    .trim()
    .slice(0, limit);
}
