import { randomBytes } from 'node:crypto';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { Environment, EnvironmentClass } from '../../model/environment.ts';
import type { Judge } from '../../model/judge.ts';
import { present } from '../../model/present.ts';
import type { Target } from '../../model/target.ts';
import { IDENTITY_SQL, IDENTITY_SQL_WITHOUT_CONTROL } from '../../observe/catalog.ts';
import { readIdentity, type ServerIdentity } from '../../observe/catalog-identity.ts';
import { environmentOf, needsLabel } from '../../observe/environment.ts';
import { identityOf, type TargetFacts } from '../../observe/target-match.ts';
import { observeReach } from '../../observe/target-reach.ts';
import { type LabelRequest, labelTarget, TargetStore } from '../../observe/targets.ts';
import type { Probe, ServerFacts, WireRefusal } from '../../wire/postgres/gate.ts';
import { placeOf } from '../../wire/postgres/resolve/place.ts';
import { targetsFile } from '../state-places.ts';
import type { FromWorker, WorkerSetting } from './messages.ts';
import { failure } from './refusal.ts';

export type Place =
  | {
      readonly kind: 'known';
      readonly target: Target;
      readonly environment: Environment;
      readonly catalogKey: string;
    }
  | { readonly kind: 'refuse'; readonly refusal: WireRefusal };

/** A database as labels and remembered catalogs name it. */
export interface KnownPlace {
  /** As in the registry of targets. */
  readonly identity: string;
  readonly target: string;
  readonly user: string;
}

const ID_BYTES = 6;
/** What the demo's database is called: its host is a temporary folder. */
const OWN_NAME = 'the demo clinic';

async function askIdentity(probe: Probe): Promise<ServerIdentity | undefined> {
  const full = await probe.simple(IDENTITY_SQL);
  if (full.kind === 'rows') return readIdentity(full.results);
  // pg_control_system() may be withheld from this user.
  const rest = await probe.simple(IDENTITY_SQL_WITHOUT_CONTROL);
  return rest.kind === 'rows' ? readIdentity(rest.results) : undefined;
}

/** Finds out where a connection leads: who the server is, what that means, and asks a person once when nobody knows. */
export class Surroundings {
  readonly #setting: WorkerSetting;
  readonly #post: (message: FromWorker) => void;
  readonly #store: TargetStore;
  readonly #asked = new Map<string, (answer: EnvironmentClass | undefined) => void>();
  readonly #places = new Map<string, KnownPlace>();

  constructor(setting: WorkerSetting, post: (message: FromWorker) => void) {
    this.#setting = setting;
    this.#post = post;
    this.#store = new TargetStore(targetsFile(setting.stateFolder));
  }

  async identify(server: ServerFacts, probe: Probe, judge: Judge): Promise<Place> {
    const identity = await askIdentity(probe);
    if (identity === undefined)
      return { kind: 'refuse', refusal: failure('the server does not say which database this is.') };
    const facts = this.#facts(server, identity);
    let environment = this.#environment(facts, server);
    if (needsLabel(environment) && this.#setting.attended) {
      const changed = await this.#label(facts, environment, judge);
      if (changed) environment = this.#environment(facts, server);
    }
    const catalogKey = `${identity.systemIdentifier ?? server.certificate ?? facts.host}/${identity.databaseOid}/${identity.currentUser}`;
    const registered = identityOf(facts);
    if (registered !== undefined)
      this.#places.set(catalogKey, {
        identity: registered,
        target: environment.name,
        user: identity.currentUser,
      });
    return {
      kind: 'known',
      target: targetOf(facts, identity, environment),
      environment,
      catalogKey,
    };
  }

  /** Which database a catalog key stands for; undefined when the server does not say who it is. */
  placeOf(catalogKey: string): KnownPlace | undefined {
    return this.#places.get(catalogKey);
  }

  /** The person's answer to a `label` message. */
  labelled(id: string, answer: EnvironmentClass | undefined): void {
    const resolve = this.#asked.get(id);
    this.#asked.delete(id);
    resolve?.(answer);
  }

  announce(target: Target, environment: Environment, catalog: CatalogSnapshot | undefined): void {
    const columns = catalog?.relations.flatMap((relation) => relation.columns) ?? [];
    this.#post({
      kind: 'connected',
      connected: {
        target: target.name,
        environment: environment.class,
        because: environment.because,
        columns: columns.length,
        classed: columns.filter((column) => column.class !== undefined).length,
        unsure: columns.filter((column) => column.unsure).length,
      },
    });
  }

  #facts(server: ServerFacts, identity: ServerIdentity): TargetFacts {
    return {
      ...placeOf(this.#setting.target, server.peer),
      database: identity.database,
      ...present({ identity: identity.identity, certificate: server.certificate }),
    };
  }

  #environment(facts: TargetFacts, server: ServerFacts): Environment {
    const environment = environmentOf({
      facts,
      reach: observeReach(server.peer),
      registry: this.#store.read(),
      labels: this.#setting.policy.environments,
      own: this.#setting.ownDatabase,
      ...present({ option: this.#setting.environment }),
    });
    return this.#setting.ownDatabase ? { ...environment, name: OWN_NAME } : environment;
  }

  async #label(facts: TargetFacts, environment: Environment, judge: Judge): Promise<boolean> {
    const answer = await this.#ask(`${facts.database} on ${facts.host}:${facts.port}`, environment);
    if (answer === undefined) return false;
    const { actor, session } = this.#setting;
    const request: LabelRequest = {
      facts,
      class: answer,
      label: `${facts.host}/${facts.database}`,
      actor,
      until: environment.class,
      time: new Date().toISOString(),
    };
    const meant = labelTarget(this.#store.read(), request);
    if (meant.kind === 'refused') return this.#notRemembered(meant.why);
    const { identity, label } = meant.entry;
    // On record first: a label that nobody can account for must not hold.
    await judge.note({
      type: 'target.label',
      session,
      actor,
      environment,
      details: { identity, label, class: answer, loosened: meant.loosened },
    });
    const outcome = this.#store.change((registry) => labelTarget(registry, request));
    return outcome.kind === 'refused' ? this.#notRemembered(outcome.why) : true;
  }

  #notRemembered(why: string): false {
    this.#post({ kind: 'trouble', text: `the target could not be remembered: ${why}` });
    return false;
  }

  #ask(name: string, environment: Environment): Promise<EnvironmentClass | undefined> {
    const id = randomBytes(ID_BYTES).toString('hex');
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#post({ kind: 'label', id, target: { name, because: environment.because } });
    });
  }
}

function targetOf(facts: TargetFacts, identity: ServerIdentity, environment: Environment): Target {
  return {
    kind: 'postgres',
    name: environment.name,
    host: facts.host,
    port: facts.port,
    database: identity.database,
    user: identity.currentUser,
    ...present({ identity: identity.identity }),
  };
}
