import { Buffer } from 'node:buffer';
import { buildMessage, int16, int32, SERVER } from './message.ts';
import type { Answer } from './names.ts';

/** pg_type OID of text. */
const TEXT_OID = 25;

export const PARSE_COMPLETE = buildMessage(SERVER.parseComplete);
export const BIND_COMPLETE = buildMessage(SERVER.bindComplete);
export const CLOSE_COMPLETE = buildMessage(SERVER.closeComplete);
export const NO_PARAMETERS = buildMessage(SERVER.parameterDescription, int16(0));

/** RowDescription of text columns, or NoData. */
export function describeAnswer(answer: Answer): Buffer {
  const { columns } = answer;
  if (columns === undefined) return buildMessage(SERVER.noData);
  const fields = columns.flatMap((name) => [
    name,
    int32(0),
    int16(0),
    int32(TEXT_OID),
    int16(-1),
    int32(-1),
    int16(0),
  ]);
  return buildMessage(SERVER.rowDescription, int16(columns.length), ...fields);
}

/** DataRows and CommandComplete. */
export function answerRows(answer: Answer): Buffer {
  const rows = (answer.rows ?? []).map((row) => {
    const cells = row.map((cell) => Buffer.from(cell));
    return buildMessage(
      SERVER.dataRow,
      int16(cells.length),
      ...cells.flatMap((cell) => [int32(cell.length), cell]),
    );
  });
  return Buffer.concat([...rows, buildMessage(SERVER.commandComplete, answer.tag)]);
}

/** The whole answer to a simple query, without ReadyForQuery. */
export function answerQuery(answer: Answer): Buffer {
  const rows = answerRows(answer);
  return answer.columns === undefined ? rows : Buffer.concat([describeAnswer(answer), rows]);
}
