/** guard's own words on the wire: they work in psql and in every driver and never reach the server. */
export type OwnStatement =
  | { readonly kind: 'show'; readonly topic: OwnTopic }
  | { readonly kind: 'set'; readonly field: PurposeField; readonly value: string }
  | { readonly kind: 'reset'; readonly field: PurposeField }
  | { readonly kind: 'misspelt' };

export const OWN_TOPICS = ['status', 'why', 'ticket', 'purpose'] as const;
export type OwnTopic = (typeof OWN_TOPICS)[number];
export type PurposeField = 'ticket' | 'purpose';

/** A longer ticket or purpose is refused, in UTF-16 code units. */
const LONGEST_VALUE = 500;
const LONGEST_STATEMENT = LONGEST_VALUE * 2 + 100;

const SHOW = /^\s*show\s+guard\s*\.\s*(status|why|ticket|purpose)\s*;?\s*$/i;
const SET =
  /^\s*set\s+(?:session\s+)?guard\s*\.\s*(ticket|purpose)\s*(?:=|\sto\s)\s*'((?:[^'\\]|''){0,1000})'\s*;?\s*$/i;
const RESET = /^\s*reset\s+guard\s*\.\s*(ticket|purpose)\s*;?\s*$/i;
const MENTION = /^\s*(?:show|set|reset)\s+(?:session\s+|local\s+)?"?guard"?\s*\./i;

function topic(word: string): OwnTopic {
  return OWN_TOPICS.find((each) => each === word.toLowerCase()) ?? 'status';
}

function field(word: string): PurposeField {
  return word.toLowerCase() === 'ticket' ? 'ticket' : 'purpose';
}

/** Recognises `SHOW guard.status`, `SET guard.ticket = '…'` and the like; undefined for everything else. */
export function readOwnStatement(text: string): OwnStatement | undefined {
  if (!MENTION.test(text)) return undefined;
  if (text.length > LONGEST_STATEMENT) return { kind: 'misspelt' };
  const show = SHOW.exec(text)?.[1];
  if (show !== undefined) return { kind: 'show', topic: topic(show) };
  const [, setField, value] = SET.exec(text) ?? [];
  if (setField !== undefined && value !== undefined) {
    const plain = value.replaceAll("''", "'");
    return plain.length > LONGEST_VALUE
      ? { kind: 'misspelt' }
      : { kind: 'set', field: field(setField), value: plain };
  }
  const reset = RESET.exec(text)?.[1];
  return reset === undefined ? { kind: 'misspelt' } : { kind: 'reset', field: field(reset) };
}
