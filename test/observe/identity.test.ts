import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/host/package-root.ts';
import { ACTOR_KINDS, suspectedKinds } from '../../src/model/actor.ts';
import {
  type ActorInput,
  type IdentityWorld,
  observeActor,
  systemWorld,
} from '../../src/observe/identity.ts';
import { harmless, namesOf } from '../../src/observe/identity-names.ts';
import { lineage, type ProcessFacts, processesOfPs } from '../../src/observe/identity-process.ts';
import { bundleForChild } from '../host/bundle.ts';
import { scratchFolders } from '../host/scratch.ts';

const scratch = scratchFolders();

function facts(pid: number, changes: Partial<ProcessFacts> = {}): ProcessFacts {
  const base = {
    pid,
    parent: pid - 1,
    name: 'bash',
    words: ['-bash'],
    group: pid,
    foreground: 5,
    hasTerminal: true,
  };
  return { ...base, environment: new Map(), ...changes };
}

/** init, sshd, a login shell, a subshell, and guard as process 5 in the foreground. */
function world(
  changes: Readonly<Record<number, Partial<ProcessFacts>>> = {},
  more: Partial<IdentityWorld> = {},
): IdentityWorld {
  const usual: Readonly<Record<number, Partial<ProcessFacts>>> = {
    1: { name: 'systemd', words: ['/sbin/init'], environment: undefined, hasTerminal: false },
    2: { name: 'sshd', words: ['sshd: alice@pts/1'], environment: undefined, hasTerminal: false },
    5: { name: 'node', words: ['node', '/usr/bin/guard'] },
  };
  const processes = new Map(
    [1, 2, 3, 4, 5].map((pid) => [pid, facts(pid, { ...usual[pid], ...changes[pid] })]),
  );
  return {
    pid: 5,
    processes: (pid) => processes.get(pid),
    uid: 1001,
    groups: [1001, 27, 27],
    loginUid: undefined,
    userName: (uid) =>
      new Map([
        [1001, 'alice'],
        [0, 'root'],
      ]).get(uid),
    groupName: (gid) => new Map([[1001, 'alice']]).get(gid),
    ...more,
  };
}

function observe(changes: Readonly<Record<number, Partial<ProcessFacts>>>, input: Partial<ActorInput> = {}) {
  return observeActor({ environment: {}, world: world(changes), ...input });
}

const env = (name: string, value = '1') => ({ environment: new Map([[name, value]]) });

