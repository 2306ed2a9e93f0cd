import { dirname } from 'node:path';
import { Readable, Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ChildExit } from '../capture/child-exit.ts';
import { startPiped } from '../capture/piped.ts';
import { leadToTheSame, openSharedPipe } from '../capture/shared-pipe.ts';
import { GuardError } from '../model/errors.ts';
import type { Message } from '../model/finding.ts';
import type { PlanPart } from '../model/plan.ts';
import { lineProblem } from '../protocols/psql/open-input.ts';
import type { ScriptCopies } from '../protocols/psql/script-copies.ts';
import { MOST_SCRIPT_BYTES, type ScriptFile, scriptText } from '../protocols/psql/script-file.ts';
import { KnownNames } from '../terminal/known-names.ts';

/** An input that is open and silent for this long is somebody who talks with psql, in milliseconds. */
const SILENCE_MS = 1_000;
interface ClientStart {
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const STDOUT = 1;
const STDERR = 2;

/** A single statement is judged when it comes; more of them, and psql's own commands, before they do. */
export function isPlanned(parts: readonly PlanPart[]): boolean {
  return parts.length > 1 || parts.some(({ language }) => language === 'psql');
}

/** Standard input: a whole script, or what came so far from somebody who waits for answers. */
export type Input =
  | { readonly kind: 'whole'; readonly content: ScriptFile }
  | { readonly kind: 'open'; readonly begin: Buffer };

/** Reads to the end, so that a script is one decision; gives up where nothing more comes and the end does not either. */
export async function readInput(): Promise<Input> {
  const pieces: Buffer[] = [];
  let length = 0;
  const { stdin } = process;
  return new Promise((resolve) => {
    const done = (input: Input) => {
      clearTimeout(silent);
      stdin.off('data', taken).off('end', ended).off('error', ended).pause();
      resolve(input);
    };
    const whole = (content: ScriptFile) => done({ kind: 'whole', content });
    const ended = () => whole(scriptText(Buffer.concat(pieces)));
    const taken = (piece: Buffer) => {
      pieces.push(piece);
      length += piece.length;
      silent.refresh();
      if (length > MOST_SCRIPT_BYTES) whole({ kind: 'unread', why: 'it is too large to be read whole' });
    };
    const silent = setTimeout(() => done({ kind: 'open', begin: Buffer.concat(pieces) }), SILENCE_MS);
    stdin.on('data', taken).once('end', ended).once('error', ended);
  });
}

/** Passes whole lines on, as long as nothing in them is a command that needs a decision before psql reads it. */
async function feedLines(begin: Buffer, to: Writable): Promise<string | undefined> {
  let held = '';
  const decoder = new TextDecoder('utf-8');
  const pass = (text: string): string | undefined => {
    const lines = (held + text).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) {
      const problem = lineProblem(line);
      if (problem !== undefined) return problem;
      to.write(`${line}\n`);
    }
    return undefined;
  };
  let problem = pass(decoder.decode(begin, { stream: true }));
  if (problem === undefined)
    for await (const piece of process.stdin) {
      problem = pass(decoder.decode(piece, { stream: true }));
      if (problem !== undefined) break;
    }
  problem ??= lineProblem(held);
  if (problem === undefined) to.write(held);
  to.end();
  return problem;
}

/** psql reads what somebody types into a pipe; gives what was refused of it. */
export async function runOpen(
  plan: ClientStart,
  begin: Buffer,
): Promise<{ readonly exit: ChildExit; readonly problem: string | undefined }> {
  const program = startPiped({ argv: [plan.file, ...plan.argv], env: plan.env, stdin: 'pipe' });
  if (program.stdin === null) throw new GuardError('INTERNAL', 'psql was started without its input');
  // A program that ends before it has read everything is no error.
  program.stdin.on('error', () => process.stdin.destroy());
  let problem: string | undefined;
  const fed = feedLines(begin, program.stdin).then(
    (found) => {
      problem = found;
    },
    () => undefined,
  );
  const exit = await program.done;
  process.stdin.destroy();
  await fed;
  return { exit, problem };
}

/** What stands in the way of a command in an input that is still open. */
export function openInputMessage(command: string): Message {
  return {
    effect: `psql's own command ${command} on an input whose end is not known.`,
    why: 'Such commands are judged as part of a whole script, before anything of it runs.',
    instead: 'Give psql the script as a file (-f), or close its input: then all of it is one decision.',
  };
}

function renamed(names: KnownNames): Transform {
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, names.push(chunk)),
    flush: (done) => done(null, names.end()),
  });
}

/** psql is told the names of copies; what it says of them goes by the names that the user knows. */
async function startRenamed(plan: ClientStart, { names, input }: ScriptCopies): Promise<ChildExit> {
  const [path = ''] = names.keys();
  const folder = dirname(path);
  const pipe = openSharedPipe(folder);
  const together = leadToTheSame(STDOUT, STDERR);
  const program = startPiped({
    argv: [plan.file, ...plan.argv],
    env: plan.env,
    stdin: input === undefined ? 'inherit' : 'pipe',
    stdout: together ? pipe.writer : 'inherit',
    stderr: pipe.writer,
  });
  pipe.handedOver();
  const told = pipeline(
    pipe.output,
    renamed(new KnownNames(names, `${folder}/script-`)),
    together ? process.stdout : process.stderr,
    { end: false },
  ).catch(() => undefined);
  const fed = program.stdin === null ? undefined : pipeline(Readable.from([input ?? '']), program.stdin);
  // A program that ends before it has read everything is no error.
  fed?.catch(() => undefined);
  const exit = await program.done;
  await told;
  return exit;
}

/** Runs psql without a terminal, on copies of the scripts it was given. */
export async function runWithoutTerminal(
  plan: ClientStart,
  script: ScriptCopies | undefined,
): Promise<ChildExit> {
  return script === undefined
    ? startPiped({ argv: [plan.file, ...plan.argv], env: plan.env }).done
    : startRenamed(plan, script);
}
