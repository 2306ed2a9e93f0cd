/** Which rows a bulk export takes, in the patterns its program was given. */
export interface DumpSelection {
  readonly tables: readonly string[];
  readonly schemas: readonly string[];
  readonly notTables: readonly string[];
  readonly notSchemas: readonly string[];
  /** Tables whose definition is dumped and whose rows are not. */
  readonly notData: readonly string[];
  readonly foreignData: boolean;
}

/** What a bulk export is to do; plain data, it crosses a thread. */
export interface DumpWish {
  /** The command line, for the record. */
  readonly command: string;
  readonly program: string;
  readonly selection: DumpSelection;
  /** No rows at all. */
  readonly schemaOnly: boolean;
  /** Classed values are masked, and the file says so. */
  readonly masked: boolean;
}

/** What the judge is asked about: relations by name, as its own catalog knows them. */
export interface BulkExport {
  readonly program: string;
  readonly tables: readonly string[];
  readonly schemaOnly: boolean;
  readonly masked: boolean;
  /** Columns that guard is unsure about count as classed. */
  readonly unsureCounts: boolean;
}

/** By which bulk exports name tables. */
export function tableKey({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}.${name}`;
}
