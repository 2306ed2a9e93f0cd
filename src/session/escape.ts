import { openJournal } from '../audit/journal.ts';
import { entryActor } from '../judge/entry-parts.ts';
import { refusalLines } from './refusal-lines.ts';
import type { StartedSession } from './start.ts';
import { auditFolder } from './state-places.ts';

const RULE = 'guard.escape';

/**
 * An agent that says it is something milder tries to get out of guard: the run is refused and stands in the log.
 * True when it was refused. Throws AUDIT_UNWRITABLE.
 */
export function refuseEscape(session: StartedSession): boolean {
  const { actor, attempts } = session.observed;
  if (actor.kind !== 'agent' || attempts.length === 0) return false;
  using journal = openJournal({ folder: auditFolder(session.stateFolder) });
  journal.append(
    {
      type: 'session.start',
      sess: session.id,
      actor: { ...entryActor(actor), evidence: actor.evidence },
      details: { refused: RULE, attempts },
    },
    'durable',
  );
  process.stderr.write(
    refusalLines(
      {
        effect: 'This agent claims to be somebody else, so nothing is run.',
        why: `${attempts.join('; ')}. Options and variables can only add doubt.`,
        instead: 'Leave --actor and GUARD_ACTOR away. A person has to start a session of their own.',
      },
      RULE,
    ),
  );
  return true;
}
