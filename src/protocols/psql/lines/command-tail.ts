/** Quoted parts and comments of SQL, as psql's lexer passes over them (psqlscan.l); linear, nothing nests but comments. */
const QUOTED =
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'[^']*'|"[^"]*"|--[^\n]*|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
/** `:name`, `:'name'`, `:"name"`, `:{?name}`: what it stands for is not in the line. */
const VARIABLE = /:[\w'"{\u0080-\uffff]/y;

/** One that does not end is no quoted part. */
const QUOTES: ReadonlySet<string> = new Set(["'", '"']);

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Where a comment that begins at `at` ends; undefined when it does not. */
function commentEnd(text: string, at: number): number | undefined {
  let depth = 0;
  for (let next = at; next < text.length; next += 1) {
    const pair = text.slice(next, next + 2);
    if (pair !== '/*' && pair !== '*/') continue;
    depth += pair === '/*' ? 1 : -1;
    next += 1;
    if (depth === 0) return next + 1;
  }
  return undefined;
}

/** Where a quoted part or word that begins at `at` ends; `at` when there is none, undefined when it does not end. */
function skip(text: string, at: number): number | undefined {
  if (text.startsWith('/*', at)) return commentEnd(text, at);
  const quoted = matchAt(QUOTED, text, at);
  if (quoted !== null) {
    const end = at + quoted[0].length;
    if (!quoted[0].startsWith('$')) return end;
    const close = text.indexOf(quoted[0], end);
    return close === -1 ? undefined : close + quoted[0].length;
  }
  const word = matchAt(WORD, text, at);
  return word === null ? at : at + word[0].length;
}

/** What stands outside of quotes at `at`: a command, a character to pass over, or something guard can't be sure of. */
function plain(text: string, at: number): 'command' | 'unsure' | number {
  if (text.charAt(at) === '\\') return /[;:]/.test(text.charAt(at + 1)) ? 2 : 'command';
  if (text.startsWith('::', at)) return 2;
  return matchAt(VARIABLE, text, at) === null ? 1 : 'unsure';
}

/**
 * The part of a line from its first command of psql on, when the line begins outside of quotes. Undefined when guard
 * can't be sure where that is.
 */
export function commandTail(line: string): string | undefined {
  let at = 0;
  while (at < line.length) {
    const next = skip(line, at);
    if (next === undefined || (next === at && QUOTES.has(line.charAt(at)))) return undefined;
    const found = next > at ? next - at : plain(line, at);
    if (found === 'command') return line.slice(at);
    if (found === 'unsure') return undefined;
    at += found;
  }
  return undefined;
}
