import { rowMasker } from '../../mask/rows.ts';
import type { Message } from '../../model/finding.ts';
import type { Judgement, JudgeRequest, Soon } from '../../model/judge.ts';
import type { CopyMasker, FieldDescription, RowMasker } from '../../model/row-masking.ts';
import type {
  NoticeFields,
  RowTreatment,
  Ruling,
  StatementRequest,
  StatementRun,
  WireRefusal,
} from '../../wire/postgres/gate.ts';
import type { ConnectionGate } from './connection-gate.ts';
import { copyTreatment } from './copy-treatment.ts';
import type { DumpDesk, DumpPlace, DumpRuling } from './dump-desk.ts';
import { failsOnHiddenRows, GateAround, QuietRun } from './gate-around.ts';
import type { GateSetting } from './gate-setting.ts';
import { rulesFor } from './masking-rules.ts';
import { failure, refusalOf } from './refusal.ts';
import { reportFailure } from './report-failure.ts';
import { scrubOutside } from './scrub.ts';

/** `-j`: the number of a snapshot, for the other connections. */
const SNAPSHOT = /^SELECT pg_catalog\.pg_export_snapshot\(\);?$/;
const COPY = /^COPY /;
/** Catalogs that guard keeps from everybody; pg_dump counts and lists what is in them. */
const GUARDED_CATALOG = /\bpg_(?:subscription|user_mappings?|authid|largeobject)\b/;
/** For a clear word about it; read in any other way its secrets are found in what comes back. */
const ROLE_CATALOG = /\bFROM (?:pg_catalog\.)?pg_authid\b/;
/** Asked only when the large objects' content is to be dumped too; one row for each. */
const LISTS_LARGE_OBJECTS = /\bpg_largeobject_metadata\b/;
const LOOKS_AROUND: ReadonlySet<string> = new Set(['data.read', 'secret.read', 'session.control']);
const SENDS_DATA: ReadonlySet<string> = new Set(['data.export', 'data.read', 'session.control']);

export const NEVER_MASKED: Message = {
  effect: 'The dump would hold masked values that look like data, so it ends here.',
  why: 'Nobody could tell them from the rows themselves once the file is restored.',
  instead:
    'Leave the table out (-T), dump the definitions alone (-s), or use --masked-dump with COPY (not --inserts).',
};

const ROLE_SECRETS: Message = {
  effect: 'The dump would hold the password hash of every role, so it ends here.',
  why: 'Whoever has the file can use them elsewhere, or guess the passwords behind them.',
  instead: 'Add --no-role-passwords: everything else of the roles is written.',
};
const LARGE_OBJECTS: Message = {
  effect: 'The dump would hold large objects, which guard can not look into, so it ends here.',
  why: 'They can hold anything, documents about persons too, and no column tells.',
  instead: 'Leave them out with -B.',
};

type Passing = Extract<DumpRuling, { readonly kind: 'passes' }>;

/** One connection of pg_dump: the dump is decided before its first statement, and each COPY is held against that. */
export class DumpGate extends GateAround {
  readonly #inner: ConnectionGate;
  readonly #desk: DumpDesk;
  readonly #setting: GateSetting;

  constructor(inner: ConnectionGate, desk: DumpDesk, setting: GateSetting) {
    super(inner);
    this.#inner = inner;
    this.#desk = desk;
    this.#setting = setting;
  }

  override async statement(request: StatementRequest): Promise<Ruling> {
    try {
      const place = this.#inner.place;
      const said = await this.#desk.rule(place, request.cancel);
      if (said.kind === 'refused') return this.#refuse(said.message);
      return await this.#rule(request, said, place);
    } catch (error) {
      reportFailure(error, this.#setting.post);
      return { kind: 'disconnect', refusal: failure('this dump could not be judged or recorded.') };
    }
  }

  #refuse(message: Message): Ruling {
    return { kind: 'refuse', refusal: refusalOf(message), how: 'substitute' };
  }

  async #rule(request: StatementRequest, said: Passing, place: DumpPlace): Promise<Ruling> {
    if (failsOnHiddenRows(request)) return { kind: 'forward', run: new QuietRun() };
    if (request.phase === 'execute' && SNAPSHOT.test(request.text))
      return {
        kind: 'forward',
        run: new CatalogRun(() => ({ cells: [undefined], counts: () => new Map() })),
      };
    if (request.phase === 'execute' && COPY.test(request.text)) {
      const judgement = await this.#judge(request, place);
      if (isCovered(judgement, said)) return { kind: 'forward', run: this.#copy(judgement, said, place) };
    }
    if (ROLE_CATALOG.test(request.text)) return this.#end(ROLE_SECRETS);
    return (await this.#aside(request, place)) ?? this.#lists(request);
  }

  /** A look into a guarded catalog; undefined when it is none. */
  async #aside(request: StatementRequest, place: DumpPlace): Promise<Ruling | undefined> {
    if (request.phase !== 'execute' || !GUARDED_CATALOG.test(request.text)) return undefined;
    const judgement = await this.#judge(request, place);
    if (!looksAround(judgement)) return undefined;
    return this.#watch({ kind: 'forward', run: this.#lookAround(judgement, place) });
  }

