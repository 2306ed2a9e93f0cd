import type { FunctionUse, RelationRef, SqlEffect } from '../../model/sql.ts';
import { ColumnSet } from './column-set.ts';
import { isCredentialStore } from './system-relations.ts';

interface PendingRead {
  readonly relation: RelationRef;
  readonly columns: ColumnSet;
}

/** Gathers the effects of one statement in order; all reads of one relation become one effect. */
export class EffectSink {
  readonly #items: (SqlEffect | PendingRead)[] = [];
  readonly #reads = new Map<string, ColumnSet>();
  readonly #functions = new Map<string, FunctionUse>();
  #parameters = 0;

  add(effect: SqlEffect): void {
    this.#items.push(effect);
  }

  /** The set that collects which columns of `relation` are read. */
  read(relation: RelationRef): ColumnSet {
    const key = `${relation.schema ?? ''}.${relation.name}`;
    const known = this.#reads.get(key);
    if (known !== undefined) return known;
    const columns = new ColumnSet();
    this.#reads.set(key, columns);
    this.#items.push({ relation, columns });
    if (isCredentialStore(relation)) this.add({ kind: 'secret-read', by: relation.name });
    return columns;
  }

  addFunction(use: FunctionUse): void {
    this.#functions.set(use.schema === undefined ? use.name : `${use.schema}.${use.name}`, use);
  }

  /** `$number` was seen. */
  addParameter(number: number): void {
    if (number > this.#parameters) this.#parameters = number;
  }

  get parameters(): number {
    return this.#parameters;
  }

  functions(): readonly FunctionUse[] {
    return [...this.#functions.values()];
  }

  effects(): readonly SqlEffect[] {
    return this.#items.map((item) =>
      'kind' in item ? item : { kind: 'read', relation: item.relation, columns: item.columns.columns() },
    );
  }
}
