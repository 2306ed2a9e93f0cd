import { EXIT, exitStatusOf } from './exit-status.ts';
import { forgetLostTerminals } from './lost-terminal.ts';
import { readProxyOptions, readSessionOptions } from './options.ts';
import { reportError } from './report-error.ts';

const SEPARATOR = '--';

/** Session start is a hot path: it is decided by hand, and the command library is loaded for everything else only. */
async function runSession(args: readonly string[], scripted: boolean): Promise<number> {
  const at = args.indexOf(SEPARATOR);
  const options = readSessionOptions(args.slice(0, at));
  const command = args.slice(at + 1);
  const { session } = await import('./commands/session.ts');
  return session(command, options, scripted);
}

async function runProxy([kind = '', ...args]: readonly string[]): Promise<number> {
  const at = args.indexOf(SEPARATOR);
  const options = readProxyOptions(args.slice(0, at));
  const { proxy } = await import('./commands/proxy.ts');
  return proxy(kind, args.slice(at + 1), options);
}

async function runCommand(args: readonly string[]): Promise<number> {
  const { buildProgram } = await import('./program.ts');
  let status: number = EXIT.ok;
  const program = buildProgram((finished) => {
    status = finished;
  });
  if (args.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (isCommanderError(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}

/** Commander has written its message already; only its status is left to say. */
function isCommanderError(error: unknown): error is { readonly exitCode: number } {
  return (
    error instanceof Error &&
    'code' in error &&
    String(error.code).startsWith('commander.') &&
    'exitCode' in error
  );
}

function isSession(args: readonly string[]): boolean {
  const first = args[0];
  return first !== undefined && (first === SEPARATOR || first.startsWith('-')) && args.includes(SEPARATOR);
}

/** Runs guard with the arguments after the program's name; resolves to the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  forgetLostTerminals();
  try {
    if (args[0] === 'exec' && args.includes(SEPARATOR)) return await runSession(args.slice(1), true);
    if (args[0] === 'proxy' && args.includes(SEPARATOR)) return await runProxy(args.slice(1));
    if (isSession(args)) return await runSession(args, false);
    return await runCommand(args);
  } catch (error) {
    reportError(error, (text) => process.stderr.write(text));
    return exitStatusOf(error);
  }
}
