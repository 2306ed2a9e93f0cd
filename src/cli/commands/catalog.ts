import { hipaaLetters } from '../../catalog/hipaa.ts';
import type { CatalogColumn } from '../../model/catalog.ts';
import { considerLabel, type LabelOutcome } from '../../session/catalog-change.ts';
import type { KnownCatalog } from '../../session/known-catalogs.ts';
import { LabelStore } from '../../session/labels.ts';
import { labelledCatalog, storedLabels } from '../../session/own-catalogs.ts';
import { recordNote } from '../../session/own-note.ts';
import type { Ground } from '../../session/start.ts';
import { labelsFile } from '../../session/state-places.ts';
import { printable } from '../../terminal/printable.ts';
import { EXIT } from '../exit-status.ts';
import { groundOf } from '../ground.ts';
import { tableLines } from '../print-table.ts';
import { refuse } from '../refuse.ts';
import { isAtTerminal, typedConfirmation } from '../terminal-line.ts';

type Options = Readonly<Record<string, unknown>>;

export type CatalogArguments =
  | { readonly action: 'show' | 'review' | 'export'; readonly options: Options }
  | {
      readonly action: 'set';
      readonly column: string;
      readonly dataClass: string;
      readonly options: Options;
    };

interface Row {
  readonly schema: string;
  readonly table: string;
  readonly column: CatalogColumn;
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function rowsOf({ snapshot }: KnownCatalog): readonly Row[] {
  return snapshot.relations.flatMap(({ schema, name, columns }) =>
    columns.map((column) => ({ schema, table: schema === 'public' ? name : `${schema}.${name}`, column })),
  );
}

function sourceOf({ source, confidence, unsure }: CatalogColumn): string {
  if (source === 'label' || source === 'none') return source;
  return `${source} ${Math.round(confidence * 100)}%${unsure ? ' unsure' : ''}`;
}

function cellsOf({ table, column }: Row): readonly string[] {
  const name = `${table}.${column.name}`;
  return [name, column.class ?? 'none', sourceOf(column), column.why].map(printable);
}

function jsonOf({ schema, table, column }: Row) {
  const { name, type, class: found, source, confidence, unsure, why } = column;
  const hipaa = found === undefined ? [] : hipaaLetters(found);
  return {
    table,
    schema,
    column: name,
    type,
    class: found ?? 'none',
    hipaa,
    source,
    confidence,
    unsure,
    why,
  };
}

function headline(known: KnownCatalog, rows: readonly Row[]): string {
  const classed = rows.filter(({ column }) => column.class !== undefined).length;
  const unsure = rows.filter(({ column }) => column.unsure).length;
  const seen = new Date(known.seenAt).toISOString().slice(0, 16).replace('T', ' ');
  return `${printable(known.target)}: ${rows.length} columns, ${classed} with a class, ${unsure} unsure; seen ${seen} UTC as ${printable(known.user)}`;
}

function printJson(known: KnownCatalog, rows: readonly Row[]): void {
  const { identity, target, seenAt } = known;
  const columns = rows.map(jsonOf);
  print([JSON.stringify({ target, identity, seen: new Date(seenAt).toISOString(), columns })]);
}

const HEAD = ['TABLE.COLUMN', 'CLASS', 'SOURCE', 'WHY'] as const;

function show(known: KnownCatalog, json: boolean): number {
  const rows = rowsOf(known);
  const telling = rows.filter(({ column }) => column.class !== undefined || column.source === 'label');
  if (json) printJson(known, rows);
  else
    print([
      headline(known, rows),
      ...(telling.length === 0 ? [] : ['', ...tableLines(HEAD, telling.map(cellsOf))]),
    ]);
  return EXIT.ok;
}

function review(known: KnownCatalog, json: boolean): number {
  const rows = rowsOf(known);
  const unsure = rows.filter(({ column }) => column.unsure);
  if (json) {
    printJson(known, unsure);
    return EXIT.ok;
  }
  const [first] = unsure;
  if (first === undefined) {
    print([headline(known, rows), 'Nothing to review.']);
    return EXIT.ok;
  }
  const name = printable(`${first.table}.${first.column.name}`);
  print([
    headline(known, rows),
    '',
    ...tableLines(HEAD, unsure.map(cellsOf)),
    '',
    'An unsure column is treated as the policy says of unclassified ones. Settle it:',
    `  guard catalog set ${name} ${first.column.class ?? 'phi.text'}   it is what guard thinks`,
    `  guard catalog set ${name} none   there is nothing to protect in it`,
  ]);
  return EXIT.ok;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A policy of its own; JSON strings are YAML strings. */
function exportLabels(known: KnownCatalog, ground: Ground): number {
  const labels = storedLabels(ground).filter(({ target }) => target === known.identity);
  const lifted = labels.some((label) => label.class === 'none');
  print([
    `# Labels that guard catalog set gave to columns of ${printable(known.target)}.`,
    ...(lifted
      ? ['# "none" lifts a mask: only a policy of the organisation (/etc/guard/policy.d) may say it.']
      : []),
    'apiVersion: guard/v1',
    'kind: Policy',
    'metadata:',
    `  name: ${quoted(`catalog-${known.snapshot.database.replace(/[^A-Za-z0-9-]/g, '-') || 'labels'}`)}`,
    `  version: ${quoted(new Date().toISOString().slice(0, 10))}`,
    ...(labels.length === 0
      ? ['catalog: {}']
      : ['catalog:', ...labels.map((label) => `  ${quoted(label.pattern)}: ${label.class}`)]),
  ]);
  return EXIT.ok;
}

async function confirmed(outcome: Extract<LabelOutcome, { kind: 'change' }>): Promise<boolean> {
  if (!outcome.loosened) return true;
  const { label, from } = outcome;
  return typedConfirmation(
    [
      `${label.pattern} is ${from}; as ${label.class} ${label.class === 'none' ? 'its values are shown as they are' : 'it is treated differently'}.`,
      'The change goes on record.',
    ],
    outcome.columnName,
  );
}

async function setLabel(
  known: KnownCatalog,
  ground: Ground,
  said: { readonly column: string; readonly dataClass: string },
): Promise<number> {
  const { actor } = ground.observed;
  const outcome = considerLabel(known, {
    column: said.column,
    class: said.dataClass,
    actor,
    atTerminal: isAtTerminal(),
    time: new Date().toISOString(),
  });
  if (outcome.kind === 'refused') return refuse(outcome.message);
  if (outcome.kind === 'unchanged') {
    print([`${printable(said.column)} is ${outcome.class} already.`]);
    return EXIT.ok;
  }
  if (!(await confirmed(outcome)))
    return refuse({
      effect: `The label of ${outcome.label.pattern} stays ${outcome.from}.`,
      why: 'Its name was not typed in full.',
      instead: 'Run it again if you are sure.',
    });
  const { label, from, loosened } = outcome;
  new LabelStore(labelsFile(ground.stateFolder)).set(label, () =>
    recordNote(ground.stateFolder, {
      type: 'catalog.label',
      actor,
      details: { target: label.target, column: label.pattern, from, to: label.class, loosened },
    }),
  );
  print([
    `${printable(label.pattern)}: ${from} → ${label.class}. Running sessions see it within half a minute.`,
  ]);
  return EXIT.ok;
}

/** `guard catalog show|review|set|export`, for a database that guard has seen; needs no connection. */
export async function catalogCommand(given: CatalogArguments): Promise<number> {
  const { ground } = await groundOf(given.options);
  const { target, json } = given.options;
  const known = labelledCatalog(ground, typeof target === 'string' ? target : undefined);
  switch (given.action) {
    case 'show':
      return show(known, json === true);
    case 'review':
      return review(known, json === true);
    case 'export':
      return exportLabels(known, ground);
    case 'set':
      return setLabel(known, ground, given);
  }
}
