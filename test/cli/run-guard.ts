import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

const GUARD = new URL('../../bin/guard', import.meta.url).pathname;
const LIMIT_MS = 30_000;

export interface GuardRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built guard with folders of its own under `home`, no terminal, and nothing of who started the tests. */
export function runGuard(home: string, args: readonly string[], input: string | Buffer = ''): GuardRun {
  const { status, stdout, stderr } = spawnSync(process.execPath, [GUARD, ...args], {
    cwd: mkdtempSync(join(home, 'cwd-')),
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      XDG_STATE_HOME: join(home, 'state'),
      XDG_CONFIG_HOME: join(home, 'config'),
      LC_ALL: 'C.UTF-8',
      // Whoever runs the tests may sit at a terminal.
      GUARD_ACTOR: 'ci',
    },
    input,
    timeout: LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}
