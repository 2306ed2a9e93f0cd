import { dirname, join } from 'node:path';
import type { ColumnLabel } from '../catalog/labels.ts';
import { withLock } from '../host/lock.ts';
import { readPrivateFile, writePrivateFile } from '../host/private-file.ts';
import { ensurePrivateFolder } from '../host/private-folder.ts';
import { type DataClass, isDataClass } from '../model/data-class.ts';
import { GuardError } from '../model/errors.ts';
import type { CatalogLabel } from '../model/policy.ts';

/** What `guard catalog set` said of one column of one database. */
export interface StoredLabel {
  /** Identity of the target, as in the registry of targets. */
  readonly target: string;
  /** `schema.table.column`. */
  readonly pattern: string;
  readonly class: DataClass | 'none';
  /** The actor's id. */
  readonly by: string;
  /** ISO 8601. */
  readonly time: string;
}

const FORMAT = 1;
const MOST_LABELS = 20_000;
const LONGEST_TEXT = 1_024;

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLabel(value: unknown): value is StoredLabel {
  if (!isFields(value)) return false;
  const { class: said } = value;
  const isClass = said === 'none' || (typeof said === 'string' && isDataClass(said));
  return (
    isClass &&
    ['target', 'pattern', 'by', 'time'].every((name) => {
      const text = value[name];
      return typeof text === 'string' && text.length <= LONGEST_TEXT;
    })
  );
}

function unreadable(path: string, why: string, cause?: unknown): GuardError {
  return new GuardError('CONFIG_INVALID', `the labels of columns in ${path} can't be used: ${why}`, {
    cause,
    hint: 'a column that was called sensitive must not be forgotten by accident: repair the file, or remove it on purpose',
  });
}

function parseLabels(text: string, path: string): readonly StoredLabel[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, 'it is no JSON', cause);
  }
  if (!isFields(value) || typeof value['version'] !== 'number') throw unreadable(path, 'it has no version');
  if (value['version'] > FORMAT)
    throw new GuardError('STATE_TOO_NEW', `${path} was written by a later version of guard`, {
      hint: 'update guard on this machine',
    });
  const { labels } = value;
  if (!Array.isArray(labels) || labels.length > MOST_LABELS)
    throw unreadable(path, 'it has no list of labels');
  const listed: unknown[] = labels;
  if (!listed.every(isLabel)) throw unreadable(path, 'an entry is not one of guard');
  return listed;
}

/** The labels in a file of the state folder, shared by all of this user's guards. */
export class LabelStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws CONFIG_INVALID, STATE_TOO_NEW or KEY_UNREADABLE; a missing file holds no labels. */
  read(): readonly StoredLabel[] {
    const content = readPrivateFile(this.#path);
    return content === undefined ? [] : parseLabels(content.toString('utf8'), this.#path);
  }

  /**
   * Sets one label under the lock, in place of an older one for the same column. `record` runs before anything is
   * written: where it throws, nothing changes.
   */
  set(label: StoredLabel, record: () => void): void {
    const folder = ensurePrivateFolder(dirname(this.#path));
    withLock(join(folder, 'catalog-labels.lock'), () => {
      const others = this.read().filter(
        ({ target, pattern }) => target !== label.target || pattern !== label.pattern,
      );
      if (others.length >= MOST_LABELS)
        throw new GuardError('CONFIG_INVALID', `there are ${MOST_LABELS} labels already`, {
          hint: 'move them into a policy file: guard catalog export',
        });
      record();
      writePrivateFile(this.#path, `${JSON.stringify({ version: FORMAT, labels: [...others, label] })}\n`);
    });
  }
}

function columnLabel({ pattern, class: said, by, time }: StoredLabel): ColumnLabel {
  return { pattern, class: said, source: `guard catalog set by ${by} on ${time.slice(0, 10)}` };
}

/**
 * All labels for one database, the least authority first: users' and projects' files, then what a person set here, then
 * the organisation, which has the last word.
 */
export function labelsFor(
  identity: string | undefined,
  policy: readonly CatalogLabel[],
  stored: readonly StoredLabel[],
): readonly ColumnLabel[] {
  const lasting = policy.filter(({ layer }) => layer === 'org' || layer === 'default');
  const own = stored.filter(({ target }) => target === identity).map(columnLabel);
  return [...policy.filter((label) => !lasting.includes(label)), ...own, ...lasting];
}
