import { homedir } from 'node:os';
import { type EnvironmentClass, strictestEnvironment } from '../../model/environment.ts';
import { GuardError } from '../../model/errors.ts';
import type { Judgement } from '../../model/judge.ts';
import { present } from '../../model/present.ts';
import type { Verdict } from '../../model/verdict.ts';
import { observePurpose } from '../../observe/purpose.ts';
import { TargetStore } from '../../observe/targets.ts';
import { loadSqlParser } from '../../parse/sql/parse-sql.ts';
import { type LoadedScript, loadScript, type ScriptAction } from '../../protocols/psql/load-script.ts';
import { MOST_SCRIPT_BYTES, scriptText } from '../../protocols/psql/script-file.ts';
import { claimedSituation } from '../../session/check.ts';
import { policyHere } from '../../session/check-policy.ts';
import { readSchema } from '../../session/check-schema.ts';
import { labelledCatalog } from '../../session/own-catalogs.ts';
import { type PlanSetting, planScript } from '../../session/plan.ts';
import { targetsFile } from '../../session/state-places.ts';
import { findTarget, isRefusal } from '../../session/target-change.ts';
import { EXIT } from '../exit-status.ts';
import { groundOf } from '../ground.ts';
import { readCommonOptions } from '../options.ts';
import { paintFor } from '../paint.ts';
import { planJson, planReport } from '../plan-report.ts';

type Options = Readonly<Record<string, unknown>>;

const FROM_INPUT = '-';

function statusOf(verdict: Verdict): number {
  switch (verdict) {
    case 'allow':
      return EXIT.ok;
    case 'approve':
      return EXIT.waiting;
    case 'prompt':
    case 'block':
      return EXIT.refused;
  }
}

async function readInput(): Promise<ScriptAction> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of process.stdin) {
    pieces.push(piece);
    length += piece.length;
    if (length > MOST_SCRIPT_BYTES)
      return { kind: 'input', content: { kind: 'unread', why: 'it is too large to be read whole' } };
  }
  return { kind: 'input', content: scriptText(Buffer.concat(pieces)) };
}

function variablesOf(options: Options): Readonly<Record<string, string>> {
  const given = options['variable'];
  const words = Array.isArray(given) ? given.filter((each) => typeof each === 'string') : [];
  return Object.fromEntries(
    words.map((word) => {
      const [name = '', ...value] = word.split('=');
      return [name, value.join('=')];
    }),
  );
}

/** A file that is not there is no plan. */
function needAll({ files }: LoadedScript, count: number): void {
  for (const { name, content } of files.slice(0, count)) {
    if (content.kind === 'absent') throw new GuardError('USAGE', `${name}: ${content.why}`);
  }
}

async function load(files: readonly string[], options: Options): Promise<LoadedScript> {
  const actions: ScriptAction[] = [];
  for (const path of files) actions.push(path === FROM_INPUT ? await readInput() : { kind: 'file', path });
  const script = loadScript(actions, {
    cwd: process.cwd(),
    home: process.env['HOME'] ?? homedir(),
    variables: variablesOf(options),
    singleLine: false,
  });
  needAll(script, files.length);
  return script;
}

type Place = Pick<PlanSetting, 'target' | 'seen' | 'schema'> & { readonly env?: EnvironmentClass };

/** Where it would run: a database that guard has seen, tables from a file, or nothing that is known. */
async function placeOf(options: Options): Promise<Place> {
  const { schema, target } = options;
  if (typeof target !== 'string') {
    const read = typeof schema === 'string' ? { schema: readSchema(schema) } : {};
    return { target: { kind: 'postgres', name: 'guard plan' }, ...read };
  }
  if (typeof schema === 'string')
    throw new GuardError('USAGE', '--schema and --target both say which tables there are; give one');
  const { ground } = await groundOf({});
  const entry = findTarget(new TargetStore(targetsFile(ground.stateFolder)).read(), target);
  const seen = labelledCatalog(ground, target);
  return {
    target: { kind: 'postgres', name: seen.target, identity: seen.identity },
    seen: seen.snapshot,
    // A database that nobody labelled counts as prod.
    env: isRefusal(entry) ? 'prod' : entry.class,
  };
}

/** An option can raise the class of a known target, not lower it. */
function envOf(said: EnvironmentClass | undefined, { env = said }: Place): EnvironmentClass | undefined {
  return said === undefined || env === undefined ? env : strictestEnvironment(said, env);
}

/** `guard plan FILE…`: what the scripts would do, as one decision. Nothing is run, nothing is recorded. */
export async function plan(files: readonly string[], options: Options): Promise<number> {
  const common = readCommonOptions(options);
  const [policy, place] = await Promise.all([
    policyHere(common.policy),
    loadSqlParser().then(() => placeOf(options)),
  ]);
  const purpose = observePurpose(process.env, present({ ticket: common.ticket, purpose: common.purpose }));
  const { env, ...where } = place;
  const situation = claimedSituation(
    present({ env: envOf(common.env, place), actor: common.actor }),
    purpose,
  );
  const script = await load(files, options);
  const judgement: Judgement = await planScript(script, { policy, situation, ...where });
  const told = { judgement, situation, absent: script.absent };
  const lines = common.json ? [JSON.stringify(planJson(told))] : planReport(told, paintFor(common.color));
  process.stdout.write(`${lines.join('\n')}\n`);
  return statusOf(judgement.verdict);
}
