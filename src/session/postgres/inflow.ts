import { type Environment, strictestEnvironment } from '../../model/environment.ts';
import type { Supply } from '../../model/facts.ts';
import type { FlowBook, FlowRecord } from '../../observe/flow-book.ts';
import type { InputEnds } from '../../observe/flow-ends.ts';

function isHigher({ environment }: FlowRecord, than: Environment): boolean {
  return environment !== than.class && strictestEnvironment(environment, than.class) === environment;
}

/** Says whether what a session is given to read are rows of a higher environment. */
export class Inflow {
  readonly #input: InputEnds;
  readonly #book: FlowBook;
  #last:
    | { readonly records: readonly FlowRecord[]; readonly into: Environment; readonly supply?: Supply }
    | undefined;

  constructor(input: InputEnds, book: FlowBook) {
    this.#input = input;
    this.#book = book;
  }

  /** The same object as long as nothing is different. Throws when it can't be told. */
  into(environment: Environment): Supply | undefined {
    const { ends, heads } = this.#input;
    // Nothing is above prod; a terminal has no end that guard knows.
    if (environment.class === 'prod' || (ends.length === 0 && heads.length === 0)) return undefined;
    // Once it is known it stays: what was read is read.
    if (this.#last?.into === environment && this.#last.supply !== undefined) return this.#last.supply;
    const records = this.#book.records();
    if (this.#last?.into === environment && this.#last.records === records) return undefined;
    const supply = this.#find(records, environment);
    this.#last = { records, into: environment, ...(supply === undefined ? {} : { supply }) };
    return supply;
  }

  #find(records: readonly FlowRecord[], environment: Environment): Supply | undefined {
    const ends = new Set(this.#input.ends);
    const heads = new Set(this.#input.heads);
    const from = records.filter(
      (record) =>
        isHigher(record, environment) &&
        (record.ends.some((key) => ends.has(key)) || record.heads.some((head) => heads.has(head))),
    );
    const [first, ...others] = from;
    if (first === undefined) return undefined;
    const highest = others.reduce(
      (a, b) => (strictestEnvironment(a.environment, b.environment) === a.environment ? a : b),
      first,
    );
    // What one of them holds is not known: then it may be anything.
    const classes = from.some((record) => record.classes.length === 0)
      ? []
      : from.flatMap((one) => one.classes);
    return { environment: highest.environment, target: highest.target, classes: [...new Set(classes)] };
  }
}
