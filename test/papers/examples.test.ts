import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadPolicy } from '../../src/policy/load.ts';
import { loadSettings } from '../../src/policy/settings.ts';

/** The examples of README.md by the file that their first line names. */
const EXAMPLES = new Map(
  [...readFileSync('README.md', 'utf8').matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)].map(
    ([, file = '', text = '']) => [file, text],
  ),
);

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'guard-examples-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function put(file: string, text: string | undefined): void {
  mkdirSync(dirname(join(home, file)), { recursive: true });
  writeFileSync(join(home, file), text ?? '');
}

async function load() {
  const cwd = join(home, 'project');
  mkdirSync(cwd, { recursive: true });
  const places = { machine: join(home, 'etc'), user: join(home, 'config'), cwd };
  const settings = await loadSettings({ places });
  return { settings, policy: await loadPolicy(settings) };
}

test("the policy example loads from where it says, beside guard's own", async () => {
  put('config/policy.d/clinic.yaml', EXAMPLES.get('~/.config/guard/policy.d/clinic.yaml'));
  const { policy } = await load();
  expect(policy.rules.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['clinic.agents-read-only', 'clinic.bulk-needs-a-ticket', 'escape.never']),
  );
  expect(policy.labels).toHaveLength(1);
  expect(policy.environments).toHaveLength(1);
});

test('the settings example loads from a project', async () => {
  put('project/.guard.yaml', EXAMPLES.get('.guard.yaml'));
  put('project/ops/guard.yaml', EXAMPLES.get('~/.config/guard/policy.d/clinic.yaml'));
  const { settings, policy } = await load();
  expect(settings.policies.map(({ layer }) => layer)).toEqual(['team']);
  expect(policy.audit).toBe('every');
  expect(policy.unclassified.human.dev).toBe('mask');
  expect(policy.labels).toHaveLength(2);
});