describe('the kind', () => {
  test('is human in the foreground of a terminal with nothing against it', () => {
    const { actor, attempts } = observe({});
    expect(actor).toMatchObject({
      kind: 'human',
      id: 'alice',
      uid: 1001,
      groups: ['alice', 'gid 27'],
      mfa: false,
    });
    expect(actor.agent).toBeUndefined();
    expect(actor.evidence).toEqual([
      { value: 'human', source: 'in the foreground of a terminal', strength: 'os' },
    ]);
    expect(attempts).toEqual([]);
    expect(suspectedKinds(actor)).toEqual(['human']);
  });

  test.each([
    ['no terminal', { 5: { hasTerminal: false, foreground: -1 } }],
    ['the background of a terminal', { 5: { foreground: 4 } }],
  ])('is never human with %s', (_, changes) => {
    const { actor } = observe(changes);
    expect(actor.kind).toBe('ci');
    expect(suspectedKinds(actor)).toEqual(['ci']);
  });

  test('is never human when guard can not see itself', () => {
    expect(observe({}, { world: { ...world(), processes: () => undefined } }).actor.kind).toBe('ci');
  });

  test.each([
    ['CLAUDECODE', 'claude-code'],
    ['CLAUDE_CODE_ENTRYPOINT', 'claude-code'],
    ['CURSOR_TRACE_ID', 'cursor'],
    ['CURSOR_AGENT', 'cursor'],
    ['CODEX_SANDBOX', 'codex'],
    ['CODEX_THREAD_ID', 'codex'],
    ['GEMINI_CLI', 'gemini-cli'],
    ['COPILOT_AGENT_SESSION', 'copilot'],
    ['OPENCODE', 'opencode'],
    ['CLINE_ACTIVE', 'cline'],
    ['AIDER', 'aider'],
    ['QWEN_CODE', 'qwen-code'],
  ])('is agent by %s, in its own environment or in that of any ancestor', (name, agent) => {
    const own = observe({}, { environment: { [name]: '1' } }).actor;
    expect([own.kind, own.agent?.name]).toEqual(['agent', agent]);
    for (const pid of [2, 3, 4]) {
      const { actor } = observe({ [pid]: env(name) });
      expect([actor.kind, actor.agent?.name]).toEqual(['agent', agent]);
      expect(actor.evidence[0]).toMatchObject({ value: 'agent', strength: 'claimed' });
      expect(actor.evidence[0]?.source).toBe(`${name} in the environment of process ${pid} above (${agent})`);
    }
  });

  test('does not come from what people set to configure an agent, or from what is off', () => {
    for (const name of [
      'CLAUDE_CODE_USE_BEDROCK',
      'CODEX_HOME',
      'AIDER_MODEL',
      'GEMINI_API_KEY',
      'COPILOT_MODEL',
    ])
      expect(observe({}, { environment: { [name]: '1' } }).actor.kind, name).toBe('human');
    for (const value of ['', '0', 'false'])
      expect(observe({}, { environment: { CLAUDECODE: value, CI: value } }).actor.kind).toBe('human');
  });

  test.each<readonly [string, Partial<ProcessFacts>, string]>([
    ['its own name', { name: 'claude', words: ['claude'] }, 'claude-code'],
    ['its program', { name: 'MainThread', words: ['/home/a/.local/bin/codex', 'exec'] }, 'codex'],
    ['a script', { name: 'node', words: ['node', '/opt/bin/opencode.js'] }, 'opencode'],
    [
      'a package',
      {
        name: 'node',
        words: ['/usr/bin/node', '--no-warnings', '/x/node_modules/@google/gemini-cli/dist/index.js'],
      },
      'gemini-cli',
    ],
    [
      'a python package',
      { name: 'python3.12', words: ['python3', '/v/site-packages/aider/__main__.py'] },
      'aider',
    ],
    [
      'python and a script',
      { name: 'aider', words: ['/usr/bin/python3.11', '/home/a/.local/bin/aider'] },
      'aider',
    ],
  ])('is agent by the name of an ancestor: %s', (_, changes, agent) => {
    const { actor } = observe({ 3: changes });
    expect([actor.kind, actor.agent?.name]).toEqual(['agent', agent]);
    expect(actor.evidence[0]).toEqual({
      value: 'agent',
      source: `process 3 above is ${agent}`,
      strength: 'os',
    });
  });

  test('is not agent because a file is called so', () => {
    expect(observe({ 4: { name: 'vim', words: ['vim', '/home/alice/codex.txt'] } }).actor.kind).toBe('human');
    expect(observe({ 4: { name: 'bash', words: ['bash', '/home/codex/run.sh'] } }).actor.kind).toBe('human');
  });

  test.each([
    'CI',
    'GITHUB_ACTIONS',
    'GITLAB_CI',
    'JENKINS_URL',
    'BUILDKITE',
    'TEAMCITY_VERSION',
    'TF_BUILD',
    'CIRCLECI',
  ])('is ci by %s, also with a terminal', (name) => {
    const { actor } = observe({ 3: env(name, 'true') });
    expect(actor.kind).toBe('ci');
    expect(suspectedKinds(actor)).toEqual(['human', 'ci']);
  });

  test.each(['cron', 'CRON', 'gitlab-runner', 'Runner.Worker', 'buildkite-agent'])(
    'is ci below %s',
    (name) => {
      expect(observe({ 2: { name, words: [`/usr/sbin/${name}`] } }).actor.kind).toBe('ci');
    },
  );

  test('is agent where there are signs of both, and both are kept', () => {
    const { actor } = observe({ 2: env('CI', 'true'), 4: env('CLAUDECODE'), 5: { hasTerminal: false } });
    expect(actor.kind).toBe('agent');
    expect(suspectedKinds(actor)).toEqual(['agent', 'ci']);
    expect(actor.evidence.map((piece) => piece.value)).toEqual(['agent', 'agent', 'ci']);
  });

  test('an agent without a terminal is no CI job', () => {
    expect(suspectedKinds(observe({ 4: env('CLAUDECODE'), 5: { hasTerminal: false } }).actor)).toEqual([
      'agent',
    ]);
  });
});

