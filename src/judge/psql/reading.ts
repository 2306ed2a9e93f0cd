import type { JudgeRequest, PsqlContext } from '../../model/judge.ts';
import type { LexerMode, LexerState, Script, ScriptState } from '../../model/psql.ts';
import { rawText } from '../../model/text.ts';
import { readScript } from '../../parse/psql/script.ts';
import type { ScriptSource } from '../../parse/psql/script-options.ts';
import { FRESH_LEXER } from '../../parse/psql/sql-lexer.ts';

/** States of the lexer that show this sign in the prompt of a continuation line (psql, "Prompting", `%R`). */
const MODES: Readonly<Record<string, readonly LexerMode[]>> = {
  "'": ['quote', 'escape'],
  '"': ['double-quote'],
  $: ['dollar'],
  '*': ['comment'],
  '-': ['plain', 'after-escape'],
  '(': ['plain'],
};
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/g;
const COMMENT_END = /\*\//g;
/** Most states a line is read in: more tags or comments than these in one line end the reading. */
const MOST_STATES = 16;

function sourceOf(via: string): ScriptSource {
  if (via === 'line') return 'line';
  return via === 'argv' ? 'argument' : 'file';
}

/** Every state that psql can be in before a line, as far as its prompt tells; undefined when there are too many. */
function possibleStates(prompt: string, text: string): readonly LexerState[] | undefined {
  const states = (MODES[prompt] ?? ['plain']).flatMap((mode): readonly LexerState[] => {
    const state = { ...FRESH_LEXER, mode };
    // Behind any tag of the line the quotation may be over, and behind any end of a comment the outermost one.
    if (mode === 'dollar')
      return [...new Set(text.match(DOLLAR_TAG) ?? ['$$'])].map((tag) => ({ ...state, tag }));
    if (mode !== 'comment') return [state];
    const ends = text.match(COMMENT_END)?.length ?? 0;
    return Array.from({ length: ends + 1 }, (_, comments) => ({ ...state, comments }));
  });
  return states.length > MOST_STATES ? undefined : states;
}

function unknownState(lexer: LexerState): ScriptState {
  return { lexer, buffer: rawText(''), previous: undefined, conditions: [] };
}

/** The text as psql may read it: once where its state is known, else once for each state that it can be in. */
export function readingsOf(request: JudgeRequest): readonly [Script, ...Script[]] {
  const { text, channel, psql = {} } = request;
  const read = (state: ScriptState | undefined) => readScript(text, optionsOf(channel.via, psql, state));
  const { state, prompt } = psql;
  // After Ctrl-C or a command that failed the prompt knows better than what was foreseen.
  if (prompt === '=') return [read({ ...unknownState(FRESH_LEXER), previous: state?.previous })];
  if (prompt === undefined || (state !== undefined && MODES[prompt]?.includes(state.lexer.mode) === true))
    return [read(state)];
  const [first, ...others] = possibleStates(prompt, text) ?? [];
  if (first === undefined)
    return [{ ...read(undefined), problem: 'where the quotation before it ends can not be told' }];
  return [read(unknownState(first)), ...others.map((lexer) => read(unknownState(lexer)))];
}

function optionsOf(via: string, context: PsqlContext, state: ScriptState | undefined) {
  const { version, variables = {}, allVariables = false, singleLine = false } = context;
  return {
    source: sourceOf(via),
    variables,
    complete: allVariables,
    singleLine,
    ...(version === undefined ? {} : { psql: version }),
    ...(state === undefined ? {} : { state }),
  };
}
