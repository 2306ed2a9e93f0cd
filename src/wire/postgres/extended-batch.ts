import type { Buffer } from 'node:buffer';
import { rawText } from '../../model/text.ts';
import { unreachable } from '../../model/unreachable.ts';
import { BatchDraft, type BatchEnd } from './batch-draft.ts';
import type { Channel } from './channel.ts';
import {
  type BindMessage,
  dependsOnSettings,
  LazyBound,
  type NamedMessage,
  type ParseMessage,
  quoteIdentifier,
} from './frontend-messages.ts';
import type { Ruling, WireRefusal } from './gate.ts';
import { buildMessage, CLIENT } from './message.ts';
import type { Portal, Statement } from './names.ts';
import {
  answerRows,
  BIND_COMPLETE,
  CLOSE_COMPLETE,
  describeAnswer,
  NO_PARAMETERS,
  PARSE_COMPLETE,
} from './own-answer.ts';
import { SQLSTATE } from './refusal.ts';
import { RunTracker } from './run.ts';
import type { Question, Turnstile } from './turnstile.ts';

/** One message of the extended protocol, read. */
export type BatchItem =
  | { readonly kind: 'parse'; readonly message: Buffer; readonly parse: ParseMessage }
  | { readonly kind: 'bind'; readonly message: Buffer; readonly bind: BindMessage }
  | { readonly kind: 'describe' | 'close'; readonly message: Buffer; readonly named: NamedMessage }
  | { readonly kind: 'execute'; readonly message: Buffer; readonly portal: string }
  | { readonly kind: 'refused'; readonly refusal: WireRefusal };

const MIXED: WireRefusal = {
  code: SQLSTATE.unsupported,
  message: "guard's own statements can not share a batch with others",
  hint: 'Send them alone, followed by a Sync.',
};

export const AFTER_UNREPORTED: WireRefusal = {
  code: SQLSTATE.unsupported,
  message: 'guard can not read this statement safely here',
  detail:
    'It has a backslash or a non-ASCII character, and how the server reads those may have been changed by a statement sent before it without a Sync in between.',
  hint: 'Send a Sync (end the pipeline) before this statement, or pass the text as a parameter.',
};

const NOT_OWN: WireRefusal = { code: SQLSTATE.internal, message: 'guard can not answer this any more' };

/** Holds Parse … Sync and judges it as a whole: nothing of it is sent before all of it is ruled. */
export class ExtendedBatch {
  readonly #channel: Channel;
  readonly #turnstile: Turnstile;
  #items: BatchItem[] = [];
  #bytes = 0;
  #next = 0;
  readonly #draft: BatchDraft;
  constructor(channel: Channel, turnstile: Turnstile) {
    this.#channel = channel;
    this.#turnstile = turnstile;
    this.#draft = new BatchDraft(channel);
  }

  get pending(): boolean {
    return this.#items.length > 0;
  }

  /** True when the batch should be judged in parts. */
  add(item: BatchItem): boolean {
    this.#items.push(item);
    if (item.kind !== 'refused') this.#bytes += item.message.length;
    const { batchBytes, batchMessages } = this.#channel.limits;
    return this.#bytes > batchBytes || this.#items.length >= batchMessages;
  }

  /** `message`: the Sync or Flush itself. */
  run(end: BatchEnd, message?: Buffer): void {
    this.#draft.begin(end, message);
    this.#next = 0;
    this.#advance();
  }

  /** A simple query follows: the server forgets the batch's state by itself. */
  reset(): void {
    this.#draft.reset();
  }

  #advance(): void {
    for (;;) {
      const item = this.#items[this.#next];
      if (item === undefined || this.#channel.phase === 'closed') break;
      this.#next += 1;
      if (!this.#step(item)) return;
    }
    this.#items = [];
    this.#bytes = 0;
    this.#draft.finish();
  }

  /** False when it is on hold. */
  #step(item: BatchItem): boolean {
    switch (item.kind) {
      case 'parse':
        return this.#parse(item.message, item.parse);
      case 'bind':
        this.#bind(item.message, item.bind);
        return true;
      case 'describe':
        this.#describe(item.message, item.named);
        return true;
      case 'close':
        this.#close(item.message, item.named);
        return true;
      case 'execute':
        return this.#execute(item.message, item.portal);
      case 'refused':
        this.#refuse(item.refusal, 'substitute');
        return true;
      default:
        return unreachable(item);
    }
  }

