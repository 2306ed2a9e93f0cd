import {
  DEED_KINDS,
  type DeedKind,
  type LockWork,
  type PlanStep,
  type ScriptPlan,
  type TableLock,
} from '../../model/plan.ts';
import { severity } from '../../model/verdict.ts';
import { placeOf } from './plan-findings.ts';

/** Steps that a question shows with their places. */
const WORST = 5;

/** One and several. */
const COUNTED: Readonly<Record<DeedKind, readonly [string, string]>> = {
  drop: ['drop', 'drops'],
  truncate: ['truncate', 'truncates'],
  delete: ['delete', 'deletes'],
  update: ['update', 'updates'],
  insert: ['insert', 'inserts'],
  change: ['change', 'changes'],
  create: ['creation', 'creations'],
  grant: ['grant', 'grants'],
  run: ['code block', 'code blocks'],
  maintain: ['upkeep', 'upkeep'],
  command: ['psql command', 'psql commands'],
  read: ['read', 'reads'],
  unknown: ['unread', 'unread'],
};

function weight(step: PlanStep): number {
  const kinds = step.deeds.map(({ kind }) => DEED_KINDS.length - DEED_KINDS.indexOf(kind));
  return Math.max(0, ...kinds) + (step.locks.length > 0 ? DEED_KINDS.length : 0);
}

/** The steps to look at first: the strictest verdict, then what loses or locks most, then the order of the script. */
export function worstSteps(plan: ScriptPlan, most: number = WORST): readonly PlanStep[] {
  return plan.steps
    .filter(({ verdict, lost, locks }) => verdict !== 'allow' || lost.length > 0 || locks.length > 0)
    .sort((a, b) => severity(b.verdict) - severity(a.verdict) || weight(b) - weight(a))
    .slice(0, most);
}

/** "1 drop, 3 updates, 2 creations": messages by what they do. */
function countWords(plan: ScriptPlan): string {
  const counts = DEED_KINDS.map((kind) => ({
    kind,
    count: plan.steps.filter(({ deeds }) => deeds.some((deed) => deed.kind === kind)).length,
  }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${COUNTED[kind][count === 1 ? 0 : 1]}`)
    .join(', ');
}

function plural(count: number, word: string): string {
  return `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`;
}

/** "14 statements in 3 files: 1 drop, 2 creations". Names files and objects, never values. */
export function summary(plan: ScriptPlan): string {
  const files = new Set(plan.steps.map(({ file }) => file));
  const [only] = files;
  const where = files.size === 1 ? `in ${only}` : `in ${plural(files.size, 'file')}`;
  const counts = countWords(plan);
  return `${plural(plan.steps.length, 'statement')} ${where}${counts === '' ? '' : `: ${counts}`}`;
}

/** Under which lock it works for how long, in a clause. */
export function lockWords({ mode, table, work }: TableLock): string {
  const until: Readonly<Record<LockWork, string>> = {
    rewrite: 'while it is rewritten',
    scan: 'while every row is checked',
    index: 'while the index is built',
    brief: 'for a moment',
  };
  return `${mode} lock on ${table.name} ${until[work]}`;
}

/** What a step does in one sentence, and how it holds others up. */
function stepWords({ message, locks }: PlanStep): string {
  if (locks.length === 0) return message.effect;
  return `${message.effect.replace(/\.$/, '')}: ${[...new Set(locks.map(lockWords))].join('; ')}.`;
}

/** The plan as a question shows it: what it is, and the lines to look at first. */
export function planLines(plan: ScriptPlan): readonly string[] {
  return [summary(plan), ...worstSteps(plan).map((step) => `${placeOf(step)}  ${stepWords(step)}`)];
}
