import type { Message } from '../../model/finding.ts';
import type { WireRefusal } from '../../wire/postgres/gate.ts';

/** SQLSTATE insufficient_privilege: what drivers and scripts already understand as "not allowed". */
export const REFUSED = '42501';
/** SQLSTATE query_canceled. */
const CANCELLED = '57014';
const INTERNAL = 'XX000';

/** A refusal in three parts, in PostgreSQL's own words. */
export function refusalOf(message: Message): WireRefusal {
  return {
    code: REFUSED,
    message: `guard refused this: ${message.effect}`,
    detail: message.why,
    hint: message.instead,
  };
}

export function failure(what: string): WireRefusal {
  return {
    code: INTERNAL,
    message: `guard: ${what}`,
    detail: 'guard lets nothing through that it can not judge and record.',
    hint: 'Run "guard doctor", or start again with --debug and look into the file it names.',
  };
}

export function cancelled(): WireRefusal {
  return { code: CANCELLED, message: 'canceling statement due to user request' };
}
