/** One connection keyword's value and where it was said: `argument`, `uri`, `service prod`, `PGHOST`, `default`. */
export interface Setting {
  readonly value: string;
  readonly source: string;
}

/** Values by libpq keyword. An empty value is a value: it hides the environment and the service file. */
export type Settings = ReadonlyMap<string, Setting>;

/** Environment of the process that would start psql. */
export type Variables = Readonly<Record<string, string | undefined>>;
