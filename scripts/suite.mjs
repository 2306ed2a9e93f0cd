// The whole suite: the gate (npm run check) on this Node; in CI the tests once more on a newer Node from the npm registry.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NEWER_NODE = '24';

function run(file, args, env = process.env) {
  const { status, error } = spawnSync(file, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error !== undefined || status !== 0) process.exit(status ?? 1);
}

function newerNode() {
  const folder = join(root, '.stamp/newer-node');
  const program = join(folder, 'node_modules/node/bin/node');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
    run('npm', ['install', '--prefix', folder, '--loglevel=error', `node@${NEWER_NODE}`]);
  }
  return program;
}

if (process.env.CI === 'true' || process.argv.includes('--newer-node')) {
  const node = newerNode();
  console.log(`suite: the tests on Node ${NEWER_NODE}`);
  run(node, ['node_modules/vitest/vitest.mjs', 'run'], {
    ...process.env,
    PATH: `${dirname(node)}:${process.env.PATH}`,
  });
}
run('npm', ['run', '--silent', 'check']);
