import { maskText } from '../../mask/text.ts';
import { type MaskedText, rawText } from '../../model/text.ts';

/** NAMEDATALEN of PostgreSQL (characters). */
const LONGEST_APPLICATION = 63;

/** What a client calls itself. Anybody can say anything there: for the record only, and masked like any text. */
export function applicationText(name: string | undefined): MaskedText | undefined {
  return name === undefined ? undefined : maskText(rawText(name.slice(0, LONGEST_APPLICATION)));
}
