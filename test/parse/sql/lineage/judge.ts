import type { Outputs } from '../../../../src/model/lineage.ts';
import type { SqlStatement } from '../../../../src/model/sql.ts';
import { type RawText, rawText } from '../../../../src/model/text.ts';
import { traceCopy, traceOutputs } from '../../../../src/parse/sql/lineage/trace.ts';
import type { LineageWorld } from '../../../../src/parse/sql/lineage/tracer.ts';
import { parseSql } from '../../../../src/parse/sql/parse-sql.ts';
import { CLINIC } from './clinic.ts';

export function statement(sql: string): SqlStatement {
  const parsed = parseSql(rawText(sql));
  const [item] = parsed.items;
  if (item === undefined || parsed.items.length !== 1)
    throw new Error(`not one statement: ${sql} ${JSON.stringify(parsed)}`);
  return item;
}

export function world(more: Partial<LineageWorld> = {}): LineageWorld {
  return { catalog: CLINIC, prepared: {}, cursors: {}, ...more };
}

export function texts(entries: Readonly<Record<string, string>>): Readonly<Record<string, RawText>> {
  return Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, rawText(text)]));
}

/**
 * Outputs in one line: `none`, `opaque`, or for each column `name:what` where what is `-` (harmless or no class), `?`
 * (opaque) or its classes; `=` in front when it is direct.
 */
export function brief(outputs: Outputs): string {
  if (outputs.kind !== 'columns') return outputs.kind;
  return outputs.columns
    .map(({ name, how, classes }) => {
      const what =
        how === 'opaque'
          ? '?'
          : classes.length === 0
            ? '-'
            : classes.map((each) => each.split('.')[1]).join('+');
      return `${name}:${how === 'direct' ? '=' : ''}${what}`;
    })
    .join(' ');
}

export function outputs(sql: string, more: Partial<LineageWorld> = {}): string {
  return brief(traceOutputs(statement(sql), world(more)));
}

export function copied(sql: string, more: Partial<LineageWorld> = {}): string {
  return brief(traceCopy(statement(sql), world(more)));
}
