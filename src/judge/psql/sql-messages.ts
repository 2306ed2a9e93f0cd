import type { EstimateQuery, JudgeRequest } from '../../model/judge.ts';
import { present } from '../../model/present.ts';
import type { ScriptPart } from '../../model/psql.ts';
import { rawText } from '../../model/text.ts';
import { parseSql } from '../../parse/sql/parse-sql.ts';
import { NO_MEMORY } from '../data-facts.ts';
import { evaluateSql } from '../evaluate-sql.ts';
import type { JudgeWorld } from '../evaluated.ts';
import type { Evaluation } from '../evaluation.ts';
import { ScriptSchema } from '../script/script-schema.ts';

/** What a part of a text for psql sends to the server; `at` counts statements through the text. */
export interface SqlMessage {
  readonly part: ScriptPart;
  readonly evaluation: Evaluation;
}

export interface SqlMessages {
  readonly messages: readonly SqlMessage[];
  readonly wants: readonly EstimateQuery[];
}

/** The text of the Query message, where the part sends one. */
export function sqlOf(part: ScriptPart): string | undefined {
  if (part.kind === 'sql') return part.text;
  return part.kind === 'command' ? part.command.copy?.sql : undefined;
}

/** Evaluates each message that the parts send, with the schema and the names as the ones before it leave them. */
export function evaluateMessages(
  parts: readonly ScriptPart[],
  request: JudgeRequest,
  world: JudgeWorld,
): SqlMessages {
  const { psql: _, estimates, memory = NO_MEMORY, ...asked } = request;
  const schema = new ScriptSchema({ catalog: world.catalog, memory, labels: world.labels ?? [] });
  const messages: SqlMessage[] = [];
  const wants: EstimateQuery[] = [];
  let first = 0;
  for (const part of parts) {
    const sql = sqlOf(part);
    if (sql === undefined) continue;
    const { items } = parseSql(rawText(sql));
    const own = estimates
      ?.filter(({ statement }) => statement >= first && statement < first + items.length)
      .map((estimate) => ({ ...estimate, statement: estimate.statement - first }));
    const evaluation = evaluateSql(
      {
        ...asked,
        channel: { ...request.channel, language: 'sql' },
        text: rawText(sql),
        memory: schema.memory,
        ...present({ estimates: own }),
      },
      { ...world, catalog: world.catalog === undefined ? undefined : schema.catalog },
    );
    messages.push({ part, evaluation });
    wants.push(...evaluation.wants.map((want) => ({ ...want, statement: want.statement + first })));
    first += items.length;
    schema.ran(items);
  }
  return { messages, wants };
}
