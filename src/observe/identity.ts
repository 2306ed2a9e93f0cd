import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { ACTOR_KINDS, type Actor, type ActorKind, type AgentIdentity, type Sourced } from '../model/actor.ts';
import {
  agentIdentity,
  type Evidence,
  findAgents,
  findCi,
  type VariableSource,
} from './identity-evidence.ts';
import { harmless, nameLookup } from './identity-names.ts';
import { lineage, type ProcessFacts, type ProcessTable, systemProcesses } from './identity-process.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** What the machine tells; tests hand in their own. */
export interface IdentityWorld {
  readonly pid: number;
  readonly processes: ProcessTable;
  readonly uid: number;
  /** Group ids. */
  readonly groups: readonly number[];
  /** The audit uid that login sets once and that survives su and sudo; undefined where there is none. */
  readonly loginUid: number | undefined;
  readonly userName: (uid: number) => string | undefined;
  readonly groupName: (gid: number) => string | undefined;
}

export interface ActorInput {
  readonly environment: Variables;
  /** `--actor`; can only add doubt. */
  readonly claimed?: string;
  readonly world?: IdentityWorld;
}

/** One line of `guard status`. */
export interface IdentityFact extends Sourced<string> {
  readonly name: 'user' | 'uid' | 'groups' | 'login' | 'sudo' | 'ssh' | 'terminal';
}

export interface ObservedActor {
  readonly actor: Actor;
  /** What was said to look milder than the evidence allows; for agents a `guard.escape`. */
  readonly attempts: readonly string[];
  readonly identity: readonly IdentityFact[];
}

/** loginuid of a process that no login started. */
const NO_LOGIN_UID = 4_294_967_295;
const MOST_GROUPS = 128;

