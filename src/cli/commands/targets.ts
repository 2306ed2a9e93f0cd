import { ENVIRONMENT_CLASSES, type EnvironmentClass } from '../../model/environment.ts';
import { GuardError } from '../../model/errors.ts';
import { present } from '../../model/present.ts';
import type { RegisteredTarget } from '../../observe/target-entry.ts';
import { forgetTarget, listTargets, type TargetOutcome, TargetStore } from '../../observe/targets.ts';
import { recordNote } from '../../session/own-note.ts';
import type { Ground } from '../../session/start.ts';
import { targetsFile } from '../../session/state-places.ts';
import { findTarget, isLooser, isRefusal, relabelTarget } from '../../session/target-change.ts';
import { printable } from '../../terminal/printable.ts';
import { EXIT } from '../exit-status.ts';
import { groundOf } from '../ground.ts';
import { tableLines } from '../print-table.ts';
import { refuse } from '../refuse.ts';
import { isAtTerminal, typedConfirmation } from '../terminal-line.ts';

const HEAD = ['TARGET', 'CLASS', 'SAID BY', 'ON', 'REACHED AT', 'IDENTITY'] as const;

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function cellsOf(target: RegisteredTarget): readonly string[] {
  const { label, throwaway, by, labelled, routes, identity } = target;
  const marks = [target.class, ...(throwaway ? ['throw-away'] : []), ...(target.data ? [target.data] : [])];
  return [label, marks.join(', '), by, labelled.slice(0, 10), routes.join(' '), identity].map(printable);
}

/** `guard targets list`: strictest class first. */
export async function targetsList(json: boolean): Promise<number> {
  const { ground } = await groundOf({});
  const targets = listTargets(new TargetStore(targetsFile(ground.stateFolder)).read());
  if (json) print([JSON.stringify({ targets })]);
  else if (targets.length === 0)
    print([
      'No target is labelled. A remote database counts as prod until you say what it is:',
      'guard asks once, when you connect to it from a terminal.',
    ]);
  else print(tableLines(HEAD, targets.map(cellsOf)));
  return EXIT.ok;
}

interface Change {
  readonly ground: Ground;
  readonly target: string;
  /** What it becomes: a class, or `forgotten`. */
  readonly to: EnvironmentClass | 'forgotten';
  decide(registry: Parameters<typeof relabelTarget>[0]): TargetOutcome;
}

function unchanged(
  target: string,
  { why, instead }: { readonly why: string; readonly instead: string },
): number {
  return refuse({
    effect: `Nothing was changed for ${target}.`,
    why: `${capital(why)}.`,
    instead: `${capital(instead)}.`,
  });
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** Undefined when it may go on. */
async function confirm(old: RegisteredTarget, { to, target, ground }: Change): Promise<number | undefined> {
  if (!isLooser(old.class, to === 'forgotten' ? 'dev' : to)) return undefined;
  // An agent or a CI job is told who it is, not that it has no terminal.
  if (ground.observed.actor.kind !== 'human') return undefined;
  if (!isAtTerminal())
    return unchanged(target, {
      why: 'it would be treated with less care, and there is no terminal where a person could confirm that',
      instead: 'run the same command in a terminal',
    });
  const lines = [
    `${old.label} is ${old.class} and would be ${to === 'forgotten' ? to : `${to}: what guard asks about or refuses there gets less`}.`,
    'The change goes on record.',
  ];
  if (await typedConfirmation(lines, old.label)) return undefined;
  return unchanged(target, {
    why: 'its name was not typed in full',
    instead: 'run it again if you are sure',
  });
}

async function carryOut(change: Change): Promise<number> {
  const { ground, target, to } = change;
  const { actor } = ground.observed;
  const store = new TargetStore(targetsFile(ground.stateFolder));
  const old = findTarget(store.read(), target);
  if (isRefusal(old)) return unchanged(target, old);
  const stopped = await confirm(old, change);
  if (stopped !== undefined) return stopped;
  const outcome = store.change((registry) => {
    const now = findTarget(registry, target);
    if (!isRefusal(now) && now.class !== old.class)
      return { kind: 'refused', why: 'it was changed meanwhile', instead: 'look at guard targets first' };
    const decided = change.decide(registry);
    // On record before it holds; where it can't be recorded, nothing changes.
    if (decided.kind === 'changed') {
      const { identity, label } = decided.entry;
      const { loosened } = decided;
      const details = { identity, label, from: old.class, to, loosened };
      recordNote(ground.stateFolder, { type: 'target.label', actor, details });
    }
    return decided;
  });
  if (outcome.kind === 'refused') return unchanged(target, outcome);
  print([`${printable(outcome.entry.label)}: ${old.class} → ${to}`]);
  return EXIT.ok;
}

/** `guard targets label TARGET CLASS`: a person says what a known target is. */
export async function targetsLabel(
  target: string,
  environment: string,
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const wanted = ENVIRONMENT_CLASSES.find((each) => each === environment);
  if (wanted === undefined)
    throw new GuardError('USAGE', `a target is ${ENVIRONMENT_CLASSES.join(', ')}; not "${environment}"`);
  const { ground } = await groundOf({});
  const { name } = options;
  const wish = {
    target,
    class: wanted,
    actor: ground.observed.actor,
    time: new Date().toISOString(),
    ...present({ label: typeof name === 'string' ? name : undefined }),
  };
  return carryOut({ ground, target, to: wanted, decide: (registry) => relabelTarget(registry, wish) });
}

/** `guard targets forget TARGET`: guard asks again the next time. */
export async function targetsForget(target: string): Promise<number> {
  const { ground } = await groundOf({});
  const { actor } = ground.observed;
  return carryOut({
    ground,
    target,
    to: 'forgotten',
    decide: (registry) => forgetTarget(registry, target, actor),
  });
}
