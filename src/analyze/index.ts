import type { Finding } from '../model/finding.ts';
import type { ParsedSql, SqlEffect, SqlStatement } from '../model/sql.ts';
import type { EffectKind, SqlRule } from './define-rule.ts';
import { alter } from './rules/sql/alter.ts';
import { catalogTamper } from './rules/sql/catalog-tamper.ts';
import { compute } from './rules/sql/compute.ts';
import { copyIn } from './rules/sql/copy-in.ts';
import { copyOut } from './rules/sql/copy-out.ts';
import { create } from './rules/sql/create.ts';
import { deleteRows } from './rules/sql/delete.ts';
import { drop } from './rules/sql/drop.ts';
import { dynamic } from './rules/sql/dynamic.ts';
import { executePrepared } from './rules/sql/execute-prepared.ts';
import { grant } from './rules/sql/grant.ts';
import { insert } from './rules/sql/insert.ts';
import { lock } from './rules/sql/lock.ts';
import { logTamper } from './rules/sql/log-tamper.ts';
import { maintain } from './rules/sql/maintain.ts';
import { owner } from './rules/sql/owner.ts';
import { read } from './rules/sql/read.ts';
import { remote } from './rules/sql/remote.ts';
import { role } from './rules/sql/role.ts';
import { secretRead } from './rules/sql/secret-read.ts';
import { serverControl } from './rules/sql/server-control.ts';
import { serverFile } from './rules/sql/server-file.ts';
import { serverProgram } from './rules/sql/server-program.ts';
import { session } from './rules/sql/session.ts';
import { setting } from './rules/sql/setting.ts';
import { truncate } from './rules/sql/truncate.ts';
import { unknown } from './rules/sql/unknown.ts';
import { update } from './rules/sql/update.ts';

/** Every SQL rule, one line each. */
export const SQL_RULES: readonly SqlRule[] = [
  drop,
  truncate,
  deleteRows,
  update,
  insert,
  copyIn,
  copyOut,
  serverProgram,
  serverFile,
  secretRead,
  logTamper,
  catalogTamper,
  setting,
  role,
  grant,
  owner,
  remote,
  serverControl,
  dynamic,
  executePrepared,
  alter,
  create,
  lock,
  maintain,
  read,
  compute,
  session,
  unknown,
];

const WITHOUT_EFFECTS = SQL_RULES.filter((rule) => rule.on.length === 0);
const BY_KIND = new Map<EffectKind, readonly SqlRule[]>();
for (const rule of SQL_RULES) {
  for (const kind of rule.on) BY_KIND.set(kind, [...(BY_KIND.get(kind) ?? []), rule]);
}

/** What the rules find in each statement, in order. Every statement has at least one finding. */
export function analyzeSql(statements: readonly SqlStatement[]): readonly Finding[] {
  return statements.flatMap(analyzeStatement);
}

function analyzeStatement(statement: SqlStatement): readonly Finding[] {
  const found: Finding[] = [];
  for (const rule of rulesFor(statement.effects)) {
    for (const part of rule.check(statement.effects, statement)) {
      found.push({ rule: rule.id, intent: rule.intent, span: statement.span, ...part });
    }
  }
  return found.length > 0 ? found : [unjudged(statement)];
}

function rulesFor(effects: readonly SqlEffect[]): Iterable<SqlRule> {
  if (effects.length === 0) return WITHOUT_EFFECTS;
  const rules = new Set<SqlRule>();
  for (const effect of effects) for (const rule of BY_KIND.get(effect.kind) ?? []) rules.add(rule);
  return rules;
}

const INSTEAD = 'Write it as plain statements, one at a time.';

function unjudged(statement: SqlStatement): Finding {
  return {
    rule: 'sql.unjudged',
    intent: 'unknown',
    span: statement.span,
    objects: [],
    tags: ['unlisted'],
    effect: 'Does something that no rule describes.',
    why: 'What guard can not describe it can not vouch for.',
    instead: INSTEAD,
  };
}

/** The finding that a message which could not be read whole deserves; undefined when it could. */
export function doubtFinding(parsed: ParsedSql): Finding | undefined {
  if (parsed.kind === 'complete') return undefined;
  const span = parsed.kind === 'partial' ? parsed.at : { start: 0, end: 0 };
  return {
    rule: 'sql.unreadable',
    intent: 'unknown',
    span,
    objects: [],
    tags: ['unreadable'],
    effect: 'What this would do could not be read.',
    why: `The reason: ${parsed.problem}.`,
    instead: INSTEAD,
  };
}
