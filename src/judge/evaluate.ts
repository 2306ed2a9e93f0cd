import type { JudgeRequest } from '../model/judge.ts';
import { unreachable } from '../model/unreachable.ts';
import { evaluateArgv } from './evaluate-command.ts';
import { evaluateDump } from './evaluate-dump.ts';
import { evaluateSql } from './evaluate-sql.ts';
import type { JudgeWorld } from './evaluated.ts';
import type { Evaluation } from './evaluation.ts';
import { evaluatePsql } from './psql/evaluate-psql.ts';
import { evaluateScript } from './script/evaluate-script.ts';

/** The engine: the same call for a session, a script, `guard check` and a judge in another process. */
export function evaluate(request: JudgeRequest, world: JudgeWorld): Evaluation {
  return request.script === undefined
    ? evaluateMessage(request, world)
    : evaluateScript(request, world, evaluateMessage);
}

function evaluateMessage(request: JudgeRequest, world: JudgeWorld): Evaluation {
  if (request.bulk !== undefined) return evaluateDump(request, world, request.bulk);
  const { language } = request.channel;
  switch (language) {
    case 'sql':
      return evaluateSql(request, world);
    case 'psql':
      return evaluatePsql(request, world);
    case 'shell':
    case 'kubectl':
      return evaluateArgv(request, world, language);
    default:
      return unreachable(language);
  }
}
