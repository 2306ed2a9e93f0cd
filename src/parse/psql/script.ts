import type { Script, ScriptPart, ScriptState } from '../../model/psql.ts';
import { rawText } from '../../model/text.ts';
import { NEWEST_PSQL } from './dialect.ts';
import type { ScriptOptions } from './script-options.ts';
import { ScriptReader } from './script-reader.ts';
import { FRESH_LEXER } from './sql-lexer.ts';

/** Longest script, in UTF-16 code units. */
const LONGEST = 64 * 1024 * 1024;

const FRESH: ScriptState = { lexer: FRESH_LEXER, buffer: rawText(''), previous: undefined, conditions: [] };
/** A file has no statement before its first. */
const BEGINNING: ScriptState = { ...FRESH, previous: rawText('') };

/**
 * Takes a text apart as psql does (MainLoop of src/bin/psql/mainloop.c with its lexers): the SQL texts that it would
 * send, one for each Query message, and its own commands, in the order in which they would run. Both branches of `\if`
 * are read: what may run counts. One pass; time and memory are linear in the text and the values of variables in it.
 * What can't be read ends the reading, and `problem` says why.
 */
export function readScript(text: string, options: ScriptOptions): Script {
  const { source, state = source === 'file' ? BEGINNING : FRESH } = options;
  if (text.length > LONGEST) return unread(state, 'it is too long');
  if (text.includes('\0')) return unread(state, 'it holds a zero byte');
  if (source === 'argument' && !text.startsWith('\\')) return argumentSql(text, state);
  return new ScriptReader(text, { ...options, psql: options.psql ?? NEWEST_PSQL, state }).read();
}

function unread(end: ScriptState, problem: string): Script {
  return { parts: [], end, problem };
}

/** `-c` sends SQL as it stands: no variables, no commands, all statements in one message. */
function argumentSql(text: string, end: ScriptState): Script {
  const part: ScriptPart = {
    kind: 'sql',
    text: rawText(text),
    line: 1,
    start: 0,
    ends: 'end',
    uses: [],
    doubt: undefined,
  };
  return { parts: [part], end, problem: undefined };
}