describe('claims', () => {
  test.each(['agent', 'ci'] as const)('%s is believed, and a person stays suspected', (claimed) => {
    const { actor, attempts } = observe({}, { claimed });
    expect(actor.kind).toBe(claimed);
    expect(suspectedKinds(actor)).toEqual(['human', claimed]);
    expect(attempts).toEqual([]);
    expect(observe({}, { environment: { GUARD_ACTOR: claimed } }).actor.kind).toBe(claimed);
  });

  test('human changes nothing, and is an attempt where the evidence says otherwise', () => {
    expect(observe({}, { claimed: 'human' }).attempts).toEqual([]);
    const agent = observe(
      { 4: env('CLAUDECODE') },
      { claimed: 'human', environment: { GUARD_ACTOR: 'human' } },
    );
    expect(agent.actor.kind).toBe('agent');
    expect(agent.attempts).toEqual([
      '--actor human, but the evidence says agent',
      'GUARD_ACTOR human, but the evidence says agent',
    ]);
  });

  test('ci does not take an agent away', () => {
    const { actor } = observe({ 4: env('CLAUDECODE') }, { claimed: 'ci' });
    expect(actor.kind).toBe('agent');
    expect(suspectedKinds(actor)).toContain('ci');
  });

  test('of something else are attempts, harmless to print', () => {
    expect(observe({}, { claimed: 'ro\u001bot\n' }).attempts).toEqual([
      '--actor names no kind of actor: root',
    ]);
  });

  test('more evidence never makes the actor less suspect', () => {
    const piece = fc.constantFrom('CI', 'CLAUDECODE', 'GITLAB_CI', 'CODEX_SANDBOX', 'TERM', 'HOME');
    const some = fc.dictionary(piece, fc.constantFrom('1', 'true', 'x'));
    const claim = fc.option(fc.constantFrom(...ACTOR_KINDS), { nil: undefined });
    fc.assert(
      fc.property(some, some, claim, fc.boolean(), (environment, added, claimed, hasTerminal) => {
        const before = observe({ 5: { hasTerminal } }, { environment });
        const input = {
          environment: { ...environment, ...added },
          ...(claimed === undefined ? {} : { claimed }),
        };
        const after = observe({ 5: { hasTerminal } }, input);
        const worse = suspectedKinds(after.actor);
        if (before.actor.kind !== 'human') expect(after.actor.kind).not.toBe('human');
        if (before.actor.kind === 'agent') expect(after.actor.kind).toBe('agent');
        for (const kind of suspectedKinds(before.actor))
          if (kind !== 'ci' || hasTerminal || before.actor.evidence.length > 1) expect(worse).toContain(kind);
      }),
    );
  });
});

