/** Settings the server reports that hold free text: code in the server may have put a row's value there. */
const FREE_TEXT: ReadonlySet<string> = new Set(['application_name', 'TimeZone', 'search_path']);
/** Places of the tz database and fixed offsets, as PostgreSQL prints them; a made-up zone has no slash. */
const ZONE =
  /^(?:[A-Za-z_]{1,30}(?:\/[A-Za-z_+-]{1,30}\d{0,2}){1,2}|UTC|GMT|<[+-]\d{2}(?::\d{2})?>[+-]\d{2}(?::\d{2})?)$/;
/** Of the latest statements that can set something (UTF-16 code units). */
const MOST_TEXT = 16_000;
const HIDDEN = '*****';

/** What a client may hear of settings while it works: what it said itself, and what was so at the start. */
export class ReportedSettings {
  #said = '';
  readonly #atStart = new Set<string>();

  /** A statement of the client that is let through. */
  heard(text: string): void {
    if (!/set/i.test(text)) return;
    this.#said = `${this.#said}\n${text}`.slice(-MOST_TEXT);
  }

  /** A value from before the first statement. */
  begin(value: string): void {
    this.#atStart.add(value);
  }

  /** The value as the client may see it. */
  shown(name: string, value: string): string {
    if (!FREE_TEXT.has(name) || value === '' || this.#atStart.has(value)) return value;
    if (name === 'TimeZone' && ZONE.test(value)) return value;
    return this.#said.toLowerCase().includes(value.toLowerCase()) ? value : HIDDEN;
  }
}
