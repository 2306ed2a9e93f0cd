import type { DeedKind, PlanDeed } from '../../model/plan.ts';
import type { AlterAction, ObjectRef, SqlEffect } from '../../model/sql.ts';
import { relationName } from '../catalog-lookup.ts';

type Alter = Extract<SqlEffect, { kind: 'alter' }>;

function objectName(object: ObjectRef): string {
  return `${object.type} ${relationName(object)}`;
}

function one(kind: DeedKind, what: string): readonly PlanDeed[] {
  return [{ kind, what }];
}

function actionName({ kind, column }: AlterAction): string {
  const words = kind.replaceAll('-', ' ');
  return column === undefined ? words : `${words} ${column}`;
}

function alterDeeds({ object, actions }: Alter): readonly PlanDeed[] {
  const name = relationName(object);
  const drops = actions.filter(({ kind }) => kind === 'drop-column');
  const others = actions.filter(({ kind }) => kind !== 'drop-column');
  return [
    ...drops.map(({ column = '' }): PlanDeed => ({ kind: 'drop', what: `column ${name}.${column}` })),
    ...(others.length === 0
      ? []
      : one('change', `${objectName(object)} (${others.map(actionName).join(', ')})`)),
  ];
}

/** What an effect does, by name; nothing where it only is how another effect comes about. */
function deedsOf(effect: SqlEffect): readonly PlanDeed[] {
  switch (effect.kind) {
    case 'create':
      return one('create', objectName(effect.object));
    case 'alter':
      return alterDeeds(effect);
    case 'drop':
      return effect.objects.map((object) => ({ kind: 'drop', what: objectName(object) }));
    case 'truncate':
      return effect.relations.map((relation) => ({ kind: 'truncate', what: relationName(relation) }));
    case 'insert':
    case 'update':
    case 'delete':
      return one(effect.kind, relationName(effect.relation));
    case 'copy-in':
      return one('insert', relationName(effect.relation));
    case 'grant':
      return effect.on.map((object) => ({
        kind: 'grant',
        what: `${effect.privileges.join(', ')} on ${objectName(object)}`,
      }));
    case 'role':
      return effect.roles.map((role) => ({ kind: 'grant', what: `role ${role}` }));
    case 'maintain':
      return one('maintain', [effect.by, ...effect.relations.map(relationName)].join(' '));
    case 'dynamic':
    case 'server-program':
    case 'server-file':
    case 'server-control':
    case 'remote':
    case 'log-tamper':
      return one('run', effect.by);
    case 'read':
    case 'secret-read':
    case 'copy-out':
      return [];
    case 'unknown':
      return one('unknown', effect.because);
    case 'setting':
    case 'prepared':
    case 'cursor':
    case 'transaction':
    case 'session':
    case 'lock':
      return [];
  }
}

/** Everything that a message does, once each; a message that changes nothing reads. */
export function planDeeds(effects: readonly SqlEffect[]): readonly PlanDeed[] {
  const deeds = effects.flatMap(deedsOf);
  const keys = new Set<string>();
  const distinct = deeds.filter(({ kind, what }) => {
    const key = `${kind} ${what}`;
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  });
  return distinct;
}

/** Objects that hold rows or values which no script can make again. */
const HOLDS_DATA: ReadonlySet<string> = new Set(['table', 'schema', 'database', 'foreign table', 'owned']);

function lostBy(effect: SqlEffect): readonly string[] {
  switch (effect.kind) {
    case 'drop':
      return effect.objects
        .filter(({ type }) => HOLDS_DATA.has(type))
        .map((object) => `${objectName(object)}, with all its rows`);
    case 'alter':
      return effect.actions.flatMap(({ kind, column = '' }) => {
        const name = `${relationName(effect.object)}.${column}`;
        if (kind === 'drop-column') return [`column ${name}, with all its values`];
        return kind === 'alter-type' ? [`the values of ${name} as they were`] : [];
      });
    case 'truncate':
      return effect.relations.map((relation) => `every row of ${relationName(relation)}`);
    case 'delete':
      return [`deleted rows of ${relationName(effect.relation)}`];
    case 'update':
      return [`the old ${effect.columns.join(', ') || 'values'} of ${relationName(effect.relation)}`];
    default:
      return [];
  }
}

/** What can't be had back once a message is committed. */
export function lostValues(effects: readonly SqlEffect[]): readonly string[] {
  return [...new Set(effects.flatMap(lostBy))];
}
