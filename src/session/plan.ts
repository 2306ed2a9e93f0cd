import { LocalJudge } from '../judge/local-judge.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import type { Estimate, Judgement, JudgeRequest } from '../model/judge.ts';
import type { PlanPart } from '../model/plan.ts';
import type { CompiledPolicy } from '../model/policy.ts';
import { rawText } from '../model/text.ts';
import { parseSql } from '../parse/sql/parse-sql.ts';
import type { LoadedScript } from '../protocols/psql/load-script.ts';
import { catalogFinder, classifyCatalog } from './check-catalog.ts';

export interface PlanSetting {
  readonly policy: CompiledPolicy;
  readonly situation: JudgeRequest['situation'];
  readonly target: JudgeRequest['target'];
  /** From DDL, not classified yet. */
  readonly schema?: CatalogSnapshot;
  /** Of a database that was seen before; classified. */
  readonly seen?: CatalogSnapshot;
}

const NO_DATABASE = 'no database was asked';

/** All of a script as one text: what a decision about it is bound to. */
export function wholeText(parts: readonly PlanPart[]) {
  return rawText(parts.map(({ text }) => text).join('\n'));
}

/** Tables that the script makes itself are not there before it. */
function withoutOwn(catalog: CatalogSnapshot | undefined, parts: readonly PlanPart[]) {
  if (catalog === undefined || catalog.complete) return catalog;
  const made = new Set(
    parts
      .flatMap(({ language, text }) => (language === 'sql' ? parseSql(text).items : []))
      .flatMap(({ effects }) =>
        effects.flatMap((effect) => (effect.kind === 'create' ? [effect.object.name] : [])),
      ),
  );
  const implied = (oid: number) => oid <= IMPLIED_FROM;
  return {
    ...catalog,
    relations: catalog.relations.filter(({ oid, name }) => !implied(oid) || !made.has(name)),
  };
}

/** OIDs of relations that only a statement's own words tell of (check-catalog.ts). */
const IMPLIED_FROM = -1_000_000_000;

/**
 * A script judged without a database, as `guard check` judges a statement: nothing is run, nothing recorded.
 * `loadSqlParser()` must have resolved.
 */
export async function planScript(script: LoadedScript, setting: PlanSetting): Promise<Judgement> {
  const { policy, situation, target } = setting;
  const { parts } = script;
  const judge = new LocalJudge({ policy });
  const schema =
    setting.seen ??
    (setting.schema === undefined ? undefined : classifyCatalog(setting.schema, policy.labels));
  const statements = parts.flatMap(({ language, text }) => (language === 'sql' ? parseSql(text).items : []));
  const catalog = withoutOwn(catalogFinder(schema, policy.labels)(statements), parts);
  const estimates = statements.map((_, statement): Estimate => ({ statement, unavailable: NO_DATABASE }));
  if (catalog !== undefined) await judge.learn(catalog);
  return judge.judge({
    channel: { language: 'psql', via: 'check', certainty: 'claimed' },
    text: wholeText(parts),
    script: parts,
    target,
    situation,
    estimates,
    entry: false,
    ...(catalog === undefined ? {} : { catalog: catalog.version }),
  });
}
