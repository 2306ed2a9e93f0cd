import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { DataClass } from '../../model/data-class.ts';
import { type Environment, strictestEnvironment } from '../../model/environment.ts';
import type { Judgement } from '../../model/judge.ts';
import type { FlowBook, FlowRecord } from '../../observe/flow-book.ts';
import { downstream, type FlowEnd, knownFile, outputEnds } from '../../observe/flow-ends.ts';

/** Rows that come back, and of what. */
export interface Returned {
  readonly judgement: Pick<Judgement, 'data' | 'parsed' | 'plans'>;
  readonly environment: Environment;
  readonly catalog: CatalogSnapshot | undefined;
}

/** Guard can't tell what the rows hold. */
function isUnsure({ judgement, catalog }: Returned): boolean {
  if (judgement.parsed !== 'complete' || catalog?.complete !== true) return true;
  if (judgement.plans.some(({ outputs, copyOut }) => (copyOut?.outputs ?? outputs).kind === 'opaque'))
    return true;
  const tables = new Set(judgement.data.tables);
  return catalog.relations.some(
    ({ schema, name, columns }) =>
      columns.some(({ unsure }) => unsure) && (tables.has(name) || tables.has(`${schema}.${name}`)),
  );
}

/**
 * Remembers where classed rows of one session go, before they go: what reads them may be on its way into a lower
 * environment. Nothing is below dev, made-up persons are nobody's data, and what holds nothing classed leaves no trace.
 */
export class Outflow {
  readonly #session: string;
  readonly #book: FlowBook;
  readonly #look: () => readonly FlowEnd[];
  #written: FlowRecord | undefined;
  readonly #files = new Map<string, string>();

  constructor(session: string, book: FlowBook, look: () => readonly FlowEnd[] = outputEnds) {
    this.#session = session;
    this.#book = book;
    this.#look = look;
  }

  /** Throws when it can't be remembered: then the rows must not go. */
  returned(rows: Returned): void {
    const { judgement, environment } = rows;
    const { classes } = judgement.data;
    if (environment.class === 'dev' || environment.synthetic) return;
    if (classes.length === 0 && !isUnsure(rows)) return;
    const ends = this.#look();
    const keys = ends.map(({ key }) => key).filter((key) => !this.#knows(key, environment, classes));
    if (keys.length === 0) return;
    for (const { key, path } of ends) if (path !== undefined) this.#files.set(key, path);
    this.#write(environment, classes, downstream(keys));
  }

  /** The client is gone: what it wrote can be known again by its content. Throws system errors. */
  close(): void {
    if (this.#written === undefined || this.#files.size === 0) return;
    const heads = [...this.#files].flatMap(([key, path]) => {
      const file = knownFile(path);
      return file?.key === key && file.head !== undefined ? [file.head] : [];
    });
    if (heads.length > 0) this.#book.write({ ...this.#written, heads });
  }

  #knows(key: string, environment: Environment, classes: readonly DataClass[]): boolean {
    const written = this.#written;
    if (written === undefined || !written.ends.includes(key)) return false;
    if (strictestEnvironment(environment.class, written.environment) !== written.environment) return false;
    return classes.every((name) => written.classes.includes(name));
  }

  #write(environment: Environment, classes: readonly DataClass[], ends: readonly string[]): void {
    const old = this.#written;
    const isHighest =
      old === undefined || strictestEnvironment(old.environment, environment.class) === environment.class;
    const record: FlowRecord = {
      session: this.#session,
      environment: isHighest ? environment.class : old.environment,
      target: isHighest ? environment.name : old.target,
      classes: [...new Set([...(old?.classes ?? []), ...classes])],
      ends: [...new Set([...(old?.ends ?? []), ...ends])],
      heads: [],
    };
    this.#book.write(record);
    this.#written = record;
  }
}
