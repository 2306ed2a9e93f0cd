import type { ConnectionTarget } from '../../wire/postgres/target.ts';

/** psql's variables that hold a prompt. */
const PROMPT_VARIABLE = /^PROMPT[123]$/;
/** What a host name or socket folder is made of; anything else is not shown in a prompt. */
const SAFE_HOST = /^[A-Za-z0-9._:/-]{1,255}$/;
/** One prompt escape: https://www.postgresql.org/docs/18/app-psql.html#APP-PSQL-PROMPTING */
const ESCAPE = /%(?::[^:]{0,64}:|[\s\S])/g;

export function isPromptVariable(name: string): boolean {
  return PROMPT_VARIABLE.test(name);
}

export interface HostNames {
  /** What `%M` would show without guard. */
  readonly full: string;
  /** What `%m` would show without guard. */
  readonly short: string;
}

/** What psql's prompt would call the host, were guard's socket not in between. */
export function hostNames(target: ConnectionTarget, defaultFolder: string): HostNames {
  const { host } = target.servers[0];
  if (!SAFE_HOST.test(host)) return { full: '?', short: '?' };
  if (host === defaultFolder) return { full: '[local]', short: '[local]' };
  if (host.startsWith('/')) return { full: `[local:${host}]`, short: '[local]' };
  return { full: host, short: host.split('.')[0] ?? host };
}

/** True when the prompt would run a program each time it is shown. */
export function promptRunsProgram(prompt: string): boolean {
  return prompt.includes('`');
}

/** The prompt with `%M` and `%m` replaced by the real host, which psql itself can't know behind guard. */
export function fixPrompt(prompt: string, names: HostNames): string {
  return prompt.replace(ESCAPE, (sign) => {
    if (sign === '%M') return names.full;
    return sign === '%m' ? names.short : sign;
  });
}
