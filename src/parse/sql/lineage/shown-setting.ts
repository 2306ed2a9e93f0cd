/** Settings that PostgreSQL spells with capitals (guc_tables.c of 18); all others are in small letters. */
const SPELLED = new Map(
  ['DateStyle', 'IntervalStyle', 'TimeZone'].map((name): [string, string] => [name.toLowerCase(), name]),
);

/** The column name that SHOW gives: the setting's own spelling. */
export function shownSetting(name: string): string {
  const plain = name.toLowerCase();
  return SPELLED.get(plain) ?? (plain.includes('.') ? name : plain);
}
