import { describe, expect, test } from 'vitest';
import { GuardError } from '../../src/model/errors.ts';
import { compileBuiltIn } from '../../src/policy/compile.ts';
import type { FileReader } from '../../src/policy/files.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { loadSettings, type SettingsFlags } from '../../src/policy/settings.ts';

type Files = Readonly<Record<string, string>>;

/** A file system of a few texts. */
function readerOf(files: Files): FileReader {
  const paths = Object.keys(files);
  return {
    read: (path) => files[path],
    list: (folder) =>
      paths
        .filter((path) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/'))
        .toSorted(),
    isFolder: (path) => paths.some((each) => each.startsWith(`${path}/`)),
  };
}

const places = { machine: '/etc/guard', user: '/home/sam/.config/guard', cwd: '/home/sam/work/clinic' };

function settingsOf(files: Files, flags: SettingsFlags = {}) {
  return loadSettings({ places, flags, reader: readerOf(files) });
}

async function policyOf(files: Files, flags: SettingsFlags = {}) {
  return loadPolicy(await settingsOf(files, flags), readerOf(files));
}

async function refusal(files: Files, flags: SettingsFlags = {}): Promise<GuardError> {
  try {
    await policyOf(files, flags);
  } catch (error) {
    if (error instanceof GuardError) return error;
    throw error;
  }
  throw new Error('loaded without an error');
}

const policyFile = (name: string, rest = '') =>
  `apiVersion: guard/v1\nkind: Policy\nmetadata: { name: ${name}, version: "1" }\n${rest}`;
const blocking = (id: string) => `rules: [{ id: ${id}, match: { intent: data.read }, decision: block }]\n`;

describe('where settings come from', () => {
  test('nowhere: only the defaults', async () => {
    const settings = await settingsOf({});
    expect(settings).toEqual({
      files: [],
      policies: [],
      configFolder: { value: '/home/sam/.config/guard', source: '$XDG_CONFIG_HOME', strength: 'claimed' },
      parts: [],
    });
  });

  test('the machine, the user, the project and the folders above it', async () => {
    const settings = await settingsOf({
      '/etc/guard/guard.yaml': '',
      '/home/sam/.config/guard/guard.yaml': '{}',
      '/home/sam/work/.guard.yaml': 'audit: every',
      '/home/sam/work/clinic/.guard.yaml': 'audit: every',
      '/home/sam/work/clinic/deeper/.guard.yaml': 'audit: every',
    });
    expect(settings.files).toEqual([
      '/etc/guard/guard.yaml',
      '/home/sam/.config/guard/guard.yaml',
      '/home/sam/work/.guard.yaml',
      '/home/sam/work/clinic/.guard.yaml',
    ]);
  });

  test('the machine may say where everything else lies', async () => {
    const settings = await settingsOf({
      '/etc/guard/guard.yaml': 'stateFolder: /var/lib/guard\nconfigFolder: /srv/guard\n',
      '/srv/guard/guard.yaml': 'actor: agent',
      '/home/sam/.config/guard/guard.yaml': 'actor: ci',
    });
    expect(settings.stateFolder).toEqual({
      value: '/var/lib/guard',
      source: '/etc/guard/guard.yaml',
      strength: 'os',
    });
    expect(settings.configFolder.value).toBe('/srv/guard');
    expect(settings.actor?.value).toBe('agent');
  });

  test.each(['stateFolder', 'configFolder'])('nobody else may say %s', async (key) => {
    for (const file of ['/home/sam/.config/guard/guard.yaml', '/home/sam/.guard.yaml']) {
      const error = await refusal({ [file]: `\n${key}: /tmp/mine\n` });
      expect(error.code).toBe('CONFIG_INVALID');
      expect(error.message).toContain(`${file}:2:`);
      expect(error.message).toContain("only the machine's settings");
    }
  });
});

describe('precedence', () => {
  const machine = '/etc/guard/guard.yaml';
  const user = '/home/sam/.config/guard/guard.yaml';
  const project = '/home/sam/work/clinic/.guard.yaml';

  test.each([
    [{ [machine]: 'actor: human', [user]: 'actor: agent' }, {}, 'agent', user],
    [{ [machine]: 'actor: agent', [user]: 'actor: human' }, {}, 'agent', machine],
    [{ [machine]: 'actor: agent' }, { actor: 'human' }, 'agent', machine],
    [{ [project]: 'actor: agent' }, { actor: 'ci' }, 'ci', '--actor'],
    [{}, { actor: 'human' }, 'human', '--actor'],
  ] as const)('the actor is the most doubtful of %j and %j', async (files, flags, value, source) => {
    expect((await settingsOf(files, flags)).actor).toMatchObject({ value, source });
  });

  test.each([
    [{ [user]: 'prompt: plain', [project]: 'prompt: panel' }, {}, 'panel', project],
    [{ [user]: 'prompt: plain' }, { prompt: 'panel' }, 'panel', '--prompt'],
  ] as const)('the prompt style is the nearest of %j and %j', async (files, flags, value, source) => {
    expect((await settingsOf(files, flags)).prompt).toMatchObject({ value, source });
  });

  test('--env is kept with its source', async () => {
    expect((await settingsOf({}, { env: 'prod' })).env).toEqual({
      value: 'prod',
      source: '--env',
      strength: 'claimed',
    });
  });

  test('of strictness only more is taken from user and project', async () => {
    const builtIn = compileBuiltIn();
    const lax = 'audit: batched\nauditMode: best-effort\nunclassified: pass\n';
    for (const file of [user, project]) {
      const policy = await policyOf({ [file]: lax });
      expect(policy.auditMode).toEqual(builtIn.auditMode);
      expect(policy.unclassified).toEqual(builtIn.unclassified);
      const strict = await policyOf({ [file]: 'audit: every\nauditMode: required\nunclassified: mask\n' });
      expect(strict.audit).toBe('every');
      expect(strict.auditMode.dev).toBe('required');
      expect(strict.unclassified.human.dev).toBe('mask');
    }
  });
});

describe('labels', () => {
  const user = '/home/sam/.config/guard/guard.yaml';
  const project = '/home/sam/.guard.yaml';

  test('user and project label columns, and lift nothing', async () => {
    for (const file of [user, project]) {
      const policy = await policyOf({ [file]: 'catalog: { claims.remark: phi.text }' });
      expect(policy.labels).toMatchObject([{ pattern: 'claims.remark', class: 'phi.text', source: file }]);
      const error = await refusal({ [file]: 'catalog: { claims.remark: none }' });
      expect(error.message).toMatch(/guard\.yaml:1:27: "none" lifts a mask/);
    }
    const machine = await policyOf({ '/etc/guard/guard.yaml': 'catalog: { claims.remark: none }' });
    expect(machine.labels).toMatchObject([{ class: 'none' }]);
  });

  test('the machine has the last word', async () => {
    const policy = await policyOf({
      '/etc/guard/guard.yaml': 'catalog: { claims.remark: phi.text }',
      [user]: 'catalog: { claims.remark: pii.name }',
    });
    expect(policy.labels.map((label) => label.class)).toEqual(['pii.name', 'phi.text']);
  });

  test('environments from user and project only raise', async () => {
    for (const file of [user, project]) {
      const policy = await policyOf({ [file]: 'environments: [{ class: dev, host: "*.dev.example" }]' });
      expect(policy.environments).toMatchObject([{ class: 'dev', grants: false, source: file }]);
    }
    const machine = await policyOf({ '/etc/guard/guard.yaml': 'environments: [{ class: dev, host: a }]' });
    expect(machine.environments).toMatchObject([{ class: 'dev', grants: true, layer: 'org' }]);
  });

  test('a project may call data synthetic, a user may not', async () => {
    const text = 'environments: [{ class: dev, host: a, data: synthetic }]';
    expect((await policyOf({ [project]: text })).environments[0]?.synthetic).toBe(true);
    expect((await refusal({ [user]: text })).message).toContain('only a project or organisation');
    const layer = { '/home/sam/.config/guard/policy.d/a.yaml': policyFile('mine', text) };
    expect((await refusal(layer)).message).toContain('only a project or organisation');
  });

  test('neither may call a target throw-away', async () => {
    const text = 'environments: [{ class: dev, host: a, throwaway: true }]';
    for (const file of [user, project])
      expect((await refusal({ [file]: text })).message).toContain('throw-away');
    expect((await policyOf({ '/etc/guard/guard.yaml': text })).environments[0]?.throwaway).toBe(true);
  });
});

describe('policies', () => {
  test('without any file: the built-in one', async () => {
    const policy = await policyOf({});
    expect(policy.digest).toBe(compileBuiltIn().digest);
  });

  test('from every folder, file and option, each in its layer', async () => {
    const files = {
      '/etc/guard/policy.d/b.yaml': policyFile('b', `extends: default\n${blocking('b')}`),
      '/etc/guard/policy.d/a.yaml': policyFile('a', blocking('a')),
      '/home/sam/.config/guard/policy.d/u.yaml': policyFile('u', blocking('u')),
      '/home/sam/work/.guard.yaml': 'policy: rules',
      '/home/sam/work/rules/p.yaml': policyFile('p', blocking('p')),
      '/home/sam/work/clinic/more.yaml': policyFile('m', blocking('m')),
    };
    const settings = await settingsOf(files, { policy: ['more.yaml'] });
    expect(settings.policies.map(({ path, layer, source }) => [path, layer, source])).toEqual([
      ['/etc/guard/policy.d/a.yaml', 'org', '/etc/guard/policy.d'],
      ['/etc/guard/policy.d/b.yaml', 'org', '/etc/guard/policy.d'],
      ['/home/sam/.config/guard/policy.d/u.yaml', 'user', '/home/sam/.config/guard/policy.d'],
      ['/home/sam/work/rules/p.yaml', 'team', '/home/sam/work/.guard.yaml'],
      ['/home/sam/work/clinic/more.yaml', 'user', '--policy'],
    ]);
    const policy = await loadPolicy(settings, readerOf(files));
    expect(policy.origins.map(({ name, layer }) => [name, layer])).toEqual([
      ['default', 'default'],
      ['a', 'org'],
      ['b', 'org'],
      ['settings', 'team'],
      ['p', 'team'],
      ['u', 'user'],
      ['m', 'user'],
    ]);
  });

  test('an organisation with rules takes the place of the built-in one, nobody else does', async () => {
    const org = await policyOf({ '/etc/guard/policy.d/a.yaml': policyFile('a', blocking('a')) });
    expect(org.name).toBe('a');
    const labels = await policyOf({ '/etc/guard/policy.d/a.yaml': policyFile('a', 'audit: every') });
    expect(labels.name).toBe('default+a');
    const user = await policyOf({
      '/home/sam/.config/guard/policy.d/u.yaml': policyFile('u', blocking('u')),
    });
    expect(user.name).toBe('default+u');
    // What the built-in policy allows, an organisation that left it out has not allowed.
    const asking = await policyOf({
      '/etc/guard/policy.d/a.yaml': policyFile('a', blocking('a')),
      '/home/sam/.config/guard/policy.d/u.yaml': policyFile('u', `extends: default\n${blocking('u')}`),
    });
    expect(asking.name).toBe('a+u');
    const claim = policyFile('u', blocking('u')).replace('version: "1"', 'version: "1", layer: org');
    const error = await refusal({ '/home/sam/.config/guard/policy.d/u.yaml': claim });
    expect(error.message).toContain('this place holds user policy');
  });

  test('a named file that is not there is an error', async () => {
    expect((await refusal({}, { policy: ['gone.yaml'] })).message).toBe(
      '/home/sam/work/clinic/gone.yaml: no such policy file (named by --policy)',
    );
  });

  test.each(['/etc/passwd', '../other.yaml', 'a/../../b.yaml'])(
    'a project may not reach for %s',
    async (path) => {
      const error = await refusal({ '/home/sam/.guard.yaml': `policy: ["${path}"]` });
      expect(error.message).toContain('below its own folder only');
    },
  );

  test('invalid settings say where', async () => {
    const error = await refusal({ '/home/sam/.config/guard/guard.yaml': 'adit: every\nprompt: fancy\n' });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain('guard.yaml:1:1: unknown key "adit" (did you mean "audit"?)');
    expect(error.message).toContain('guard.yaml:2:9: "fancy" is not known here: expected panel, plain');
  });
});
