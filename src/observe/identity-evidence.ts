import { basename, extname } from 'node:path';
import type { ActorKind, AgentIdentity, Sourced } from '../model/actor.ts';
import { AGENT_SIGNS, type AgentSign, CI_PROGRAMS, CI_VARIABLES } from './identity-agents.ts';
import { harmless } from './identity-names.ts';
import type { ProcessFacts } from './identity-process.ts';

export type Evidence = Sourced<ActorKind>;

/** A process's variables with a word on whose they are. */
export interface VariableSource {
  readonly of: string;
  readonly variables: ReadonlyMap<string, string>;
}

const OFF: ReadonlySet<string> = new Set(['', '0', 'false', 'no', 'off']);
const INTERPRETER = /^(node|nodejs|bun|deno|python[\d.]*|ruby|java|tsx|npx|uv|uvx)$/;
const PACKAGE_FOLDERS: ReadonlySet<string> = new Set(['node_modules', 'site-packages', 'dist-packages']);
const MOST_EVIDENCE = 32;

function isSet(variables: ReadonlyMap<string, string>, name: string): boolean {
  return !OFF.has((variables.get(name) ?? '').toLowerCase());
}

function signingVariable(sign: AgentSign, variables: ReadonlyMap<string, string>): string | undefined {
  const exact = sign.variables.find((name) => isSet(variables, name));
  if (exact !== undefined || sign.prefixes.length === 0) return exact;
  return [...variables.keys()].find(
    (name) =>
      sign.prefixes.some((prefix) => name.startsWith(prefix)) &&
      !sign.settings.includes(name) &&
      isSet(variables, name),
  );
}

function program(path: string): string {
  return basename(path, extname(path));
}

/** Folder names behind `node_modules` and the like: the package a script belongs to. */
function packagesIn(path: string): readonly string[] {
  const parts = path.split('/');
  const at = parts.findLastIndex((part) => PACKAGE_FOLDERS.has(part));
  return at < 0 ? [] : parts.slice(at + 1, at + 3);
}

/** What a process may be called: its own name, its program, and the script an interpreter runs. */
function namesOfProcess({ name, words }: ProcessFacts): ReadonlySet<string> {
  const [first = '', ...rest] = words;
  const names = [name, basename(first), program(first)];
  const script = INTERPRETER.test(program(first)) ? rest.find((word) => !word.startsWith('-')) : undefined;
  if (script !== undefined) names.push(basename(script), program(script), ...packagesIn(script));
  return new Set(names.filter((one) => one !== ''));
}

export interface FoundAgent {
  readonly sign: AgentSign;
  readonly evidence: Evidence;
}

function agentsByVariable(source: VariableSource): readonly FoundAgent[] {
  return AGENT_SIGNS.flatMap((sign) => {
    const variable = signingVariable(sign, source.variables);
    if (variable === undefined) return [];
    const where = `${variable} in the environment of ${source.of} (${sign.name})`;
    return [{ sign, evidence: { value: 'agent', source: where, strength: 'claimed' } } as const];
  });
}

function agentsByProgram(ancestor: ProcessFacts): readonly FoundAgent[] {
  const names = namesOfProcess(ancestor);
  return AGENT_SIGNS.filter((sign) => sign.programs.some((one) => names.has(one))).map((sign) => {
    const where = `process ${ancestor.pid} above is ${sign.name}`;
    return { sign, evidence: { value: 'agent', source: where, strength: 'os' } } as const;
  });
}

/** Signs of agents, the strongest first. */
export function findAgents(
  sources: readonly VariableSource[],
  ancestors: readonly ProcessFacts[],
): readonly FoundAgent[] {
  const found = [...ancestors.flatMap(agentsByProgram), ...sources.flatMap(agentsByVariable)];
  return found.slice(0, MOST_EVIDENCE);
}

/** Signs of continuous integration and of programs that start jobs, the strongest first. */
export function findCi(
  sources: readonly VariableSource[],
  ancestors: readonly ProcessFacts[],
): readonly Evidence[] {
  const byProgram = ancestors.flatMap((one): readonly Evidence[] => {
    const names = namesOfProcess(one);
    const known = CI_PROGRAMS.find((name) => names.has(name));
    if (known === undefined) return [];
    return [{ value: 'ci', source: `process ${one.pid} above is ${known}`, strength: 'os' }];
  });
  const byVariable = sources.flatMap(({ of, variables }): readonly Evidence[] => {
    const name = CI_VARIABLES.find((one) => isSet(variables, one));
    if (name === undefined) return [];
    return [{ value: 'ci', source: `${name} in the environment of ${of}`, strength: 'claimed' }];
  });
  return [...byProgram, ...byVariable].slice(0, MOST_EVIDENCE);
}

function firstValue(sources: readonly VariableSource[], name: string | undefined): string {
  if (name === undefined) return '';
  const source = sources.find((one) => isSet(one.variables, name));
  return harmless(source?.variables.get(name) ?? '');
}

/** Name, version and session of the agent, as far as it tells them. */
export function agentIdentity(
  found: readonly FoundAgent[],
  sources: readonly VariableSource[],
): AgentIdentity | undefined {
  const named = found.find((one) => one.sign.name !== 'agent') ?? found[0];
  if (named === undefined) return undefined;
  const { sign } = named;
  const said = firstValue(sources, 'AI_AGENT') || firstValue(sources, 'AGENT');
  const name = sign.name === 'agent' && /\p{L}/u.test(said) ? said : sign.name;
  const version = firstValue(sources, sign.version);
  const session = firstValue(sources, sign.session);
  return { name, ...(version === '' ? {} : { version }), ...(session === '' ? {} : { session }) };
}
