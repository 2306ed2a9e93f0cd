import type { ChalkInstance } from 'chalk';
import { lockWords, summary, worstSteps } from '../judge/script/plan-text.ts';
import type { Judgement, Situation } from '../model/judge.ts';
import type { DeedKind, PlanStep, ScriptPlan } from '../model/plan.ts';
import { printable } from '../terminal/printable.ts';
import { cells, wrap } from '../terminal/width.ts';
import { meaning, obligationLines, painted } from './check-report.ts';

const WIDTH = 80;
/** Cells of the names on the left. */
const LABEL = 11;
/** Names of one kind, and lines of one list; `--json` has all. */
const MOST_NAMES = 12;
const MOST_LINES = 12;

export interface ToldPlan {
  readonly judgement: Judgement;
  readonly situation: Situation;
  /** Files that psql would not find. */
  readonly absent: readonly string[];
}

const NO_PLAN: ScriptPlan = { natures: [], steps: [] };

const GROUPS: readonly (readonly [label: string, kinds: readonly DeedKind[]])[] = [
  ['creates', ['create']],
  ['changes', ['change']],
  ['drops', ['drop', 'truncate']],
  ['rights', ['grant']],
  ['runs', ['run', 'maintain']],
  ['psql', ['command']],
  ['unread', ['unknown']],
];

function distinct(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}

/** A name on the left, and beside it as many lines as its text needs. */
function labelled(label: string, text: string, paint: ChalkInstance): readonly string[] {
  const lines = wrap(printable(text), WIDTH - LABEL - 2);
  return lines.map((line, at) => `  ${paint.dim((at === 0 ? label : '').padEnd(LABEL))}${line}`);
}

function named(items: readonly string[], most: number): string {
  const rest = items.length - most;
  return rest > 0 ? `${items.slice(0, most).join(', ')} and ${rest} more` : items.join(', ');
}

function groupLines({ steps }: ScriptPlan, paint: ChalkInstance): readonly string[] {
  return GROUPS.flatMap(([label, kinds]) => {
    const names = steps.flatMap(({ deeds }) =>
      deeds
        .filter(({ kind }) => kinds.includes(kind))
        .map(({ kind, what }) => (kind === 'truncate' ? `every row of ${what}` : what)),
    );
    return names.length === 0 ? [] : labelled(label, named(distinct(names), MOST_NAMES), paint);
  });
}

function rowsOf({ rows }: PlanStep): string {
  if (rows?.exact !== undefined) return `${rows.exact.toLocaleString('en-US')} `;
  return rows?.estimate === undefined ? '' : `about ${rows.estimate.toLocaleString('en-US')} `;
}

const VERBS: Readonly<Partial<Record<DeedKind, string>>> = {
  insert: 'into',
  update: 'updated in',
  delete: 'deleted from',
};

/** "3 into claims, updated in notes": without a number where nobody knows it. */
function rowLines({ steps }: ScriptPlan, paint: ChalkInstance): readonly string[] {
  const words = steps.flatMap((step) =>
    step.deeds.flatMap(({ kind, what }) => {
      const verb = VERBS[kind];
      return verb === undefined ? [] : [`${rowsOf(step)}${verb} ${what}`];
    }),
  );
  if (words.length === 0) return [];
  const unknown = steps.some(({ scale, rows }) => scale !== undefined && rows?.estimate === undefined);
  const why = unknown ? ' (no number: no database was asked)' : '';
  return labelled('rows', `${named(distinct(words), MOST_NAMES)}${why}`, paint);
}

type PlacedLine = readonly [place: string, text: string];

function place({ file, line }: PlanStep): string {
  return `${file}:${line}`;
}

/** Lines with their places on the left, under a heading. */
function placedLines(heading: string, lines: readonly PlacedLine[], paint: ChalkInstance): readonly string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, MOST_LINES);
  const widest = Math.min(Math.max(...shown.map(([at]) => cells(printable(at)))), WIDTH / 2);
  const rest = lines.length - shown.length;
  return [
    '',
    `  ${paint.bold(heading)}`,
    ...shown.flatMap(([at, text]) => {
      const left = printable(at);
      const tooWide = cells(left) > widest;
      const body = wrap(printable(text), WIDTH - widest - 6);
      const first = left + ' '.repeat(Math.max(0, widest - cells(left)));
      const blank = ' '.repeat(widest);
      const rows = tooWide ? [left, ...body.map((line) => `${blank}  ${line}`)] : [];
      const beside = body.map((line, index) => `${index === 0 ? first : blank}  ${line}`);
      return (tooWide ? rows : beside).map((line) => `    ${line}`);
    }),
    ...(rest > 0 ? [`    ${paint.dim(`and ${rest} more: --json lists all`)}`] : []),
  ];
}

function lostLines({ steps }: ScriptPlan): readonly PlacedLine[] {
  return steps.flatMap((step) => step.lost.map((what): PlacedLine => [place(step), what]));
}

function lockLines({ steps }: ScriptPlan): readonly PlacedLine[] {
  return steps.flatMap((step) =>
    distinct(step.locks.map((lock) => `${lock.by}: ${lockWords(lock)}`)).map(
      (what): PlacedLine => [place(step), what],
    ),
  );
}

/** What `guard plan` prints, at most 80 columns wide where names allow. */
export function planReport(
  { judgement, situation, absent }: ToldPlan,
  paint: ChalkInstance,
): readonly string[] {
  const { verdict, rule, obligations, message, script: plan = NO_PLAN } = judgement;
  const { actor, environment } = situation;
  const worst = worstSteps(plan).map((step): PlacedLine => [place(step), step.message.effect]);
  return [
    ...wrap(printable(summary(plan)), WIDTH).map((line) => paint.bold(line)),
    '',
    ...groupLines(plan, paint),
    ...rowLines(plan, paint),
    ...placedLines("can't be undone once committed", lostLines(plan), paint),
    ...placedLines('locks others out', lockLines(plan), paint),
    ...placedLines('look here first', worst, paint),
    ...placedLines(
      'not found',
      absent.map((what): PlacedLine => ['', what]),
      paint,
    ),
    '',
    `${paint.bold(painted(verdict, paint))} for a ${actor.kind} in ${environment.class}: ${meaning(verdict)}`,
    ...labelled('rule', rule, paint),
    ...labelled('effect', message.effect, paint),
    ...(verdict === 'allow'
      ? []
      : [...labelled('why', message.why, paint), ...labelled('instead', message.instead, paint)]),
    ...(verdict === 'block' ? [] : obligationLines(obligations)).flatMap((line) =>
      labelled('and', line, paint),
    ),
  ];
}

/** `guard plan --json`; stable. Names objects and files, never values. */
export function planJson({ judgement, situation, absent }: ToldPlan) {
  const { verdict, intents, obligations, rule, parsed, message, script: plan = NO_PLAN } = judgement;
  return {
    verdict,
    actor: situation.actor.kind,
    environment: situation.environment.class,
    intents,
    obligations,
    rule,
    parsed,
    message,
    natures: plan.natures,
    additive: plan.natures.every((nature) => nature === 'additive' || nature === 'reads'),
    irreversible: plan.steps.flatMap(({ file, line, lost }) => lost.map((what) => ({ file, line, what }))),
    absent,
    statements: plan.steps.map((step) => ({
      file: step.file,
      line: step.line,
      verdict: step.verdict,
      rule: step.rule,
      ...step.message,
      deeds: step.deeds,
      locks: step.locks.map(({ table, mode, work, by }) => ({ table: table.name, mode, work, by })),
      rows: step.rows ?? null,
      scale: step.scale ?? null,
    })),
  };
}