  async #lists(request: StatementRequest): Promise<Ruling> {
    const ruling = this.#watch(await this.#inner.statement(request));
    if (ruling.kind !== 'forward' || !LISTS_LARGE_OBJECTS.test(request.text)) return ruling;
    return { ...ruling, run: endingRun(ruling.run, () => this.#desk.spoil(LARGE_OBJECTS)) };
  }

  #end(message: Message): Ruling {
    this.#desk.spoil(message);
    return this.#refuse(message);
  }

  #watch(ruling: Ruling): Ruling {
    return ruling.kind === 'forward'
      ? { ...ruling, run: new UnmaskedRun(ruling.run, () => this.#desk.spoil(NEVER_MASKED)) }
      : ruling;
  }

  #wouldMask(): WireRefusal {
    this.#desk.spoil(NEVER_MASKED);
    return refusalOf(NEVER_MASKED);
  }

  /** What the COPY sends; whether it may was decided for the whole dump, so that no entry is made. */
  #judge(request: StatementRequest, place: DumpPlace): Soon<Judgement> {
    const { actor, purpose, session: id, attended, judge } = this.#setting;
    const { transaction } = request;
    const asked: JudgeRequest = {
      channel: { language: 'sql', via: 'wire', certainty: 'exact' },
      text: request.text,
      target: place.target,
      situation: {
        actor,
        purpose: purpose.facts,
        environment: place.environment,
        session: { id, tainted: [], transaction, wrote: false, attended },
        time: new Date().toISOString(),
      },
      ...(place.catalog === undefined ? {} : { catalog: place.catalog.version }),
      estimates: [],
      entry: false,
    };
    return judge.judge(asked);
  }

  #lookAround(judgement: Judgement, { catalog, environment }: DumpPlace): StatementRun {
    const rules = rulesFor(this.#setting, {
      judgement: { obligations: { mask: ['phi.*', 'pii.*', 'cred.*'] } },
      // A secret of the server's is one in a database without persons too: what has no clean origin is hidden there as well.
      catalog: catalog && { ...catalog, complete: false },
      environment,
    });
    const outputs = judgement.plans[0]?.outputs;
    return new CatalogRun((fields) =>
      outputs === undefined ? undefined : rowMasker(fields, outputs, rules),
    );
  }

  #copy(judgement: Judgement, said: Passing, place: DumpPlace): StatementRun {
    const { environment, catalog } = place;
    const { masked } = this.#desk.wish;
    const { outflow } = this.#setting;
    // Made-up people may be dumped as they are, credentials never; nothing else passes unmasked but by its own verdict.
    const checked = masked || environment.synthetic;
    const rules = rulesFor(this.#setting, { judgement: said.judgement, catalog, environment });
    return new DumpCopy({
      treat: (announced) => {
        if (!masked) outflow.returned({ judgement: said.judgement, environment, catalog });
        return checked ? copyTreatment(judgement.plans[0]?.copyOut, announced, rules) : undefined;
      },
      masked,
      refuse: () => this.#wouldMask(),
      finished: (copied) => this.#desk.counted(place.target, copied),
    });
  }
}

/** The run of a list: as soon as there is anything in it, nothing more follows. */
function endingRun(run: StatementRun, end: () => void): StatementRun {
  return {
    rows: (...said) => run.rows(...said),
    copyOut: (...said) => run.copyOut(...said),
    scrub: (fields) => run.scrub(fields),
    completed: (index, tag, rows) => {
      if (rows > 0) end();
      run.completed(index, tag, rows);
    },
    finished: (outcome) => run.finished(outcome),
  };
}

/** A single COPY … TO STDOUT of columns of tables that the decision names, wherever the names in it lead. */
function isCovered({ parsed, plans, findings }: Judgement, { tables }: Passing): boolean {
  const [plan, ...others] = plans;
  if (parsed !== 'complete' || others.length > 0 || plan?.copyOut === undefined || plan.writes) return false;
  if (!findings.every(({ intent, tags }) => SENDS_DATA.has(intent) && !tags.includes('server-file')))
    return false;
  const { outputs } = plan.copyOut;
  return (
    outputs.kind === 'columns' &&
    outputs.columns.every(
      ({ how, origins }) => how !== 'opaque' && origins.every(({ relation }) => tables.has(relation)),
    )
  );
}

