import type { Finding } from '../model/finding.ts';
import type { Span } from '../model/span.ts';

/** A text for psql that can't be read to its end. `problem`: one clause. */
export function unreadScript(problem: string): Finding {
  return {
    rule: 'psql.unread',
    intent: 'unknown',
    span: { start: 0, end: 0 },
    objects: [],
    tags: ['unreadable'],
    effect: 'What psql would make of this could not be read.',
    why: `The reason: ${problem}.`,
    instead: 'Write statements and commands on lines of their own.',
  };
}

/** A statement whose text is not known before it is sent. `mayHoldCommands`: a variable's value may hold commands of psql's own. */
export function textDoubt(because: string, mayHoldCommands: boolean, span: Span): Finding {
  return {
    rule: 'psql.text',
    intent: mayHoldCommands ? 'unknown' : 'exec.dynamic',
    span,
    objects: [],
    tags: ['run-time'],
    effect: 'Sends a statement that is not known before it is sent.',
    why: mayHoldCommands
      ? `The reason: ${because}. A value can also hold psql's own commands.`
      : `The reason: ${because}.`,
    instead: "Write the statement out; where a value is meant, quote the variable: :'name'.",
  };
}

/** A command in lines that COPY takes as data. */
export function dataDoubt(finding: Finding): Finding {
  return {
    ...finding,
    rule: 'psql.data',
    tags: [...finding.tags.filter((tag) => tag !== 'harmless'), 'copy-data'],
    effect: `If the COPY before it fails: ${finding.effect}`,
    why: 'psql then runs the lines of data as statements and commands of its own.',
    instead: 'Stop at the first error (-v ON_ERROR_STOP=1), or write a backslash in the data twice.',
  };
}
