import type { VariableQuoting } from '../../model/psql.ts';
import type { Input } from './input.ts';

export interface VariableReference {
  readonly name: string;
  readonly quoting: VariableQuoting;
  readonly written: string;
}

/** psqlscan.l `variable_char`: bytes from \200 on are characters from U+0080 on. */
const FORMS: readonly (readonly [VariableQuoting, RegExp])[] = [
  ['plain', /:[A-Za-z0-9_\u0080-\uffff]+/y],
  ['literal', /:'[A-Za-z0-9_\u0080-\uffff]+'/y],
  ['identifier', /:"[A-Za-z0-9_\u0080-\uffff]+"/y],
  ['is-set', /:\{\?[A-Za-z0-9_\u0080-\uffff]+\}/y],
];
const NAME = /[A-Za-z0-9_\u0080-\uffff]+/;

/** The use of a variable that begins here, if one does; moves behind it. */
export function readReference(input: Input): VariableReference | undefined {
  for (const [quoting, form] of FORMS) {
    const written = input.take(form);
    if (written !== '') return { name: NAME.exec(written)?.[0] ?? '', quoting, written };
  }
  return undefined;
}
