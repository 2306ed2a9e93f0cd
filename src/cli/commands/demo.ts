import { runScriptedDemo } from '../../session/demo/demo.ts';
import { EXIT } from '../exit-status.ts';

export async function demo(script: boolean): Promise<number> {
  void script;
  const problems = await runScriptedDemo((text) => process.stdout.write(text));
  for (const problem of problems) process.stderr.write(`guard demo: ${problem}\n`);
  return problems.length === 0 ? EXIT.ok : EXIT.found;
}
