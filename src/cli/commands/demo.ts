import { runInteractiveDemo, runScriptedDemo } from '../../session/demo/demo.ts';
import { EXIT } from '../exit-status.ts';
import { isInPath } from '../in-path.ts';

const print = (text: string) => void process.stdout.write(text);

async function scripted(): Promise<number> {
  const problems = await runScriptedDemo(print);
  for (const problem of problems) process.stderr.write(`guard demo: ${problem}\n`);
  return problems.length === 0 ? EXIT.ok : EXIT.found;
}

/** `guard demo`: psql in front where there is a terminal and a psql, the printed tour otherwise. */
export async function demo(script: boolean): Promise<number> {
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (script || !terminal) return scripted();
  if (isInPath('psql')) return runInteractiveDemo(print);
  process.stderr.write(
    'guard demo: psql is not installed, so this is the printed tour (Debian: apt-get install postgresql-client)\n\n',
  );
  return scripted();
}
