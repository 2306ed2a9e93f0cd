import type { ClassLeaf, CredentialLeaf } from '../model/data-class.ts';
import type { Subject } from './subject.ts';
import type { TypeFamily } from './type-family.ts';

/** One line of knowledge: a column whose concepts include all words of one of `any` holds this leaf. */
export interface ColumnRule {
  readonly leaf: ClassLeaf | CredentialLeaf;
  /** Alternatives; each a list of concepts that must all be there. */
  readonly any: readonly string[];
  /** Concepts that speak against it. */
  readonly unless?: string;
  /** Only in relations about these subjects; with `event` also in any relation that points to a person. */
  readonly subjects?: readonly Subject[];
  /** Only when nothing but these concepts is in the name. */
  readonly bare?: boolean;
  /** Only when the relation's own name has one of these concepts. */
  readonly relation?: string;
  /** Only when no other column of the relation has this concept. */
  readonly without?: string;
  /** Only when the relation points to a person. */
  readonly linked?: boolean;
  readonly families: readonly TypeFamily[];
  /** 0 to 1; below SURE_FROM the column counts as unsure. */
  readonly confidence: number;
  /** Words that usually disqualify (`type`, `count`, `code`) do not here. */
  readonly keepsAttributes?: boolean;
}
