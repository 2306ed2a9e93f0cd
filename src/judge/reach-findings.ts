import { analyzeSql } from '../analyze/index.ts';
import type { Finding } from '../model/finding.ts';
import type { SqlStatement } from '../model/sql.ts';
import { unreachable } from '../model/unreachable.ts';
import type { Reached } from './reached.ts';
import { routineName, type UnreadRoutine } from './routines.ts';

/** How a finding about something that is set off begins: "Calls purge_old(), which deletes …". */
function setOff({ how, via, on }: Reached): string {
  switch (how) {
    case 'calls':
      return `Calls ${via}, which`;
    case 'fires':
      return `Fires the trigger ${via} on ${on}, which`;
    case 'rewrites':
      return `Is rewritten by the rule ${via} on ${on}, which`;
    default:
      return unreachable(how);
  }
}

function inside(finding: Finding, reached: Reached): Finding {
  const effect = `${finding.effect.charAt(0).toLowerCase()}${finding.effect.slice(1)}`;
  return {
    ...finding,
    tags: [...finding.tags, reached.how === 'calls' ? 'called' : 'fired'],
    effect: `${setOff(reached)} ${effect}`,
  };
}

function unreadFinding(statement: SqlStatement, { via }: Reached, unread: UnreadRoutine): Finding {
  const { routine, because } = unread;
  const inner = routineName(routine);
  const nature = routine.securityDefiner
    ? "runs with its owner's rights"
    : routine.volatility === 'volatile'
      ? 'is declared VOLATILE: it may change data'
      : 'may call what changes data';
  return {
    rule: 'sql.user-function',
    intent: 'exec.dynamic',
    span: statement.span,
    objects: [via],
    tags: ['dynamic', 'user-function'],
    effect:
      inner === via
        ? `Runs the function ${via}, whose effects guard can't see: ${because}.`
        : `Runs the function ${via}, which calls ${inner}, whose effects guard can't see: ${because}.`,
    why: `${inner} ${nature}.`,
    instead: `Read its source first (\\sf ${inner.slice(0, -2)}), or write the statements themselves.`,
  };
}

/**
 * What functions, triggers and rules do counts as the statement's own. What the database's owner attached to a table and
 * guard can't read is told among the cascades, and is no finding.
 */
export function reachFindings(statement: SqlStatement, reached: readonly Reached[]): readonly Finding[] {
  return reached.flatMap((each) => {
    const { effects, unread, how } = each;
    const seen = effects.length === 0 ? [] : analyzeSql([{ ...statement, effects, functions: [] }]);
    const found = seen.map((finding) => inside(finding, each));
    return unread === undefined || how !== 'calls'
      ? found
      : [...found, unreadFinding(statement, each, unread)];
  });
}
