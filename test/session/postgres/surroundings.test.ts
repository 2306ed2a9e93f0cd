import { describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/model/actor.ts';
import type { EnvironmentClass } from '../../../src/model/environment.ts';
import { GuardError } from '../../../src/model/errors.ts';
import type { Judge, SessionNote } from '../../../src/model/judge.ts';
import type { CompiledPolicy } from '../../../src/model/policy.ts';
import type { FromWorker, WorkerSetting } from '../../../src/session/postgres/messages.ts';
import { Surroundings } from '../../../src/session/postgres/surroundings.ts';
import type { Probe, ServerFacts } from '../../../src/wire/postgres/gate.ts';
import type { ConnectionTarget } from '../../../src/wire/postgres/target.ts';
import { scratchFolders } from '../../host/scratch.ts';
import { results, ScriptedProbe, serverError } from './scripted-probe.ts';

const scratch = scratchFolders();

/** TEST-NET-2: an address no machine has (RFC 5737). */
const FAR: ServerFacts = {
  parameters: new Map(),
  certificate: 'ab'.repeat(32),
  peer: { address: '198.51.100.7', port: 5432 },
};
const NINA: Actor = { kind: 'human', id: 'nina', uid: 1000, groups: [], mfa: false, evidence: [] };
const IDENTITY = ['7001', '16385', 'clinic', '150018', 'off', '198.51.100.7', '5432', 'nina', 'nina'];

const SERVER: Probe = new ScriptedProbe(() => results([IDENTITY]));

class FakeJudge implements Pick<Judge, 'note'> {
  readonly notes: SessionNote[] = [];
  failure: Error | undefined;

  note(note: SessionNote): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.notes.push(note);
    return Promise.resolve();
  }
}

interface Session {
  readonly surroundings: Surroundings;
  readonly judge: FakeJudge;
  readonly posted: FromWorker[];
  identify(probe?: Probe): ReturnType<Surroundings['identify']>;
}

/** A session whose person answers every question about a target with `says`. */
function session(says: EnvironmentClass | undefined, changes: Partial<WorkerSetting> = {}): Session {
  const setting = {
    session: 's1',
    target: {
      servers: [{ host: 'db.example.org', port: 5432 }],
      user: 'nina',
      database: 'clinic',
      sources: {},
    } as unknown as ConnectionTarget,
    actor: NINA,
    attended: true,
    ownDatabase: false,
    stateFolder: scratch(),
    policy: { environments: [] } as unknown as CompiledPolicy,
    ...changes,
  } as unknown as WorkerSetting;
  const posted: FromWorker[] = [];
  const judge = new FakeJudge();
  const surroundings = new Surroundings(setting, (message) => {
    posted.push(message);
    if (message.kind === 'label') queueMicrotask(() => surroundings.labelled(message.id, says));
  });
  const identify = (probe: Probe = SERVER) => surroundings.identify(FAR, probe, judge as unknown as Judge);
  return { surroundings, judge, posted, identify };
}

const questions = ({ posted }: Session) => posted.filter((message) => message.kind === 'label');

describe('a target nobody has named', () => {
  test('is asked about once, remembered, and on record', async () => {
    const here = session('staging');
    const place = await here.identify();
    expect(place).toMatchObject({
      kind: 'known',
      environment: { class: 'staging' },
      target: { kind: 'postgres', database: 'clinic', user: 'nina', identity: 'pg:7001/16385' },
    });
    expect(here.judge.notes).toMatchObject([
      {
        type: 'target.label',
        actor: NINA,
        environment: { class: 'prod' },
        details: { identity: 'pg:7001/16385', class: 'staging', loosened: true },
      },
    ]);
    expect(await here.identify()).toMatchObject({ environment: { class: 'staging' } });
    expect(questions(here)).toHaveLength(1);
  });

  test('stays prod when the person says nothing, and is asked about the next time', async () => {
    const here = session(undefined);
    expect(await here.identify()).toMatchObject({ environment: { class: 'prod', unlabelled: true } });
    await here.identify();
    expect(questions(here)).toHaveLength(2);
    expect(here.judge.notes).toEqual([]);
  });

  test('is prod where nobody can be asked', async () => {
    const here = session('dev', { attended: false });
    expect(await here.identify()).toMatchObject({ environment: { class: 'prod' } });
    expect(here.posted).toEqual([]);
  });

  test('keeps what it was when the answer can not be recorded', async () => {
    const stateFolder = scratch();
    const here = session('dev', { stateFolder });
    here.judge.failure = new GuardError('AUDIT_UNWRITABLE', 'disk full');
    await expect(here.identify()).rejects.toThrow('disk full');
    const later = session(undefined, { stateFolder });
    expect(await later.identify()).toMatchObject({ environment: { class: 'prod', unlabelled: true } });
  });

  test('an answer to a question that nobody asked changes nothing', () => {
    expect(() => session('dev').surroundings.labelled('stale', 'dev')).not.toThrow();
  });
});

describe('who the server is', () => {
  test('may be told without pg_control_system()', async () => {
    const withheld = new ScriptedProbe((sql) =>
      sql.includes('pg_control_system') ? serverError('42501') : results([[null, ...IDENTITY.slice(1)]]),
    );
    const place = await session('dev').identify(withheld);
    expect(place).toMatchObject({ kind: 'known', target: { database: 'clinic' } });
  });

  test('not at all is a refusal', async () => {
    const place = await session('dev').identify(new ScriptedProbe(() => serverError('42501')));
    expect(place).toMatchObject({ kind: 'refuse', refusal: { code: 'XX000' } });
  });

  test('different users of one database do not share a picture of it', async () => {
    const here = session('dev');
    const keyFor = async (user: string) => {
      const place = await here.identify(new ScriptedProbe(() => results([[...IDENTITY.slice(0, -1), user]])));
      return place.kind === 'known' ? place.catalogKey : '';
    };
    expect(await keyFor('nina')).not.toBe(await keyFor('omar'));
    expect(here.surroundings.placeOf(await keyFor('omar'))).toMatchObject({
      identity: 'pg:7001/16385',
      user: 'omar',
    });
    expect(here.surroundings.placeOf('nowhere')).toBeUndefined();
  });
});

test('what a target turned out to be is told with counts', () => {
  const here = session('dev');
  const column = (name: string, changes: object) => ({ name, class: undefined, unsure: false, ...changes });
  const columns = [column('a', { class: 'phi.name' }), column('b', { unsure: true }), column('c', {})];
  const catalog = { relations: [{ columns }] } as unknown as Parameters<Surroundings['announce']>[2];
  const environment = {
    class: 'dev',
    name: 'x',
    because: 'local',
    synthetic: false,
    throwaway: false,
  } as const;
  here.surroundings.announce({ kind: 'postgres', name: 'clinic-main' }, environment, catalog);
  expect(here.posted).toEqual([
    {
      kind: 'connected',
      connected: {
        target: 'clinic-main',
        environment: 'dev',
        because: 'local',
        columns: 3,
        classed: 1,
        unsure: 1,
      },
    },
  ]);
});
