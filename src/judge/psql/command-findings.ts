import type { PsqlSetting } from '../../analyze/define-psql-rule.ts';
import { dataDoubt, textDoubt, unreadScript } from '../../analyze/psql-doubt.ts';
import { analyzeCommand } from '../../analyze/psql-index.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import { type DataFacts, NO_DATA } from '../../model/facts.ts';
import type { Finding } from '../../model/finding.ts';
import { intentMatches } from '../../model/intent.ts';
import type { PsqlCommand, Script, ScriptPart } from '../../model/psql.ts';
import { readScript } from '../../parse/psql/script.ts';
import type { Evaluation } from '../evaluation.ts';
import { classesOf } from './any-class.ts';
import type { PointSpans } from './point-spans.ts';
import type { SqlMessage } from './sql-messages.ts';

/** Findings that are decided together, with what they touch. */
export interface Judged {
  readonly findings: readonly Finding[];
  readonly data: DataFacts;
}

export interface CommandWorld {
  readonly typed: boolean;
  readonly reads: boolean;
  /** What the parts send, as far as it was evaluated. */
  readonly messages: readonly SqlMessage[];
  readonly catalog: CatalogSnapshot | undefined;
  readonly spans: PointSpans;
}

/** A command that could do something, in lines that COPY takes as data: only these are worth reading such lines for. */
const TELLING =
  /\\(?:[!ceiosw]|g|gx|copy|connect|edit|include|include_relative|ir|out|write|set|setenv|gexec)(?=[ \t\r\n\\]|$)/;

function ownRestrictions(parts: readonly ScriptPart[]): ReadonlySet<string> {
  const keys = parts.flatMap((part) => {
    if (part.kind !== 'command' || part.command.name !== 'restrict') return [];
    return part.command.args[0]?.value ?? [];
  });
  return new Set(keys);
}

/** Where rows go that nobody can tell the origin of. */
function anything(catalog: CatalogSnapshot | undefined): DataFacts {
  return { ...NO_DATA, classes: classesOf(catalog) };
}

/** True where the engine could tell which columns the rows come from. */
function isTraced({ parsed, decision, data }: Evaluation): boolean {
  return parsed === 'complete' && (data.classes.length > 0 || decision.obligations.mask.length === 0);
}

class CommandJudging {
  readonly #script: Script;
  readonly #world: CommandWorld;
  readonly #setting: PsqlSetting;
  readonly #byPart: ReadonlyMap<ScriptPart, Evaluation>;

  constructor(script: Script, world: CommandWorld) {
    const { typed, reads, messages } = world;
    this.#script = script;
    this.#world = world;
    this.#setting = { typed, reads, ownRestrictions: ownRestrictions(script.parts) };
    this.#byPart = new Map(messages.map(({ part, evaluation }) => [part, evaluation]));
  }

  judge(): readonly Judged[] {
    const { parts, problem } = this.#script;
    const judged = parts.flatMap((part, at) => this.#part(part, parts[at - 1]));
    if (problem === undefined) return judged;
    return [...judged, { findings: [unreadScript(problem)], data: NO_DATA }];
  }

  #part(part: ScriptPart, before: ScriptPart | undefined): readonly Judged[] {
    switch (part.kind) {
      case 'command':
        return [this.#command(part, before)];
      case 'sql':
        return this.#doubts(part);
      case 'data':
        return this.#world.typed ? [] : this.#data(part);
    }
  }

  #command(part: Extract<ScriptPart, { kind: 'command' }>, before: ScriptPart | undefined): Judged {
    const { command } = part;
    const span = this.#world.spans.span(command.start, command.end);
    const findings = analyzeCommand(command, span, this.#setting);
    const exports = findings.some(({ intent }) => intentMatches(intent, 'data.export'));
    if (exports) return { findings, data: this.#rows(part, before) };
    const writes = findings.some(({ tags }) => tags.includes('large-object'));
    return { findings, data: writes ? { ...NO_DATA, scale: 'small' } : NO_DATA };
  }

  /** What is in the rows that a command sends somewhere. */
  #rows(part: Extract<ScriptPart, { kind: 'command' }>, before: ScriptPart | undefined): DataFacts {
    const { catalog } = this.#world;
    const source = this.#source(part.command, part, before);
    if (source === undefined || (source.kind === 'sql' && source.doubt !== undefined))
      return anything(catalog);
    const evaluation = this.#byPart.get(source);
    const empty = source.kind === 'sql' && source.text === '';
    if (evaluation === undefined || empty || !isTraced(evaluation)) return anything(catalog);
    return { ...NO_DATA, tables: evaluation.data.tables, classes: evaluation.data.classes };
  }

  /** The part whose SQL gives the rows; undefined for commands that take them from elsewhere, or from statements to come. */
  #source({ name }: PsqlCommand, part: ScriptPart, before: ScriptPart | undefined): ScriptPart | undefined {
    if (name === 'copy') return part;
    return name === 'g' || name === 'gx' ? before : undefined;
  }

  #doubts(part: Extract<ScriptPart, { kind: 'sql' }>): readonly Judged[] {
    const { typed, spans } = this.#world;
    // A statement is judged again when it is sent; the commands that a variable's value may hold are not.
    const mayHoldCommands = part.uses.some(({ known, quoting }) => !known && quoting === 'plain');
    if (part.doubt === undefined || (typed && !mayHoldCommands)) return [];
    const span = spans.span(part.start, part.start + part.text.length);
    return [{ findings: [textDoubt(part.doubt, mayHoldCommands, span)], data: NO_DATA }];
  }

  /** When the COPY before them fails, psql reads the lines as a script. */
  #data({ text }: Extract<ScriptPart, { kind: 'data' }>): readonly Judged[] {
    if (!TELLING.test(text)) return [];
    const { parts } = readScript(text, { source: 'file' });
    const findings = parts.flatMap((part) =>
      part.kind === 'command' ? analyzeCommand(part.command, { start: 0, end: 0 }, this.#setting) : [],
    );
    return findings
      .filter(({ intent }) => intent !== 'session.control' && intent !== 'unknown')
      .map((finding) => ({ findings: [dataDoubt(finding)], data: anything(this.#world.catalog) }));
  }
}

/** What the rules say to psql's own commands in a text, and to what of it can't be told before it runs. */
export function judgeCommands(script: Script, world: CommandWorld): readonly Judged[] {
  return new CommandJudging(script, world).judge();
}

/** What would be decided alike is decided once. */
export function distinctJudged(judged: readonly Judged[]): readonly Judged[] {
  const keys = new Set<string>();
  return judged.filter(({ findings, data }) => {
    if (data !== NO_DATA) return true;
    const key = JSON.stringify(findings.map(({ rule, intent, tags }) => [rule, intent, tags]));
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  });
}