/** A single query of nothing but catalogs. */
function looksAround({ parsed, plans, findings, data }: Judgement): boolean {
  const [plan, ...others] = plans;
  if (parsed !== 'complete' || plan?.kind !== 'SelectStmt' || others.length > 0 || plan.writes) return false;
  return (
    findings.every(({ intent }) => LOOKS_AROUND.has(intent)) &&
    data.tables.every((name) => /^(?:pg_catalog\.)?pg_\w+$/.test(name))
  );
}

/** pg_dump reads a guarded catalog: its secrets are masked, and then the dump is over (see UnmaskedRun). */
class CatalogRun implements StatementRun {
  readonly #masker: (fields: readonly FieldDescription[]) => RowMasker | undefined;

  constructor(masker: (fields: readonly FieldDescription[]) => RowMasker | undefined) {
    this.#masker = masker;
  }

  rows(_index: number, fields: readonly FieldDescription[]): RowTreatment | WireRefusal {
    const masker = this.#masker(fields);
    return masker === undefined ? failure('a result that nothing explains.') : { masker };
  }

  copyOut(): WireRefusal {
    return failure('COPY data that nothing explains.');
  }

  scrub(fields: NoticeFields): NoticeFields {
    return scrubOutside(fields, new Set());
  }

  completed(): void {}

  finished(): void {}
}

/** pg_dump's own looking around: as soon as a value of it had to be masked, the dump is over. */
class UnmaskedRun implements StatementRun {
  readonly #run: StatementRun;
  readonly #spoil: () => void;
  readonly #maskers: (RowMasker | CopyMasker)[] = [];
  readonly completed: StatementRun['completed'];

  constructor(run: StatementRun, spoil: () => void) {
    this.#run = run;
    this.#spoil = spoil;
    this.completed = (...said) => run.completed(...said);
  }

  rows(...said: Parameters<StatementRun['rows']>): ReturnType<StatementRun['rows']> {
    const treated = this.#run.rows(...said);
    if ('code' in treated) return treated;
    const { masker } = treated;
    if (masker === undefined) return {};
    this.#maskers.push(masker);
    return { masker };
  }

  copyOut(...said: Parameters<StatementRun['copyOut']>): ReturnType<StatementRun['copyOut']> {
    const treated = this.#run.copyOut(...said);
    if (treated !== undefined && !('code' in treated)) this.#maskers.push(treated);
    return treated;
  }

  scrub(fields: NoticeFields): NoticeFields {
    return this.#run.scrub(fields);
  }

  finished(outcome: Parameters<StatementRun['finished']>[0]): void {
    if (this.#maskers.some((masker) => [...masker.counts().values()].some((count) => count > 0)))
      this.#spoil();
    this.#run.finished(outcome);
  }
}

interface DumpCopyWorld {
  readonly treat: (
    announced: Parameters<StatementRun['copyOut']>[1],
  ) => CopyMasker | 'unmaskable' | undefined;
  readonly masked: boolean;
  readonly refuse: () => WireRefusal;
  readonly finished: (copied: { rows: number; masked: Record<string, number>; error?: string }) => void;
}

/** The rows of one table on their way into the dump: as they are, or masked because that was asked for. */
class DumpCopy implements StatementRun {
  readonly #world: DumpCopyWorld;
  #masker: CopyMasker | undefined;

  constructor(world: DumpCopyWorld) {
    this.#world = world;
  }

  rows(): WireRefusal {
    return this.#world.refuse();
  }

  copyOut(
    _index: number,
    announced: Parameters<StatementRun['copyOut']>[1],
  ): CopyMasker | undefined | WireRefusal {
    const treated = this.#world.treat(announced);
    if (treated === undefined) return undefined;
    if (treated === 'unmaskable' || !this.#world.masked) return this.#world.refuse();
    this.#masker = treated;
    return treated;
  }

  scrub(fields: NoticeFields): NoticeFields {
    return scrubOutside(fields, new Set());
  }

  completed(): void {}

  finished({ rows, error }: Parameters<StatementRun['finished']>[0]): void {
    const masked = Object.fromEntries(this.#masker?.counts() ?? []);
    this.#world.finished({ rows, masked, ...(error === undefined ? {} : { error }) });
  }
}
