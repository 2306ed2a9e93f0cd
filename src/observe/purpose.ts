import type { PurposeFacts } from '../model/facts.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** What `--ticket` and `--purpose` said. */
export interface PurposeOptions {
  readonly ticket?: string;
  readonly purpose?: string;
}

const MAX_TICKET_CHARS = 64;
const MAX_PURPOSE_CHARS = 256;
/** Ticket ids as trackers write them: `INC-4821`, `org/repo#12`. */
const NOT_TICKET = /[^A-Za-z0-9._:/#@-]/g;
/** Control, format, private-use and unassigned characters, and separators other than the space (Unicode general categories). */
const NOT_TEXT = /[\p{C}\p{Zl}\p{Zp}]/gu;

function tidy(text: string | undefined, unwanted: RegExp, limit: number): string {
  // Twice the limit is looked at, so that the cost does not depend on who wrote it.
  const kept = (text ?? '')
    .slice(0, limit * 2)
    .replace(unwanted, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return [...kept].slice(0, limit).join('');
}

/**
 * Why this is done, as claimed by options or else by GUARD_TICKET and GUARD_PURPOSE: a statement, never a proof.
 * Bounded, one line, no control characters. Never break-glass: that takes its own command.
 */
export function observePurpose(environment: Variables, options: PurposeOptions = {}): PurposeFacts {
  const ticket = tidy(options.ticket ?? environment['GUARD_TICKET'], NOT_TICKET, MAX_TICKET_CHARS).replaceAll(
    ' ',
    '',
  );
  const text = tidy(options.purpose ?? environment['GUARD_PURPOSE'], NOT_TEXT, MAX_PURPOSE_CHARS);
  return { ...(ticket === '' ? {} : { ticket }), ...(text === '' ? {} : { text }), breakglass: false };
}