describe('identity', () => {
  test('tells what it knows, from where and how sure', () => {
    const environment = {
      SUDO_USER: 'bob',
      SUDO_UID: '1002',
      SSH_CONNECTION: '10.0.0.9 50412 10.0.0.1 22\u001b[2J',
    };
    const { actor, identity } = observeActor({ environment, world: world({}, { loginUid: 0 }) });
    expect(actor.onBehalfOf).toBe('root');
    expect(identity).toEqual([
      { name: 'user', value: 'alice', source: 'kernel', strength: 'os' },
      { name: 'uid', value: '1001', source: 'kernel', strength: 'os' },
      { name: 'groups', value: 'alice gid 27', source: 'kernel', strength: 'os' },
      { name: 'login', value: 'root', source: 'kernel loginuid', strength: 'os' },
      { name: 'sudo', value: 'bob 1002', source: 'SUDO_USER', strength: 'claimed' },
      { name: 'ssh', value: '10.0.0.9 50412 10.0.0.1 222J', source: 'SSH_CONNECTION', strength: 'claimed' },
      { name: 'terminal', value: 'in the foreground of a terminal', source: 'kernel', strength: 'os' },
    ]);
  });

  test("somebody behind the user: the login, else sudo, else the agent's own user", () => {
    expect(observe({}).actor.onBehalfOf).toBeUndefined();
    expect(observe({}, { environment: { SUDO_USER: 'bob' } }).actor.onBehalfOf).toBe('bob');
    expect(observe({ 4: env('CLAUDECODE') }).actor.onBehalfOf).toBe('alice');
    const login = world({}, { loginUid: 4711 });
    expect(observeActor({ environment: {}, world: login }).actor.onBehalfOf).toBe('uid 4711');
  });

  test('an agent says its version and session, cut and cleaned', () => {
    const said = {
      CLAUDECODE: '1',
      CLAUDE_CODE_VERSION: '2.1.328',
      CLAUDE_CODE_SESSION_ID: `ab\u001b]${'x'.repeat(999)}`,
    };
    const { agent } = observe({}, { environment: said }).actor;
    expect(agent).toMatchObject({ name: 'claude-code', version: '2.1.328' });
    expect(agent?.session).toMatch(/^abx{126}$/);
    expect(observe({}, { environment: { AI_AGENT: 'helper/2' } }).actor.agent).toEqual({ name: 'helper/2' });
    expect(observe({}, { environment: { AI_AGENT: '1' } }).actor.agent).toEqual({ name: 'agent' });
  });

  test('a user without a name is a number', () => {
    const nobody = world({}, { userName: () => undefined });
    expect(observeActor({ environment: {}, world: nobody }).actor.id).toBe('uid 1001');
  });
});

describe('the machine', () => {
  test('this process and its ancestors can be seen', () => {
    const line = lineage(systemWorld().processes, process.pid);
    expect(line[0]?.pid).toBe(process.pid);
    expect(line[1]?.pid).toBe(process.ppid);
    expect(line.length).toBeGreaterThan(1);
    expect(line[0]?.environment?.size).toBeGreaterThan(0);
  });

  test('a real ancestor betrays an agent that cleaned the environment', () => {
    const entry = join(scratch(), 'observe.ts');
    const source = join(packageRoot(), 'src/observe/identity.ts');
    writeFileSync(
      entry,
      `import { observeActor } from ${JSON.stringify(source)};
       process.stdout.write(JSON.stringify(observeActor({ environment: process.env })));`,
    );
    const script = bundleForChild(entry);
    // The shell stays alive above guard, because it has something to do afterwards.
    const run = spawnSync('sh', ['-c', 'env -i "$0" "$1"; true', process.execPath, script], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], CLAUDECODE: '1' },
    });
    const { actor } = JSON.parse(run.stdout);
    expect(actor).toMatchObject({ kind: 'agent', agent: { name: 'claude-code' } });
    expect(actor.evidence[0].source).toMatch(/^(CLAUDECODE in the environment of process|process) \d+ above/);
  });

  test('ps tells the same where there is no /proc', () => {
    const text = [
      '    1     0     1     0 ??       /sbin/launchd',
      '  300     1   300   310 ttys001  -zsh',
      '  310   300   310   310 ttys001  /Applications/My Tools.app/claude',
      '  320   310   310   310 ttys001  node',
      'garbage',
    ].join('\n');
    const processes = processesOfPs(text);
    expect(lineage(processes, 320).map((one) => [one.pid, one.name, one.hasTerminal])).toEqual([
      [320, 'node', true],
      [310, 'claude', true],
      [300, '-zsh', true],
      [1, 'launchd', false],
    ]);
    const { actor } = observeActor({ environment: {}, world: world({}, { pid: 320, processes }) });
    expect(actor).toMatchObject({ kind: 'agent', agent: { name: 'claude-code' } });
  });

  test('a ring of parents ends', () => {
    const ring = (pid: number) => facts(pid, { parent: pid === 5 ? 6 : 5 });
    expect(lineage(ring, 5).map((one) => one.pid)).toEqual([5, 6]);
  });

  test('names come from passwd and group', () => {
    const names = namesOf(
      'root:x:0:0:root:/root:/bin/sh\nalice:x:1001:1001::/home/alice:/bin/bash\nbad line\nx:y\n',
    );
    expect([...names]).toEqual([
      [0, 'root'],
      [1001, 'alice'],
    ]);
    expect(harmless('a\u0000b\u202ec\n$(x)')).toBe('abcx');
  });
});
