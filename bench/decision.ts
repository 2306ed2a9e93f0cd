import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { analyzeSql } from '../src/analyze/index.ts';
import { preparePolicy } from '../src/decide/prepare.ts';
import { dataFacts, NO_MEMORY } from '../src/judge/data-facts.ts';
import { evaluateSql } from '../src/judge/evaluate-sql.ts';
import type { JudgeWorld } from '../src/judge/evaluated.ts';
import { planStatement } from '../src/judge/statement-plan.ts';
import type { CatalogSnapshot } from '../src/model/catalog.ts';
import type { JudgeRequest, Situation } from '../src/model/judge.ts';
import { rawText } from '../src/model/text.ts';
import { catalogFromDdl } from '../src/parse/sql/ddl-catalog.ts';
import { rawParse } from '../src/parse/sql/library.ts';
import { loadSqlParser, parseSql } from '../src/parse/sql/parse-sql.ts';
import { loadBuiltIn } from '../src/policy/built-in.ts';
import { classifyCatalog } from '../src/session/check-catalog.ts';
import { machine, percentile, table } from './machine.ts';
import { SCHEMA, STATEMENTS } from './statements.ts';

const WARM_UP = 60;
const ROUNDS = 200;
const MICROSECONDS = 1_000;

/** As a connection has it: one object each for what does not change between two statements. */
const SITUATION: Situation = {
  actor: { kind: 'human', id: 'bench', uid: 1, groups: [], mfa: false, evidence: [] },
  purpose: { breakglass: false },
  environment: { class: 'prod', name: 'prod', because: 'bench', synthetic: false, throwaway: false },
  session: { id: 'bench', tainted: [], transaction: 'idle', wrote: false, attended: true },
  time: '2026-01-01T00:00:00Z',
};

function request(text: string, catalog: CatalogSnapshot): JudgeRequest {
  return {
    channel: { language: 'sql', via: 'wire', certainty: 'exact' },
    text: rawText(text),
    target: { kind: 'postgres', name: 'clinic' },
    situation: { ...SITUATION, session: { ...SITUATION.session } },
    catalog: catalog.version,
    memory: NO_MEMORY,
    entry: false,
  };
}

type Work = (text: string) => void;

/** clock_gettime(2), Linux: processor time of the calling thread, nanoseconds. */
const CLOCK_THREAD_CPUTIME_ID = 3;
const clockGetTime = koffi.load(null).func('int clock_gettime(int, void *)');
const clock = new BigInt64Array(2);

/** Microseconds of processor time of this thread: another program's turn does not count, garbage collection here does. */
function threadTime(): number {
  clockGetTime(CLOCK_THREAD_CPUTIME_ID, clock);
  return Number(clock[0]) * 1e6 + Number(clock[1]) / MICROSECONDS;
}

interface Times {
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
}

/** Microseconds of each call; the same texts in the same order for every kind of work. */
function measure(texts: (round: number) => readonly string[], work: Work): Times {
  const [wall, cpu]: [number[], number[]] = [[], []];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const text of texts(round)) {
      const used = threadTime();
      const began = process.hrtime.bigint();
      work(text);
      const took = Number(process.hrtime.bigint() - began) / MICROSECONDS;
      const spent = threadTime() - used;
      if (round < 0) continue;
      wall.push(took);
      cpu.push(spent);
    }
  }
  return { wall, cpu };
}

/** All calls as they were, garbage collection and a busy machine included; nothing is left out. */
function line(name: string, { wall, cpu }: Times): readonly string[] {
  const at = (times: readonly number[], share: number): string => percentile(times, share).toFixed(1);
  return [name, at(wall, 0.5), at(wall, 0.99), at(cpu, 0.5), at(cpu, 0.99), at(cpu, 0.999)];
}

/** Statements of the folder of samples, when there is one: they have no literals to change, so only known texts are measured. */
function samples(): readonly string[] {
  const folder = process.env['GUARD_SAMPLES'];
  return ['sql-attacks.jsonl', 'sql-benign.jsonl'].flatMap((name) => {
    const path = folder === undefined ? undefined : join(folder, name);
    if (path === undefined || !existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((text): string => JSON.parse(text).sql);
  });
}

function afterParse(world: JudgeWorld): Work {
  return (text) => {
    const { items } = parseSql(rawText(text));
    analyzeSql(items);
    dataFacts(items, { catalog: world.catalog, memory: NO_MEMORY, estimates: [] });
    for (const item of items) planStatement(item, world.catalog, NO_MEMORY);
  };
}

/** Times of one decision in this process: a text nobody has seen, a text that was seen before, and the parts. */
export async function run(): Promise<void> {
  await loadSqlParser();
  const catalog = classifyCatalog(catalogFromDdl(rawText(SCHEMA)), []);
  const world: JudgeWorld = { policy: preparePolicy(await loadBuiltIn()), catalog };
  const fresh = (round: number): readonly string[] =>
    STATEMENTS.map((text, index) => text.replaceAll('$n', String((round + WARM_UP) * 1_000 + index)));
  const known = (): readonly string[] => STATEMENTS;
  const other = samples();
  const judge: Work = (text) => void evaluateSql(request(text, catalog), world);
  console.log(`\n### One decision, microseconds (${machine()})\n`);
  console.log(
    table(
      [
        `${STATEMENTS.length} statements, ${ROUNDS} rounds, all calls`,
        'wall p50',
        'wall p99',
        'processor p50',
        'processor p99',
        'processor p99.9',
      ],
      [
        line('a new text: parse, classify, lineage, policy', measure(fresh, judge)),
        line('a known text', measure(known, judge)),
        line(
          "PostgreSQL's grammar alone (WASM)",
          measure(fresh, (text) => void rawParse(text)),
        ),
        line('grammar, classification and lineage', measure(fresh, afterParse(world))),
        ...(other.length === 0
          ? []
          : [
              line(
                'known statements of GUARD_SAMPLES',
                measure(() => other, judge),
              ),
            ]),
      ],
    ),
  );
}
