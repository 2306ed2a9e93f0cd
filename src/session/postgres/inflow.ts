import { type Environment, strictestEnvironment } from '../../model/environment.ts';
import type { Supply } from '../../model/facts.ts';
import type { FlowBook, FlowRecord } from '../../observe/flow-book.ts';
import { type FlowEnd, type InputEnds, knownFile } from '../../observe/flow-ends.ts';

function isHigher({ environment }: FlowRecord, than: Environment): boolean {
  return environment !== than.class && strictestEnvironment(environment, than.class) === environment;
}

interface Known {
  readonly into: Environment;
  readonly all: readonly FlowRecord[];
  /** Of higher environments. */
  readonly records: readonly FlowRecord[];
}

/** Sizes of files that may be known again. */
function sizesOf(records: readonly FlowRecord[]): ReadonlySet<string> {
  return new Set(records.flatMap(({ heads }) => heads.map((head) => head.slice(0, head.indexOf(':')))));
}

/** Says whether what a session is given to read are rows of a higher environment. */
export class Inflow {
  readonly #input: InputEnds;
  readonly #book: FlowBook;
  readonly #look: () => readonly FlowEnd[];
  #known: Known | undefined;
  #supply: { readonly into: Environment; readonly supply: Supply } | undefined;

  /** `look`: what clients have open now. */
  constructor(input: InputEnds, book: FlowBook, look: () => readonly FlowEnd[]) {
    this.#input = input;
    this.#book = book;
    this.#look = look;
  }

  /** The same object as long as nothing is different. Throws when it can't be told. */
  into(environment: Environment): Supply | undefined {
    // Nothing is above prod.
    if (environment.class === 'prod') return undefined;
    // Once it is known it stays: what was read is read.
    if (this.#supply?.into === environment) return this.#supply.supply;
    const records = this.#higher(environment);
    if (records.length === 0) return undefined;
    const supply = this.#find(records);
    if (supply !== undefined) this.#supply = { into: environment, supply };
    return supply;
  }

  #higher(into: Environment): readonly FlowRecord[] {
    const all = this.#book.records();
    if (this.#known?.into !== into || this.#known.all !== all)
      this.#known = { into, all, records: all.filter((record) => isHigher(record, into)) };
    return this.#known.records;
  }

  #find(records: readonly FlowRecord[]): Supply | undefined {
    const open = this.#look();
    const ends = new Set([...this.#input.ends, ...open.map(({ key }) => key)]);
    const sizes = sizesOf(records);
    const known = sizes.size === 0 ? [] : open.flatMap(({ path }) => path ?? []);
    const heads = new Set([
      ...this.#input.heads,
      ...known.flatMap((path) => knownFile(path, sizes)?.head ?? []),
    ]);
    const [first, ...others] = records.filter(
      (record) => record.ends.some((key) => ends.has(key)) || record.heads.some((head) => heads.has(head)),
    );
    return first === undefined ? undefined : supplyOf(first, others);
  }
}

function supplyOf(first: FlowRecord, others: readonly FlowRecord[]): Supply {
  const from = [first, ...others];
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
