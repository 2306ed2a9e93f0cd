/** What a column looks like before it has a class; the same from a live server and from DDL. */
export interface BareColumn {
  readonly name: string;
  /** As format_type() prints it; '' when unknown. A domain is given by its base type. */
  readonly type: string;
  readonly comment?: string;
  readonly primaryKey?: boolean;
  /** Name of the table a foreign key on this column refers to. */
  readonly references?: string;
}

/** One table or view before its columns have classes. */
export interface BareRelation {
  readonly schema: string;
  readonly name: string;
  readonly comment?: string;
  readonly columns: readonly BareColumn[];
}
