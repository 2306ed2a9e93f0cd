import type { BoundParameters, Probe, ProbeAnswer } from '../../../src/wire/postgres/gate.ts';

/** The answer to one query: one result with these rows for each of its statements. */
export function results(...each: readonly (readonly (readonly (string | null)[])[])[]): ProbeAnswer {
  return { kind: 'rows', results: each };
}

export function serverError(code: string): ProbeAnswer {
  return { kind: 'error', code, message: 'value "4711" is not nice' };
}

/** A server that answers as told and remembers what it was asked. */
export class ScriptedProbe implements Probe {
  readonly asked: string[] = [];
  readonly boundAsked: { readonly sql: string; readonly parameters: BoundParameters }[] = [];
  readonly #answer: (sql: string) => ProbeAnswer;

  constructor(answer: (sql: string) => ProbeAnswer = () => results()) {
    this.#answer = answer;
  }

  simple(sql: string): Promise<ProbeAnswer> {
    this.asked.push(sql);
    return Promise.resolve(this.#answer(sql));
  }

  syntax(): Promise<'accepted' | 'rejected' | 'unknown'> {
    return Promise.resolve('unknown');
  }

  bound(sql: string, parameters: BoundParameters): Promise<ProbeAnswer> {
    this.asked.push(sql);
    this.boundAsked.push({ sql, parameters });
    return Promise.resolve(this.#answer(sql));
  }
}
