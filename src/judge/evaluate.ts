import type { JudgeRequest } from '../model/judge.ts';
import { unreachable } from '../model/unreachable.ts';
import { sqlLiterals } from '../parse/sql/literals.ts';
import { evaluateArgv } from './evaluate-command.ts';
import { evaluateSql } from './evaluate-sql.ts';
import type { JudgeWorld } from './evaluated.ts';
import type { Evaluation } from './evaluation.ts';
import { evaluateScript } from './script/evaluate-script.ts';

/** The engine: the same call for a session, a script, `guard check` and a judge in another process. */
export function evaluate(request: JudgeRequest, world: JudgeWorld): Evaluation {
  return request.script === undefined
    ? evaluateMessage(request, world)
    : evaluateScript(request, world, evaluateMessage);
}

function evaluateMessage(request: JudgeRequest, world: JudgeWorld): Evaluation {
  const { language } = request.channel;
  switch (language) {
    case 'sql':
      return evaluateSql(request, world);
    case 'psql':
      return hasMetaCommand(request.text)
        ? evaluateArgv(request, world, 'psql')
        : evaluateSql(request, world);
    case 'shell':
    case 'kubectl':
      return evaluateArgv(request, world, language);
    default:
      return unreachable(language);
  }
}

/** psql reads a backslash outside quotes and comments as a command of its own. */
function hasMetaCommand(text: string): boolean {
  const quoted = sqlLiterals(text);
  let next = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 1)) {
    while ((quoted[next]?.end ?? Number.POSITIVE_INFINITY) <= at) next += 1;
    if ((quoted[next]?.start ?? Number.POSITIVE_INFINITY) > at) return true;
  }
  return false;
}