function loginUid(): number | undefined {
  try {
    const text = readFileSync('/proc/self/loginuid', 'latin1').trim();
    return /^\d{1,10}$/.test(text) && Number(text) !== NO_LOGIN_UID ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

function ownName(uid: number): string | undefined {
  try {
    const user = userInfo();
    return user.uid === uid ? user.username : undefined;
  } catch {
    return undefined;
  }
}

/** This machine. */
export function systemWorld(): IdentityWorld {
  const inPasswd = nameLookup('/etc/passwd');
  return {
    pid: process.pid,
    processes: systemProcesses(),
    uid: process.getuid?.() ?? userInfo().uid,
    groups: process.getgroups?.() ?? [],
    loginUid: loginUid(),
    userName: (uid) => inPasswd(uid) ?? ownName(uid),
    groupName: nameLookup('/etc/group'),
  };
}

function variableSources(own: Variables, ancestors: readonly ProcessFacts[]): readonly VariableSource[] {
  const mine = new Map(
    Object.entries(own).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const others = ancestors.flatMap(({ pid, environment }) =>
    environment === undefined ? [] : [{ of: `process ${pid} above`, variables: environment }],
  );
  return [{ of: 'guard', variables: mine }, ...others];
}

/** A person sits at a terminal and guard runs in its foreground; everything else is no person. */
function terminalEvidence(self: ProcessFacts | undefined, otherwise: ActorKind): Evidence {
  const strength = 'os';
  if (self === undefined) return { value: otherwise, source: 'guard can not see its own process', strength };
  if (!self.hasTerminal) return { value: otherwise, source: 'no controlling terminal', strength };
  if (self.foreground !== self.group)
    return { value: otherwise, source: 'not in the foreground of the terminal', strength };
  return { value: 'human', source: 'in the foreground of a terminal', strength };
}

interface Claim {
  readonly by: string;
  readonly text: string;
}

function claims(input: ActorInput): readonly Claim[] {
  const variable = input.environment['GUARD_ACTOR'];
  return [
    ...(input.claimed === undefined ? [] : [{ by: '--actor', text: input.claimed }]),
    ...(variable === undefined || variable === '' ? [] : [{ by: 'GUARD_ACTOR', text: variable }]),
  ];
}

function claimedKind(claim: Claim): ActorKind | undefined {
  return ACTOR_KINDS.find((kind) => kind === claim.text);
}

/** A claim to be a person is worth nothing; a claim to be none is believed. */
function claimEvidence(claim: Claim): readonly Evidence[] {
  const value = claimedKind(claim);
  return value === undefined || value === 'human' ? [] : [{ value, source: claim.by, strength: 'claimed' }];
}

function attemptsOf(all: readonly Claim[], kind: ActorKind): readonly string[] {
  return all.flatMap((claim) => {
    const value = claimedKind(claim);
    if (value === undefined) return [`${claim.by} names no kind of actor: ${harmless(claim.text)}`];
    return value === 'human' && kind !== 'human' ? [`${claim.by} human, but the evidence says ${kind}`] : [];
  });
}

/**
 * Agent before CI: most policy rows are stricter for agents, and an agent in a CI job is still an agent. Some rows are
 * milder for one or the other, therefore all evidence is kept and a decision takes the strictest of `suspectedKinds`.
 */
function kindOf(evidence: readonly Evidence[]): ActorKind {
  const says = (kind: ActorKind): boolean => evidence.some((piece) => piece.value === kind);
  if (says('agent')) return 'agent';
  return says('ci') ? 'ci' : 'human';
}

const STRICTNESS: readonly ActorKind[] = ['agent', 'ci', 'human'];

function strictestFirst(evidence: readonly Evidence[]): readonly Evidence[] {
  return STRICTNESS.flatMap((kind) => evidence.filter((piece) => piece.value === kind));
}

function identityFacts(world: IdentityWorld, own: Variables, terminal: Evidence): readonly IdentityFact[] {
  const fact = (
    name: IdentityFact['name'],
    value: string | undefined,
    from: string,
  ): readonly IdentityFact[] => {
    const strength = /^[A-Z_]+$/.test(from) ? 'claimed' : 'os';
    return value === undefined || value === '' ? [] : [{ name, value, source: from, strength }];
  };
  const { uid, loginUid: login } = world;
  const sudo = [own['SUDO_USER'], own['SUDO_UID']].map((value) => harmless(value ?? '')).filter(Boolean);
  return [
    ...fact('user', world.userName(uid) ?? `uid ${uid}`, 'kernel'),
    ...fact('uid', String(uid), 'kernel'),
    ...fact('groups', groupNames(world).join(' '), 'kernel'),
    ...fact(
      'login',
      login === undefined ? undefined : (world.userName(login) ?? `uid ${login}`),
      'kernel loginuid',
    ),
    ...fact('sudo', sudo.join(' '), 'SUDO_USER'),
    ...fact('ssh', harmless(own['SSH_CONNECTION'] ?? ''), 'SSH_CONNECTION'),
    ...fact('terminal', terminal.source, 'kernel'),
  ];
}

function groupNames(world: IdentityWorld): readonly string[] {
  const ids = [...new Set(world.groups)].slice(0, MOST_GROUPS);
  return ids.map((gid) => world.groupName(gid) ?? `gid ${gid}`);
}

/** Who stands behind the user id: whoever logged in, else whom sudo names, else an agent's own user. */
function onBehalfOf(world: IdentityWorld, own: Variables, agent: AgentIdentity | undefined): string {
  const { loginUid: login, uid } = world;
  if (login !== undefined && login !== uid) return world.userName(login) ?? `uid ${login}`;
  const sudo = harmless(own['SUDO_USER'] ?? '');
  if (sudo !== '') return sudo;
  return agent === undefined ? '' : (world.userName(uid) ?? `uid ${uid}`);
}

/**
 * Who is at work. The kind is the strictest that any evidence speaks for: variables of this process and of every
 * ancestor that may be read, names of ancestors, the terminal, and what `--actor` and GUARD_ACTOR add. Reads /proc (or
 * asks `ps`) once. Never throws: what can't be seen counts as no person.
 */
export function observeActor(input: ActorInput): ObservedActor {
  const world = input.world ?? systemWorld();
  const [self, ...ancestors] = lineage(world.processes, world.pid);
  const sources = variableSources(input.environment, ancestors);
  const agents = findAgents(sources, ancestors);
  const claimed = claims(input);
  const said = claimed.flatMap(claimEvidence);
  const byAgent = agents.length > 0 || said.some((piece) => piece.value === 'agent');
  const terminal = terminalEvidence(self, byAgent ? 'agent' : 'ci');
  const evidence = [...agents.map((one) => one.evidence), ...findCi(sources, ancestors), ...said, terminal];
  const kind = kindOf(evidence);
  const agent = agentIdentity(agents, sources);
  const behind = onBehalfOf(world, input.environment, agent);
  const actor: Actor = {
    kind,
    id: world.userName(world.uid) ?? `uid ${world.uid}`,
    uid: world.uid,
    groups: groupNames(world),
    mfa: false,
    ...(behind === '' ? {} : { onBehalfOf: behind }),
    ...(agent === undefined ? {} : { agent }),
    evidence: strictestFirst(evidence),
  };
  return {
    actor,
    attempts: attemptsOf(claimed, kind),
    identity: identityFacts(world, input.environment, terminal),
  };
}
