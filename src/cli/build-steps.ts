import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtInText } from '../policy/built-in.ts';
import { compileBuiltIn } from '../policy/compile.ts';
import { packClinic } from '../session/demo/clinic-server.ts';
import { completionScript, SHELLS } from './completion-script.ts';
import { manPage } from './man-page.ts';
import { buildProgram } from './program.ts';
import { VERSION } from './version.ts';

// Steps of the build that need guard's own code; not part of what is shipped.

/** The shipped policy, compiled. */
export function compileBuiltInPolicy() {
  return compileBuiltIn(builtInText());
}

/** Writes the man page and the completions into `folder`. */
export function writePapers(folder: string): void {
  const program = buildProgram(() => undefined);
  mkdirSync(join(folder, 'completions'), { recursive: true });
  mkdirSync(join(folder, 'man'), { recursive: true });
  for (const shell of SHELLS)
    writeFileSync(join(folder, 'completions', `guard.${shell}`), completionScript(program, shell));
  writeFileSync(join(folder, 'man', 'guard.1'), manPage(program, VERSION));
}

/** Makes the demo's database, packed, in `folder`. */
export async function writeDemoDatabase(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await packClinic(join(folder, 'clinic.tar.gz'));
}
