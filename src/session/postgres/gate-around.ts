import type { Soon } from '../../model/judge.ts';
import type {
  Gate,
  NoticeFields,
  Probe,
  Ruling,
  ServerFacts,
  StartupRuling,
  StatementRequest,
  StatementRun,
  WireRefusal,
} from '../../wire/postgres/gate.ts';
import type { ConnectionGate } from './connection-gate.ts';
import { failure } from './refusal.ts';
import { scrubOutside } from './scrub.ts';

/** With it the server fails where row security would hide rows: nothing is left out in silence, and nothing more is shown. */
const NO_HIDDEN_ROWS = /^SET row_security = off;?$/;

/** What pg_dump says, and pg_restore after it, before anything else. */
export function failsOnHiddenRows({ phase, text }: StatementRequest): boolean {
  return phase === 'execute' && NO_HIDDEN_ROWS.test(text.trim());
}

/** A statement without results. */
export class QuietRun implements StatementRun {
  rows(): WireRefusal {
    return failure('a result came back for a setting.');
  }

  copyOut(): WireRefusal {
    return failure('a result came back for a setting.');
  }

  scrub(fields: NoticeFields): NoticeFields {
    return scrubOutside(fields, new Set());
  }

  completed(): void {}

  finished(): void {}
}

/** Every dump begins with these: rows may refer to what comes later, and a restore makes functions before their tables. */
const PREAMBLE = /^SET (?:row_security = off|check_function_bodies = false);?$/;

/** A gate that says the same as the one it stands around. */
export class GateAround implements Gate {
  readonly #inner: ConnectionGate;

  constructor(inner: ConnectionGate) {
    this.#inner = inner;
  }

  statement(request: StatementRequest): Soon<Ruling> {
    return this.#inner.statement(request);
  }

  startup(parameters: ReadonlyMap<string, string>): StartupRuling {
    return this.#inner.startup(parameters);
  }

  parameterStatus(name: string, value: string): WireRefusal | undefined {
    return this.#inner.parameterStatus(name, value);
  }

  reported(name: string, value: string): string {
    return this.#inner.reported(name, value);
  }

  ready(server: ServerFacts, probe: Probe): Promise<WireRefusal | undefined> {
    return this.#inner.ready(server, probe);
  }

  idle(probe: Probe): Promise<void> | undefined {
    return this.#inner.idle(probe);
  }

  scrub(fields: NoticeFields): NoticeFields {
    return this.#inner.scrub(fields);
  }

  closed(because: string): void {
    this.#inner.closed(because);
  }
}

/** One connection of pg_restore: judged statement by statement, but for the settings that every dump begins with. */
export class RestoreGate extends GateAround {
  override statement(request: StatementRequest): Soon<Ruling> {
    if (request.phase === 'execute' && PREAMBLE.test(request.text.trim()))
      return { kind: 'forward', run: new QuietRun() };
    return super.statement(request);
  }
}
