import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { StatementMemory } from '../../model/judge.ts';
import type { PlanDeed, PlanNature, PlanPart, PlanStep, TableLock } from '../../model/plan.ts';
import { present } from '../../model/present.ts';
import type { SqlEffect, SqlStatement } from '../../model/sql.ts';
import { tableLocks } from '../../parse/sql/table-locks.ts';
import { findRelation, relationName } from '../catalog-lookup.ts';
import type { Evaluation } from '../evaluation.ts';
import { lostValues, planDeeds } from './plan-deeds.ts';

/** One message of a script as it was evaluated. */
export interface EvaluatedPart {
  readonly part: PlanPart;
  /** PREPARE and EXECUTE as they are written; empty for psql's own commands. */
  readonly statements: readonly SqlStatement[];
  readonly evaluation: Evaluation;
  /** The schema when it runs. */
  readonly catalog: CatalogSnapshot;
  readonly memory: StatementMemory;
}

/** A first word is enough to say which of psql's commands it is; arguments may hold anything. */
const COMMAND_NAME = /\\[A-Za-z_!?]{0,40}\+?/;

function deedsOf(part: PlanPart, effects: readonly SqlEffect[]): readonly PlanDeed[] {
  if (part.problem !== undefined) return [{ kind: 'unknown', what: part.problem }];
  if (part.language === 'sql') return planDeeds(effects);
  return [{ kind: 'command', what: COMMAND_NAME.exec(part.text)?.[0] ?? '\\' }];
}

function isMadeHere({ catalog, memory }: EvaluatedPart, lock: TableLock): boolean {
  const relation = findRelation(catalog, lock.table);
  return (
    relation !== undefined &&
    (relation.temporary || memory.created.includes(`${relation.schema}.${relation.name}`))
  );
}

function longLocks(evaluated: EvaluatedPart): readonly TableLock[] {
  return evaluated.statements
    .flatMap(tableLocks)
    .filter((lock) => lock.work !== 'brief' && !isMadeHere(evaluated, lock));
}

export function planStep(evaluated: EvaluatedPart): PlanStep {
  const { part, statements, evaluation } = evaluated;
  const { decision, data } = evaluation;
  const effects = statements.flatMap((statement) => statement.effects);
  const locks = longLocks(evaluated);
  return {
    file: part.file,
    line: part.line,
    verdict: decision.verdict,
    rule: decision.rule,
    message: decision.message,
    deeds: deedsOf(part, effects),
    locks: locks.map((lock) => ({ ...lock, table: { name: relationName(lock.table) } })),
    lost: data.createdHere ? [] : lostValues(effects),
    ...(data.scale === undefined ? {} : { rows: data.rows }),
    ...present({ scale: data.scale }),
  };
}

/** What goes with the session, or into what the script made itself, adds nothing to the database. */
function adds({ evaluation: { findings, data } }: EvaluatedPart): boolean {
  return findings.some(({ intent, tags }) => {
    if (intent === 'schema.create') return !tags.includes('temporary');
    if (intent.startsWith('iam.')) return true;
    const writes = intent.startsWith('data.insert') || intent.startsWith('data.update');
    return (writes || intent.startsWith('data.delete') || intent === 'schema.alter') && !data.createdHere;
  });
}

function isOpaque({ evaluation, part }: EvaluatedPart): boolean {
  if (part.language === 'psql') return part.problem !== undefined;
  return (
    part.doubt !== undefined ||
    evaluation.parsed !== 'complete' ||
    evaluation.findings.some(({ intent }) => intent === 'exec.dynamic' || intent === 'unknown')
  );
}

function isHeavy({ evaluation }: EvaluatedPart, step: PlanStep): boolean {
  if (step.locks.length > 0) return true;
  if (evaluation.data.createdHere) return false;
  if (step.scale === 'bulk') return true;
  return evaluation.findings.some(({ intent, tags }) => {
    if (intent === 'schema.drop' || intent === 'data.truncate') return true;
    if (intent === 'schema.alter') return !tags.includes('additive');
    return intent === 'service.maintain' && tags.includes('heavy');
  });
}

/** Which rows of the policy for scripts a message belongs to. */
export function naturesOf(evaluated: EvaluatedPart, step: PlanStep): readonly PlanNature[] {
  const natures: PlanNature[] = [];
  if (isHeavy(evaluated, step)) natures.push('heavy');
  if (isOpaque(evaluated)) natures.push('opaque');
  if (natures.length === 0 && adds(evaluated)) natures.push('additive');
  return natures.length === 0 ? ['reads'] : natures;
}