  #ask(question: Question, apply: (ruling: Ruling) => void): boolean {
    const ruling = this.#turnstile.ask(question, (later) => {
      apply(later);
      this.#advance();
    });
    if (ruling === undefined) return false;
    apply(ruling);
    return true;
  }

  #parse(message: Buffer, parse: ParseMessage): boolean {
    const { name, text, types } = parse;
    if (dependsOnSettings(text) && this.#draft.executed) {
      this.#refuse(AFTER_UNREPORTED, 'substitute');
      return true;
    }
    const statement = { name, text, types, own: undefined, generation: this.#channel.ages.prepared };
    return this.#ask({ protocol: 'extended', phase: 'parse', text, name }, (ruling) =>
      this.#parsed(message, statement, ruling),
    );
  }

  #parsed(message: Buffer, statement: Statement, ruling: Ruling): void {
    if (ruling.kind === 'forward') {
      const run = new RunTracker(ruling.run, this.#channel.port.now());
      if (!this.#claim(false)) {
        run.finish(this.#channel.port.now(), MIXED.code);
        return;
      }
      this.#channel.statements.expect(statement.name, statement);
      if (statement.name === '') this.#draft.parsesUnnamed();
      this.#draft.send(message, { kind: 'parse', statement, run });
    } else if (ruling.kind === 'answer') {
      if (!this.#claim(true)) return;
      this.#channel.statements.confirm(statement.name, { ...statement, own: ruling });
      this.#channel.statements.settle();
      this.#draft.say(PARSE_COMPLETE);
    } else this.#reject(ruling);
  }

  #bind(message: Buffer, bind: BindMessage): void {
    const channel = this.#channel;
    const statement = channel.findStatement(bind.statement);
    const own = statement?.own !== undefined;
    if (!this.#claim(own)) return;
    const portal: Portal = {
      name: bind.portal,
      statementName: bind.statement,
      statement,
      bound: new LazyBound(message, bind.at, statement?.types ?? []),
      generation: channel.ages.declared,
      described: false,
      fields: undefined,
      passed: 0,
      run: undefined,
    };
    if (own) {
      channel.portals.confirm(bind.portal, portal);
      this.#draft.say(BIND_COMPLETE);
      return;
    }
    this.#draft.countOnUnnamed(bind.statement, statement);
    channel.portals.expect(bind.portal, portal);
    if (bind.portal === '') channel.unnamedPortalOpen = false;
    this.#draft.send(message, { kind: 'bind', portal });
  }

  #describe(message: Buffer, named: NamedMessage): void {
    const portal = named.of === 'portal' ? this.#channel.findPortal(named.name) : undefined;
    const statement = named.of === 'portal' ? portal?.statement : this.#channel.findStatement(named.name);
    const answer = statement?.own;
    if (!this.#claim(answer !== undefined)) return;
    if (answer !== undefined) {
      if (named.of === 'statement') this.#draft.say(NO_PARAMETERS);
      this.#draft.say(describeAnswer(answer));
      return;
    }
    if (named.of === 'statement') this.#draft.countOnUnnamed(named.name, statement);
    if (portal !== undefined) portal.described = true;
    this.#draft.send(message, { kind: 'describe', portal });
  }

  #close(message: Buffer, named: NamedMessage): void {
    const { statements, portals } = this.#channel;
    const names = named.of === 'statement' ? statements : portals;
    const statement =
      named.of === 'statement' ? statements.find(named.name) : portals.find(named.name)?.statement;
    const own = statement?.own !== undefined;
    if (!this.#claim(own)) return;
    if (own) {
      names.confirm(named.name, undefined);
      this.#draft.say(CLOSE_COMPLETE);
      return;
    }
    names.expect(named.name, undefined);
    this.#draft.send(message, { kind: 'close', of: named.of, name: named.name });
  }

  #execute(message: Buffer, name: string): boolean {
    const portal = this.#channel.findPortal(name) ?? unknownPortal(name, this.#channel.ages.declared);
    const text = portal.statement?.text ?? rawText(textOf(portal));
    const question: Question = {
      protocol: 'extended',
      phase: 'execute',
      text,
      name: portal.statementName,
      ...(portal.bound !== undefined && { bound: portal.bound }),
    };
    return this.#ask(question, (ruling) => this.#executed(message, portal, ruling));
  }

  #executed(message: Buffer, portal: Portal, ruling: Ruling): void {
    const own = portal.statement?.own !== undefined;
    if (ruling.kind === 'answer' && own) {
      if (this.#claim(true)) this.#draft.say(answerRows(ruling));
      return;
    }
    if (ruling.kind === 'answer') {
      this.#refuse(NOT_OWN, 'substitute');
      return;
    }
    if (ruling.kind !== 'forward') {
      this.#reject(ruling);
      return;
    }
    const now = this.#channel.port.now();
    const run = new RunTracker(ruling.run, now);
    if (own || !this.#claim(false)) {
      run.finish(now, SQLSTATE.internal);
      if (own) this.#refuse(NOT_OWN, 'substitute');
      return;
    }
    if (!portal.described) {
      portal.described = true;
      const describe = buildMessage(CLIENT.describe, `P${portal.name}`);
      this.#draft.send(describe, { kind: 'describe', portal, hidden: true });
    }
    portal.run = run;
    this.#channel.aboutToRun(portal.statement?.text ?? '', ruling.renames);
    this.#draft.send(message, { kind: 'execute', portal, run });
  }

  /** False when the batch belongs to the other side already; it is refused then. */
  #claim(own: boolean): boolean {
    const claimed = this.#draft.claim(own);
    if (!claimed) this.#refuse(MIXED, 'substitute');
    return claimed;
  }

  #reject(ruling: Extract<Ruling, { readonly kind: 'refuse' | 'disconnect' }>): void {
    if (ruling.kind === 'disconnect') this.#channel.disconnect(ruling.refusal);
    else this.#refuse(ruling.refusal, ruling.how);
  }

  #refuse(refusal: WireRefusal, how: 'substitute' | 'synthesize'): void {
    this.#next = this.#items.length;
    this.#draft.refuse(refusal, how);
  }
}

/** A portal that no Bind made: a cursor of SQL's DECLARE, or none at all. */
function unknownPortal(name: string, generation: number): Portal {
  return {
    name,
    statementName: '',
    statement: undefined,
    bound: undefined,
    generation,
    described: false,
    fields: undefined,
    passed: 0,
    run: undefined,
  };
}

/** SQL that does what executing the portal does, where guard knows no text of its own for it. */
function textOf(portal: Portal): string {
  return portal.bound === undefined
    ? `FETCH ALL FROM ${quoteIdentifier(portal.name)}`
    : `EXECUTE ${quoteIdentifier(portal.statementName)}`;
}
