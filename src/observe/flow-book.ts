import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readPrivateFile, writePrivateFile } from '../host/private-file.ts';
import { ensurePrivateFolder, isErrno } from '../host/private-folder.ts';
import { type DataClass, isDataClass } from '../model/data-class.ts';
import { ENVIRONMENT_CLASSES, type EnvironmentClass } from '../model/environment.ts';
import { GuardError } from '../model/errors.ts';
import { bootId } from './flow-ends.ts';

/** Where one session let classed rows go. Holds no value. */
export interface FlowRecord {
  readonly session: string;
  readonly environment: EnvironmentClass;
  readonly target: string;
  /** Empty: guard could not tell. */
  readonly classes: readonly DataClass[];
  /** Pipes and files that were open for writing. */
  readonly ends: readonly string[];
  /** Size and hash of the beginning of the files, once the session is over. */
  readonly heads: readonly string[];
}

const FORMAT = 1;
const NAME = /^[0-9a-f]{1,64}\.json$/;
/** Records that are kept; the oldest go first. */
const MOST_RECORDS = 2_000;
const MOST_ENDS = 4_096;
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
/** A folder that changed this recently may change again within the same tick of its clock, in milliseconds. */
const UNSETTLED_MS = 1_000;

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > MOST_ENDS) return undefined;
  const all: readonly unknown[] = value;
  return all.every((one) => typeof one === 'string') ? all : undefined;
}

function readRecord(text: string, boot: string): FlowRecord | undefined {
  const value: unknown = JSON.parse(text);
  if (!isFields(value) || value['format'] !== FORMAT) return undefined;
  const { session, target } = value;
  const environment = ENVIRONMENT_CLASSES.find((one) => one === value['environment']);
  const [classes, ends, heads] = [value['classes'], value['ends'], value['heads']].map(texts);
  if (typeof session !== 'string' || typeof target !== 'string' || environment === undefined)
    return undefined;
  if (classes === undefined || ends === undefined || heads === undefined) return undefined;
  const still = value['boot'] === boot ? ends : ends.filter((key) => key.startsWith('file:'));
  return { session, target, environment, classes: classes.filter(isDataClass), ends: still, heads };
}

/** What sessions of this user let go of, in a folder that all of them share; outlives the sessions. */
export class FlowBook {
  readonly #folder: string;
  readonly #boot = bootId();
  #known: { readonly version: bigint; readonly records: readonly FlowRecord[] } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The same list as long as nothing was written. Throws CONFIG_INVALID for a damaged record: it may have said "prod". */
  records(): readonly FlowRecord[] {
    const stats = statSync(this.#folder, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return [];
    if (this.#known?.version === stats.mtimeNs) return this.#known.records;
    const records = this.#names().flatMap((name) => this.#read(name) ?? []);
    if (Date.now() - Number(stats.mtimeMs) > UNSETTLED_MS) this.#known = { version: stats.mtimeNs, records };
    return records;
  }

  /** On disk when this returns: rows may go. Throws system errors. */
  write(record: FlowRecord): void {
    const folder = ensurePrivateFolder(this.#folder);
    this.#sweep();
    const kept = { ...record, ends: record.ends.slice(-MOST_ENDS), heads: record.heads.slice(-MOST_ENDS) };
    const text = JSON.stringify({ format: FORMAT, boot: this.#boot, ...kept });
    writePrivateFile(join(folder, `${record.session}.json`), `${text}\n`);
  }

  #names(): readonly string[] {
    return readdirSync(this.#folder).filter((name) => NAME.test(name));
  }

  #read(name: string): FlowRecord | undefined {
    const path = join(this.#folder, name);
    const content = readPrivateFile(path);
    // Another session swept it.
    if (content === undefined) return undefined;
    const damaged = (cause?: unknown) =>
      new GuardError(
        'CONFIG_INVALID',
        `${path} can't be read: it says where rows of another environment went`,
        {
          cause,
          hint: 'remove it when no copy of that data may be under way any more',
        },
      );
    let record: FlowRecord | undefined;
    try {
      record = readRecord(content.toString('utf8'), this.#boot);
    } catch (cause) {
      throw damaged(cause);
    }
    if (record === undefined) throw damaged();
    return record;
  }

  #sweep(): void {
    const aged = this.#names().flatMap((name) => {
      const path = join(this.#folder, name);
      const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
      return mtimeMs === undefined ? [] : [{ path, mtimeMs }];
    });
    aged.sort((a, b) => b.mtimeMs - a.mtimeMs);
    for (const [at, { path, mtimeMs }] of aged.entries())
      if (at >= MOST_RECORDS - 1 || Date.now() - mtimeMs > KEPT_MS) remove(path);
  }
}

function remove(path: string): void {
  try {
    rmSync(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}
