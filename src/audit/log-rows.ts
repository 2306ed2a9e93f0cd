import type { Verdict } from '../model/verdict.ts';
import { isObject } from './entry-shape.ts';
import { visible } from './visible.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One line of the human table. Every text is safe for a terminal; an empty one means "nothing to say". */
export interface LogRow {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly type: string;
  readonly session: string;
  /** `alice (human)` */
  readonly actor: string;
  /** `allow`, `prompt: yes`, `block`… */
  readonly verdict: string;
  readonly intents: string;
  readonly target: string;
  readonly environment: string;
  /** `12`, `~48200 of 50000`, `3 reads, 40 rows` */
  readonly rows: string;
  /** How many values were masked. */
  readonly masked: number;
  readonly rule: string;
  /** The masked statement, or what happened. */
  readonly text: string;
  /** SQLSTATE or `refused`. */
  readonly error: string;
}

const MAX_TEXT = 2000;

function text(value: unknown): string {
  return typeof value === 'string' ? visible(value.slice(0, MAX_TEXT)) : '';
}

function field(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function list(value: unknown): string {
  return Array.isArray(value) ? value.map(text).join(' ') : '';
}

function sum(value: unknown): number {
  return isObject(value) ? Object.values(value).reduce<number>((total, one) => total + Number(one), 0) : 0;
}

function estimate(facts: unknown): string {
  const rows = field(facts, 'rows');
  const [exact, about, of] = ['exact', 'estimate', 'of'].map((name) => field(rows, name));
  if (typeof exact === 'number') return String(exact);
  if (typeof about !== 'number') return '';
  return typeof of === 'number' ? `~${about} of ${of}` : `~${about}`;
}

function actor(value: unknown): string {
  return isObject(value) ? `${text(value['id'])} (${text(value['kind'])})` : '';
}

function details(value: unknown): string {
  if (!isObject(value)) return '';
  return Object.entries(value)
    .map(
      ([name, content]) =>
        `${visible(name)}=${Array.isArray(content) ? list(content) : visible(String(content))}`,
    )
    .join(' ')
    .slice(0, MAX_TEXT);
}

function base(entry: Fields): LogRow {
  return {
    seq: Number(entry['seq']),
    time: text(entry['ts']),
    type: text(entry['type']),
    session: text(entry['sess']),
    actor: actor(entry['actor']),
    verdict: text(entry['verdict']),
    intents: list(entry['intents']),
    target: text(field(entry['target'], 'name')),
    environment: text(field(entry['env'], 'class')),
    rows: estimate(entry['facts']),
    masked: 0,
    rule: text(entry['rule']),
    text: text(field(entry['cmd'], 'masked')) || details(entry['details']) || text(entry['reason']),
    error: '',
  };
}

function readsRow(entry: Fields): LogRow {
  const shapes = Array.isArray(entry['shapes']) ? entry['shapes'] : [];
  const total = (name: string): number =>
    shapes.reduce<number>((rows, one) => rows + Number(field(one, name)), 0);
  const texts = shapes.map((one) => `${Number(field(one, 'count'))} x ${text(field(one, 'shape'))}`);
  return {
    ...base(entry),
    session: text(field(shapes[0], 'sess')),
    verdict: 'allow',
    intents: 'data.read',
    target: text(field(shapes[0], 'target')),
    rows: `${String(entry['count'])} reads, ${total('rows')} rows`,
    masked: shapes.reduce<number>((count, one) => count + sum(field(one, 'masked')), 0),
    rule: text(field(shapes[0], 'rule')),
    text: texts.join('; ').slice(0, MAX_TEXT),
  };
}

/** Collects rows; answers and results complete the row of their decision. */
export interface Rows {
  /** Rows of decisions with another verdict than `only` are left out, and all that are no decisions. */
  add(entry: Fields, only: Verdict | undefined): void;
  all(): readonly LogRow[];
}

class NewestRows implements Rows {
  readonly #newest: number;
  /** By entry id, in order: the first is the oldest. */
  readonly #rows = new Map<string, LogRow>();

  constructor(newest: number) {
    this.#newest = newest;
  }

  all(): readonly LogRow[] {
    return [...this.#rows.values()];
  }

  add(entry: Fields, only: Verdict | undefined): void {
    const type = entry['type'];
    if (type === 'answer' || type === 'result') this.#complete(entry);
    else if (only === undefined || only === (type === 'reads' ? 'allow' : entry['verdict']))
      this.#keep(String(entry['id']), type === 'reads' ? readsRow(entry) : base(entry));
  }

  #keep(id: string, row: LogRow): void {
    this.#rows.set(id, row);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size > this.#newest && oldest !== undefined) this.#rows.delete(oldest);
  }

  #complete(entry: Fields): void {
    const id = String(entry['parent']);
    const row = this.#rows.get(id);
    if (row === undefined) return;
    if (entry['type'] === 'answer')
      this.#rows.set(id, { ...row, verdict: `${row.verdict}: ${text(entry['answer'])}` });
    else
      this.#rows.set(id, {
        ...row,
        rows: String(entry['rows']),
        masked: sum(entry['masked']),
        error: text(entry['error']),
      });
  }
}

export function newRows(newest: number): Rows {
  return new NewestRows(newest);
}

const COLUMNS = ['time', 'actor', 'verdict', 'intents', 'target', 'rows', 'masked', 'rule', 'text'] as const;

function cells(row: LogRow): readonly string[] {
  const target = row.environment === '' ? row.target : `${row.target} [${row.environment}]`;
  const problem = row.error === '' ? '' : ` (${row.error})`;
  const verdict = row.verdict === '' ? row.type : row.verdict;
  const masked = row.masked === 0 ? '' : String(row.masked);
  return [row.time, row.actor, verdict, row.intents, target, row.rows, masked, row.rule, row.text + problem];
}

/** The rows as lines with aligned columns, a heading first. */
export function formatLogRows(rows: readonly LogRow[]): readonly string[] {
  const lines = [COLUMNS.map((name) => name.toUpperCase()), ...rows.map(cells)];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
