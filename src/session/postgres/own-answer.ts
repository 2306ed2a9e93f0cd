import type { Actor, ActorKind } from '../../model/actor.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { Environment } from '../../model/environment.ts';
import type { Judgement } from '../../model/judge.ts';
import type { MaskStyles } from '../../model/mask-style.ts';
import type { CompiledPolicy } from '../../model/policy.ts';
import type { Target } from '../../model/target.ts';
import { unreachable } from '../../model/unreachable.ts';
import type { Ruling, WireRefusal } from '../../wire/postgres/gate.ts';
import { type MaskedSoFar, maskedText } from './mask-totals.ts';
import { OWN_TOPICS, type OwnStatement, type OwnTopic } from './own-statement.ts';
import type { Purpose } from './purpose.ts';
import { REFUSED } from './refusal.ts';

export interface OwnStatus {
  readonly session: string;
  readonly actor: Actor;
  readonly target: Target;
  readonly environment: Environment;
  readonly catalog: CatalogSnapshot | undefined;
  readonly policy: CompiledPolicy;
  readonly masked: MaskedSoFar;
  /** Lines of psql are read before they run. */
  readonly lines: boolean;
  /** Statements of the session that probed masked columns. */
  readonly probes: number;
}

interface OwnWorld {
  readonly purpose: Purpose;
  readonly status: OwnStatus;
  readonly last: Judgement | undefined;
}

type Rows = readonly (readonly [string, string])[];

function statusRows(status: OwnStatus, purpose: Purpose): Rows {
  const { actor, environment, catalog, policy } = status;
  const columns = catalog?.relations.flatMap((relation) => relation.columns) ?? [];
  return [
    ['session', status.session],
    ['target', status.target.name],
    ['environment', `${environment.class} (${environment.because})`],
    ['actor', `${actor.kind} ${actor.id}`],
    ['because', actor.evidence.map((fact) => `${fact.value}: ${fact.source}`).join('; ')],
    ['ticket', purpose.get('ticket') || 'none: SET guard.ticket = …'],
    ['purpose', purpose.get('purpose') || 'none: SET guard.purpose = …'],
    ['policy', `${policy.name} ${policy.version} ${policy.digest.slice(0, 12)}`],
    [
      'columns',
      catalog === undefined
        ? 'the catalog can not be read: everything is masked'
        : `${columns.length}, ${columns.filter((column) => column.class !== undefined).length} masked by class`,
    ],
    ['masked so far', status.masked.values === 0 ? 'nothing' : maskedText(status.masked)],
    ['probes of masked columns', probesText(status.probes)],
    ['mask styles', stylesLine(policy.styles)],
    ['psql commands', status.lines ? 'each line is read and judged' : 'not covered: a client of its own'],
  ];
}

function probesText(probes: number): string {
  if (probes === 0) return 'none';
  return `${probes === 1 ? '1 statement' : `${probes} statements`}: conditions, sort orders or groups that tell masked values apart`;
}

/** What the policy says about how classes are masked. */
function stylesLine(styles: MaskStyles): string {
  const said = Object.entries(styles).map(([name, style]) => `${name} ${style}`);
  return (
    said.join(', ') || "guard's own: ids and record numbers as pseudonyms, dates as years, all else *****"
  );
}

function whyRows(last: Judgement | undefined): Rows {
  if (last === undefined) return [['verdict', 'nothing was judged yet']];
  return [
    ['verdict', last.verdict],
    ['rule', last.rule],
    ['effect', last.message.effect],
    ['why', last.message.why],
    ['instead', last.message.instead],
    ['intents', last.intents.join(', ')],
    ['masked', last.obligations.mask.join(', ') || 'nothing'],
    ['read', last.parsed],
    ['entry', last.id],
  ];
}

function show(topic: OwnTopic, world: OwnWorld): Ruling {
  switch (topic) {
    case 'status':
      return {
        kind: 'answer',
        tag: 'SHOW',
        columns: ['guard', 'status'],
        rows: statusRows(world.status, world.purpose),
      };
    case 'why':
      return { kind: 'answer', tag: 'SHOW', columns: ['guard', 'why'], rows: whyRows(world.last) };
    case 'ticket':
    case 'purpose':
      return { kind: 'answer', tag: 'SHOW', columns: [`guard.${topic}`], rows: [[world.purpose.get(topic)]] };
    default:
      return unreachable(topic);
  }
}

/** Answers guard's own statements; none of them reaches the server. */
export function answerOwn(own: Exclude<OwnStatement, { kind: 'misspelt' }>, world: OwnWorld): Ruling {
  switch (own.kind) {
    case 'show':
      return show(own.topic, world);
    case 'set':
      world.purpose.set(own.field, own.value);
      return { kind: 'answer', tag: 'SET' };
    case 'reset':
      world.purpose.reset(own.field);
      return { kind: 'answer', tag: 'RESET' };
    default:
      return unreachable(own);
  }
}

export function misspelt(): WireRefusal {
  return {
    code: '42704',
    message: 'guard does not know this setting or value',
    hint: `SHOW guard.{${OWN_TOPICS.join(' | ')}}; SET guard.ticket = 'ID'; SET guard.purpose = 'why' (at most 500 characters).`,
  };
}

export function refuseSetting(kind: ActorKind): WireRefusal {
  return {
    code: REFUSED,
    message: `guard refused this: a ticket or purpose is said by a person, and this session belongs to ${kind === 'ci' ? 'a CI job' : 'an agent'}.`,
    detail: 'Otherwise whoever is asked for a reason could make one up.',
    hint: 'Start guard with --ticket or --purpose.',
  };
}
