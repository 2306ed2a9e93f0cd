import type {
  Gate,
  NoticeFields,
  Probe,
  RowTreatment,
  Ruling,
  ServerFacts,
  StatementRequest,
  StatementRun,
  WireRefusal,
} from '../../../src/wire/postgres/gate.ts';

export const REFUSED: WireRefusal = {
  code: '42501',
  message: 'guard refuses this',
  detail: 'the why',
  hint: 'the instead',
};

export interface GateScript {
  startup?: Gate['startup'];
  parameterStatus?: Gate['parameterStatus'];
  ready?: (server: ServerFacts, probe: Probe) => Promise<WireRefusal | undefined>;
  statement?: (request: StatementRequest, forward: () => Ruling) => Ruling | Promise<Ruling>;
  rows?: StatementRun['rows'];
  copyOut?: StatementRun['copyOut'];
  copyIn?: StatementRun['copyIn'];
  scrub?: (fields: NoticeFields) => NoticeFields;
  idle?: (probe: Probe) => Promise<void>;
}

/** A gate that follows a script and writes down everything it is told. */
export class RecordingGate implements Gate {
  readonly script: GateScript;
  readonly requests: StatementRequest[] = [];
  readonly completed: { index: number; tag: string; rows: number }[] = [];
  readonly finished: { error?: string; rows: number }[] = [];
  readonly closings: string[] = [];
  runs = 0;
  server: ServerFacts | undefined;
  idle?: (probe: Probe) => Promise<void>;

  constructor(script: GateScript = {}) {
    this.script = script;
    if (script.idle !== undefined) this.idle = script.idle;
  }

  get texts(): readonly string[] {
    return this.requests.map((request) => `${request.phase}: ${request.text}`);
  }

  startup(parameters: ReadonlyMap<string, string>): ReturnType<Gate['startup']> {
    return (
      this.script.startup?.(parameters) ?? {
        kind: 'forward',
        parameters: new Map([...parameters, ['client_encoding', 'UTF8']]),
      }
    );
  }

  parameterStatus(name: string, value: string): WireRefusal | undefined {
    return this.script.parameterStatus?.(name, value);
  }

  async ready(server: ServerFacts, probe: Probe): Promise<WireRefusal | undefined> {
    this.server = server;
    return this.script.ready?.(server, probe);
  }

  statement(request: StatementRequest): Ruling | Promise<Ruling> {
    this.requests.push(request);
    const forward = (): Ruling => ({ kind: 'forward', run: this.run() });
    return this.script.statement?.(request, forward) ?? forward();
  }

  run(): StatementRun {
    this.runs += 1;
    return {
      rows: (index, fields): RowTreatment | WireRefusal => this.script.rows?.(index, fields) ?? {},
      copyOut: (index, copy) => this.script.copyOut?.(index, copy),
      copyIn: (index, copy) => this.script.copyIn?.(index, copy),
      scrub: (fields) => this.script.scrub?.(fields) ?? fields,
      completed: (index, tag, rows) => {
        this.completed.push({ index, tag, rows });
      },
      finished: ({ error, rows }) => {
        this.finished.push({ ...(error !== undefined && { error }), rows });
      },
    };
  }

  scrub(fields: NoticeFields): NoticeFields {
    return this.script.scrub?.(fields) ?? fields;
  }

  closed(because: string): void {
    this.closings.push(because);
  }
}

/** A mask that keeps the length of nothing. */
export function stars(cell: Uint8Array): Uint8Array {
  return cell.length === 0 ? cell : new TextEncoder().encode('*****');
}
