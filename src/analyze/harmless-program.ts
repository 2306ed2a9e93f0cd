/** Programs that change nothing and send nothing, whatever their arguments, when no shell reads those. */
const HARMLESS: ReadonlySet<string> = new Set([
  'true',
  'false',
  'pwd',
  'whoami',
  'id',
  'uname',
  'arch',
  'nproc',
  'tty',
  'echo',
  'sleep',
]);
/** Anything a shell would act on: then the first word is not all there is. */
const SHELL_SYNTAX = /[^\w \t./:=,@%+-]/;

/** True for a command line for a shell that only prints or waits. */
export function isHarmlessProgram(text: string): boolean {
  const [program = ''] = text.trim().split(/\s+/, 1);
  return HARMLESS.has(program) && !SHELL_SYNTAX.test(text);
}
