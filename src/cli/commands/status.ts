import { ACTOR_KINDS, type Sourced } from '../../model/actor.ts';
import { TRUST } from '../../session/doctor/trust.ts';
import { knownCatalogs } from '../../session/known-catalogs.ts';
import type { Ground } from '../../session/start.ts';
import { auditFolder, catalogFolder } from '../../session/state-places.ts';
import { printable } from '../../terminal/printable.ts';
import { wrap } from '../../terminal/width.ts';
import { EXIT } from '../exit-status.ts';
import { groundOf } from '../ground.ts';
import type { CommonValues } from '../options.ts';
import { paintFor } from '../paint.ts';
import { tableLines } from '../print-table.ts';
import { VERSION } from '../version.ts';

/** One line: what, its value, where that came from. */
type Row = readonly [name: string, value: string, source: string];

/** Columns that the trust level is wrapped to. */
const WIDTH = 96;
const DIGEST_SHOWN = 16;

function from({ source, strength }: Pick<Sourced<unknown>, 'source' | 'strength'>): string {
  return `${source} (${strength})`;
}

function actorRows({ observed }: Ground): readonly Row[] {
  const { actor, identity, attempts } = observed;
  const [decisive] = actor.evidence;
  return [
    ['actor', `${actor.kind} ${actor.id}`, decisive === undefined ? '' : from(decisive)],
    ...(actor.agent === undefined
      ? []
      : [['agent', [actor.agent.name, actor.agent.version ?? ''].join(' ').trim(), ''] as const]),
    ...(actor.onBehalfOf === undefined ? [] : [['on behalf of', actor.onBehalfOf, ''] as const]),
    ...actor.evidence.map((piece): Row => ['  evidence', piece.value, from(piece)]),
    ...identity.map((fact): Row => [`  ${fact.name}`, fact.value, from(fact)]),
    ...attempts.map((attempt): Row => ['  not believed', attempt, '']),
  ];
}

function purposeRows({ purpose }: Ground, common: CommonValues): readonly Row[] {
  const { ticket, text } = purpose;
  return [
    [
      'ticket',
      ticket ?? 'none',
      ticket === undefined
        ? ''
        : common.ticket === undefined
          ? 'GUARD_TICKET (claimed)'
          : '--ticket (claimed)',
    ],
    [
      'purpose',
      text ?? 'none',
      text === undefined
        ? ''
        : common.purpose === undefined
          ? 'GUARD_PURPOSE (claimed)'
          : '--purpose (claimed)',
    ],
  ];
}

function optionRow<T extends string>(name: string, value: Sourced<T> | undefined, otherwise: string): Row {
  return value === undefined ? [name, otherwise, 'default'] : [name, value.value, from(value)];
}

function xdg(variable: string): string {
  return process.env[variable] ? `$${variable} (claimed)` : 'default';
}

function settingRows({ settings, stateFolder }: Ground): readonly Row[] {
  const { files, env, actor, prompt, stateFolder: pinned, configFolder } = settings;
  return [
    optionRow('environment', env, "each target's own"),
    optionRow('actor at least', actor, ACTOR_KINDS[0]),
    optionRow('prompt', prompt, 'panel where the terminal can'),
    ['state folder', stateFolder, pinned === undefined ? xdg('XDG_STATE_HOME') : from(pinned)],
    [
      'config folder',
      configFolder.value,
      configFolder.source.startsWith('$') ? xdg('XDG_CONFIG_HOME') : from(configFolder),
    ],
    ...(files.length === 0
      ? [['settings file', 'none', ''] as const]
      : files.map((file): Row => ['settings file', file, ''])),
  ];
}

function policyRows({ policy, settings }: Ground): readonly Row[] {
  const places = new Map(settings.policies.map(({ path, source }) => [path, source]));
  return [
    ['policy', `${policy.name} ${policy.version}`, `sha256 ${policy.digest.slice(0, DIGEST_SHOWN)}…`],
    ...policy.origins.map(
      ({ layer, name, file, sha256 }): Row => [
        `  ${layer}`,
        `${name} (${file})`,
        [places.get(file) ?? '', `sha256 ${sha256.slice(0, DIGEST_SHOWN)}…`].filter(Boolean).join(', '),
      ],
    ),
    ['audit', policy.audit === 'every' ? 'every read by itself' : 'plain reads in batches', 'policy'],
  ];
}

function seenRow(ground: Ground): readonly Row[] {
  const [last] = knownCatalogs(catalogFolder(ground.stateFolder));
  if (last === undefined) return [];
  const when = new Date(last.seenAt).toISOString().slice(0, 16).replace('T', ' ');
  return [['last database', last.target, `seen ${when} UTC as ${last.user}`]];
}

function sessionRow(): readonly Row[] {
  const session = process.env['GUARD_SESSION'];
  return session === undefined ? [] : [['session', session, 'GUARD_SESSION (claimed)']];
}

function asJson(ground: Ground): string {
  const { observed, purpose, settings, policy, stateFolder } = ground;
  const { files, policies, env, actor, prompt, configFolder } = settings;
  return JSON.stringify({
    version: VERSION,
    actor: observed.actor,
    identity: observed.identity,
    attempts: observed.attempts,
    purpose,
    settings: { files, policies, env, actor, prompt, configFolder },
    policy: {
      name: policy.name,
      version: policy.version,
      digest: policy.digest,
      origins: policy.origins,
      audit: policy.audit,
    },
    stateFolder,
    auditFolder: auditFolder(stateFolder),
    trust: TRUST,
  });
}

/** `guard status`: what guard would go by here and now, every value with where it came from. No target is needed. */
export async function status(options: Readonly<Record<string, unknown>>): Promise<number> {
  const { ground, common } = await groundOf(options);
  if (common.json) {
    process.stdout.write(`${asJson(ground)}\n`);
    return EXIT.ok;
  }
  const rows = [
    ...actorRows(ground),
    ...sessionRow(),
    ...purposeRows(ground, common),
    ...settingRows(ground),
    ...policyRows(ground),
    ['audit log', auditFolder(ground.stateFolder), 'guard audit verify checks it'] as const,
    ...seenRow(ground),
  ];
  const paint = paintFor(common.color);
  const [head = '', ...lines] = tableLines(
    ['WHAT', 'VALUE', 'FROM'],
    rows.map((row) => row.map(printable)),
  );
  const trust = wrap(`trust ${TRUST.level}: ${TRUST.says}`, WIDTH);
  process.stdout.write([paint.dim(head), ...lines, '', ...trust, ''].join('\n'));
  return EXIT.ok;
}
