import { settingRisk } from '../../parse/sql/setting-classes.ts';
import type { StartupRuling, WireRefusal } from '../../wire/postgres/gate.ts';
import type { ConnectionTarget } from '../../wire/postgres/target.ts';
import { REFUSED } from './refusal.ts';

/** The grammar reads UTF-8 with standard strings: with anything else guard and the server could read two different statements. */
const PINNED: ReadonlyMap<string, string> = new Map([
  ['client_encoding', 'UTF8'],
  ['standard_conforming_strings', 'on'],
]);

/** Start-up packet fields that are not settings. */
const FIELDS: ReadonlySet<string> = new Set(['user', 'database', 'options', 'replication']);

function refuse(message: string, detail: string, hint: string): StartupRuling {
  return { kind: 'refuse', refusal: { code: REFUSED, message: `guard: ${message}`, detail, hint } };
}

/** `-c name=value`, `-cname=value` and `--name=value`, with backslash-escaped blanks (libpq, "options"). */
function optionSettings(options: string): readonly (readonly [string, string])[] {
  const joined = options.replaceAll(/(^|\s)-c\s+/g, '$1-c');
  const words = joined.match(/(?:\\[\s\S]|[^\s\\])+/g) ?? [];
  return words.map((word) => {
    const text = word.replaceAll(/\\([\s\S])/g, '$1').replace(/^(?:-c|--)/, '');
    const [name, value] = splitOnce(text);
    return [name.replaceAll('-', '_').toLowerCase(), value];
  });
}

function splitOnce(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function risky(
  parameters: ReadonlyMap<string, string>,
): { readonly name: string; readonly because: string } | undefined {
  const plain = [...parameters].filter(([name]) => !FIELDS.has(name) && name !== 'client_encoding');
  for (const [name, value] of [...plain, ...optionSettings(parameters.get('options') ?? '')]) {
    const risk = settingRisk(name.toLowerCase(), value);
    if (risk !== undefined) return { name, because: risk.because };
  }
  return undefined;
}

/**
 * The start-up packet must be the one guard resolved: a client that asks for somebody else was started with other
 * settings than guard saw. Later connections (`\\c`) may name another database or user; what they reach is found out anew.
 * `resolved`: this is the connection that guard resolved.
 */
export function startupParameters(
  parameters: ReadonlyMap<string, string>,
  target: ConnectionTarget,
  resolved: boolean,
): StartupRuling {
  const user = parameters.get('user') ?? '';
  const database = parameters.get('database') ?? user;
  if (resolved && (user !== target.user || database !== target.database)) {
    return refuse(
      'the client asks for another user or database than guard resolved.',
      `Resolved: ${target.database} as ${target.user}; asked for: ${database} as ${user}.`,
      'Name the target in the arguments (psql -d DATABASE -U USER); "guard status" shows where each value came from.',
    );
  }
  const risk = risky(parameters);
  if (risk !== undefined) {
    return refuse(
      `the connection option ${risk.name} is not allowed.`,
      `With it ${risk.because}.`,
      'Leave it out (PGOPTIONS, options=…) and set it for the statements that need it.',
    );
  }
  return { kind: 'forward', parameters: new Map([...parameters, ['client_encoding', 'UTF8']]) };
}

/** Every ParameterStatus: the server must read text as guard does, all the time. */
export function checkParameter(name: string, value: string): WireRefusal | undefined {
  const pinned = PINNED.get(name);
  if (pinned === undefined || pinned === value) return undefined;
  return {
    code: REFUSED,
    message: `guard: the server reports ${name} = ${value}; the connection is closed.`,
    detail: 'The server would read statements differently than guard does, so no verdict would hold.',
    hint: `Keep ${name} at ${pinned}: look for it in ALTER ROLE … SET, ALTER DATABASE … SET and PGOPTIONS.`,
  };
}
