import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LabelStore } from '../../src/session/labels.ts';
import { labelsFile, targetsFile } from '../../src/session/state-places.ts';
import { type GuardHome, GuardTerminal, guardHome, runGuard } from '../real/guard-process.ts';
import { rememberClinic, TARGET } from './known-clinic.ts';

let home: GuardHome;
let state: string;

beforeEach(() => {
  home = guardHome();
  state = join(home.state, 'guard');
  mkdirSync(state, { mode: 0o700 });
  rememberClinic(state);
  writeFileSync(targetsFile(state), JSON.stringify({ version: 1, targets: [TARGET] }), { mode: 0o600 });
});
afterEach(() => home[Symbol.dispose]());

/** Runs guard in a terminal, as a person does, and answers its question with a line. */
async function answer(
  args: readonly string[],
  line: string,
): Promise<{ readonly status: number; readonly screen: string }> {
  const terminal = new GuardTerminal(home, args);
  await terminal.see(/in full to go on:/);
  terminal.line(line);
  const status = await terminal.status();
  return { status, screen: terminal.rows().join('\n') };
}

async function notes(type: string) {
  const { stdout } = await runGuard(home, ['audit', 'log', '--json']);
  const entries = stdout.split('\n').filter((text) => text !== '');
  return entries.map((text) => JSON.parse(text)).filter((entry) => entry.type === type);
}

describe('a person at a terminal', () => {
  test('takes protection away by typing the name, and that is on record', async () => {
    const { status } = await answer(['catalog', 'set', 'patients.ssn', 'none'], 'ssn');
    expect(status).toBe(0);
    expect(new LabelStore(labelsFile(state)).read()).toMatchObject([
      { pattern: 'public.patients.ssn', class: 'none' },
    ]);
    expect(await notes('catalog.label')).toMatchObject([
      { actor: { kind: 'human' }, details: { from: 'phi.ssn', to: 'none', loosened: true } },
    ]);
  });

  test.each([['y'], ['yes'], [''], ['SSN']])('anything else is a no: %j', async (line) => {
    const { status, screen } = await answer(['catalog', 'set', 'patients.ssn', 'none'], line);
    expect(status).toBe(77);
    expect(screen).toContain('stays phi.ssn');
    expect(new LabelStore(labelsFile(state)).read()).toEqual([]);
    expect(await notes('catalog.label')).toEqual([]);
  });

  test('what was typed before the question is no answer to it', async () => {
    const terminal = new GuardTerminal(home, ['catalog', 'set', 'patients.ssn', 'none']);
    terminal.line('ssn');
    await terminal.see(/in full to go on:/);
    terminal.line('');
    expect(await terminal.status()).toBe(77);
  });

  test('calls prod dev, or forgets it, only with the name typed in full', async () => {
    const before = readFileSync(targetsFile(state), 'utf8');
    expect((await answer(['targets', 'label', 'claims-prod', 'dev'], 'dev')).status).toBe(77);
    expect(readFileSync(targetsFile(state), 'utf8')).toBe(before);
    expect((await answer(['targets', 'label', 'claims-prod', 'staging'], 'claims-prod')).status).toBe(0);
    expect((await answer(['targets', 'forget', 'claims-prod'], 'claims-prod')).status).toBe(0);
    expect(JSON.parse(readFileSync(targetsFile(state), 'utf8')).targets).toEqual([]);
    expect(
      (await notes('target.label')).map(({ details }) => [details.from, details.to, details.loosened]),
    ).toEqual([
      ['prod', 'staging', true],
      ['staging', 'forgotten', true],
    ]);
  });
});
