import type { Finding, Message } from '../../model/finding.ts';
import type { PlanNature, PlanStep, ScriptPlan } from '../../model/plan.ts';

/** Names in one sentence; the plan itself has them all. */
const NAMED = 3;

export function placeOf({ file, line }: Pick<PlanStep, 'file' | 'line'>): string {
  return `${file}:${line}`;
}

function some(items: readonly string[]): string {
  const distinct = [...new Set(items)];
  const rest = distinct.length - NAMED;
  return rest > 0 ? `${distinct.slice(0, NAMED).join('; ')} and ${rest} more` : distinct.join('; ');
}

function whatOf(steps: readonly PlanStep[], kinds: readonly string[]): readonly string[] {
  return steps.flatMap(({ deeds }) =>
    deeds.filter(({ kind }) => kinds.includes(kind)).map(({ what }) => what),
  );
}

function heavyMessage({ steps }: ScriptPlan): Message {
  const lost = steps.flatMap((step) => step.lost.map((what) => `${placeOf(step)} ${what}`));
  const locks = steps.flatMap((step) =>
    step.locks.map(({ by, table }) => `${placeOf(step)} ${by} on ${table.name}`),
  );
  const reasons = [
    ...(lost.length === 0 ? [] : [`Once committed these can't be had back: ${some(lost)}.`]),
    ...(locks.length === 0 ? [] : [`Long locks: ${some(locks)}.`]),
  ];
  return {
    effect: 'Runs a script that drops, rewrites, locks for long or changes many rows.',
    why: reasons.join(' ') || 'It takes away what others rely on, or changes many rows at once.',
    instead:
      'Put what only adds into a script of its own; CONCURRENTLY, NOT VALID and small batches do not lock.',
  };
}

function opaqueMessage({ steps }: ScriptPlan): Message {
  const places = steps.filter(({ deeds }) => deeds.some(({ kind }) => kind === 'run' || kind === 'unknown'));
  const where = places.length === 0 ? '' : ` (${some(places.map(placeOf))})`;
  return {
    effect: `Runs a script that decides some of its statements while it runs${where}.`,
    why: 'What that reads and changes can not be told from the text.',
    instead: 'Write the statements themselves into the script.',
  };
}

function additiveMessage({ steps }: ScriptPlan): Message {
  const made = whatOf(steps, ['create', 'change']);
  const rows = [...new Set(whatOf(steps, ['insert', 'update', 'delete']))];
  const parts = [
    ...(made.length === 0 ? [] : [`makes or extends ${some(made)}`]),
    ...(rows.length === 0 ? [] : [`writes rows of ${some(rows)}`]),
  ];
  return {
    effect: `Runs a script that ${parts.join(' and ') || 'adds to the database'}.`,
    why: 'Nothing is dropped, rewritten or locked for long.',
    instead: 'Read the plan first: guard plan FILE.',
  };
}

/** The parts of a finding that the rows of the policy for scripts are written in. */
const ROWS = {
  additive: { rule: 'plan.additive', intent: 'schema.create', tags: ['plan', 'additive'] },
  heavy: { rule: 'plan.heavy', intent: 'schema.alter', tags: ['plan', 'heavy'] },
  opaque: { rule: 'plan.opaque', intent: 'exec.dynamic', tags: ['plan', 'dynamic'] },
} as const satisfies Partial<Record<PlanNature, Pick<Finding, 'rule' | 'intent' | 'tags'>>>;

const MESSAGES = { additive: additiveMessage, heavy: heavyMessage, opaque: opaqueMessage } as const;

/** What is found in a script as a whole, the gravest first. */
export function planFindings(plan: ScriptPlan, length: number): readonly Finding[] {
  return (['heavy', 'opaque', 'additive'] as const)
    .filter((nature) => plan.natures.includes(nature))
    .map((nature) => ({
      ...ROWS[nature],
      ...MESSAGES[nature](plan),
      span: { start: 0, end: length },
      objects: [],
    }));
}
