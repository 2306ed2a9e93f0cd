import { Buffer } from 'node:buffer';
import type { RawText } from '../../model/text.ts';
import { unreachable } from '../../model/unreachable.ts';
import type { Channel } from './channel.ts';
import { CopyIn } from './copy-in.ts';
import { AFTER_UNREPORTED, type BatchItem, ExtendedBatch } from './extended-batch.ts';
import { type FramePlan, FrameReader, type FrameSink } from './frame.ts';
import {
  BAD_TEXT,
  dependsOnSettings,
  readBind,
  readExecute,
  readNamed,
  readParse,
  readQuery,
} from './frontend-messages.ts';
import type { Ruling, WireRefusal } from './gate.ts';
import type { Login } from './login.ts';
import { CLIENT, violation } from './message.ts';
import { answerQuery } from './own-answer.ts';
import type { ProbeDesk } from './probe.ts';
import { encodeRefusal, SQLSTATE } from './refusal.ts';
import { RunTracker } from './run.ts';
import { readyForQuery, substituteQuery } from './substitute.ts';
import { TrialRun } from './trial.ts';
import type { Turnstile } from './turnstile.ts';

/** Messages that carry only names (bytes; PQ_SMALL_MESSAGE_LIMIT of PostgreSQL with its header). */
const SMALL_MESSAGE = 10_005;
/** A password or SASL message (bytes; PG_MAX_AUTH_TOKEN_LENGTH with its header). */
const LOGIN_MESSAGE = 65_540;

/** What a waiting client may send ahead before it is no longer read (bytes). */
const READ_AHEAD_BYTES = 262_144;

const FUNCTION_CALL: WireRefusal = {
  code: SQLSTATE.policy,
  message: 'guard refuses direct function calls',
  detail: 'The fast-path FunctionCall message names a function by number and can not be judged.',
  hint: 'Call the function in SQL: SELECT function(...).',
};

/** Where statements are judged and where guard's own are sent. */
export interface Desks {
  readonly turnstile: Turnstile;
  readonly probes: ProbeDesk;
}

/** What the client says, message by message: judged, held, refused or passed on. */
export class Frontend implements FrameSink {
  readonly #channel: Channel;
  readonly #login: Login;
  readonly #turnstile: Turnstile;
  readonly #probes: ProbeDesk;
  readonly #batch: ExtendedBatch;
  readonly #copyIn: CopyIn;
  readonly #reader: FrameReader;
  /** Why the message that is being discarded is refused. */
  #dropped: WireRefusal | undefined;

  constructor(channel: Channel, login: Login, { turnstile, probes }: Desks) {
    this.#channel = channel;
    this.#login = login;
    this.#turnstile = turnstile;
    this.#probes = probes;
    this.#batch = new ExtendedBatch(channel, turnstile);
    this.#copyIn = new CopyIn(channel);
    this.#reader = new FrameReader(this);
  }

  push(chunk: Buffer): void {
    this.#reader.push(chunk);
  }

  resume(): void {
    this.#reader.resume();
  }

  stop(): void {
    this.#reader.stop();
  }

  /** True when enough of the client's bytes wait here. It is read a little ahead, so that its end is seen. */
  get stalled(): boolean {
    return this.#reader.stalled && this.#reader.heldBytes > READ_AHEAD_BYTES;
  }

  plan(type: number, length: number): FramePlan {
    const channel = this.#channel;
    if (channel.phase === 'closed') return 'discard';
    if (channel.phase !== 'running') return this.#planLogin(type, length);
    if (type === CLIENT.terminate) return 'whole';
    if (this.#turnstile.holding || channel.resting || channel.trial !== undefined) return 'wait';
    if (type === CLIENT.copyData || type === CLIENT.copyDone || type === CLIENT.copyFail)
      return this.#planCopy(type, length);
    if (channel.awaitingReady) return 'wait';
    if (channel.copyIn) return planDuringCopy(type);
    return this.#planMessage(type, length);
  }

  #planLogin(type: number, length: number): FramePlan {
    if (type === CLIENT.terminate) return 'whole';
    if (type !== CLIENT.password || this.#channel.phase !== 'login') return 'wait';
    if (length > LOGIN_MESSAGE) throw violation('the login message is too large');
    return this.#login.asked ? 'whole' : 'wait';
  }

  #planCopy(type: number, length: number): FramePlan {
    const channel = this.#channel;
    if (channel.copyIn) return this.#copyIn.plan(type, length);
    if (channel.dropUntilSync) return 'discard';
    if (this.#batch.pending) {
      this.#batch.run('flush');
      if (this.#turnstile.holding) return 'wait';
    }
    // The answer to what was sent tells whether the server reads COPY data; if not, it ignores them.
    return channel.ledger.idle ? 'discard' : 'wait';
  }

  #planMessage(type: number, length: number): FramePlan {
    if (this.#channel.dropUntilSync && type !== CLIENT.sync) return 'discard';
    switch (type) {
      case CLIENT.query:
      case CLIENT.functionCall:
        return this.#planAlone(type, length);
      case CLIENT.parse:
      case CLIENT.bind:
        return this.#planText(length);
      case CLIENT.describe:
      case CLIENT.close:
      case CLIENT.execute:
      case CLIENT.sync:
      case CLIENT.flush:
        if (length > SMALL_MESSAGE) throw violation('a message of the client is too large');
        return 'whole';
      default:
        throw violation(`unknown message type 0x${type.toString(16)} from the client`);
    }
  }

  /** A message of the simple protocol: an extended batch before it is judged first. */
  #planAlone(type: number, length: number): FramePlan {
    if (this.#batch.pending) {
      this.#batch.run('part');
      if (this.#turnstile.holding) return 'wait';
      if (this.#channel.dropUntilSync) return 'discard';
    }
    return type === CLIENT.functionCall ? this.#drop(FUNCTION_CALL) : this.#planText(length);
  }

  #planText(length: number): FramePlan {
    const limit = this.#channel.limits.statementBytes;
    return length > limit ? this.#drop(tooLarge(limit)) : 'whole';
  }

  #drop(refusal: WireRefusal): FramePlan {
    this.#dropped = refusal;
    return 'discard';
  }

  discarded(type: number): void {
    const refusal = this.#dropped;
    this.#dropped = undefined;
    if (refusal === undefined) return;
    if (type === CLIENT.parse || type === CLIENT.bind) this.#add({ kind: 'refused', refusal });
    else this.#refuse(refusal, 'substitute');
  }

  piece(bytes: Buffer, start: number, end: number): void {
    this.#channel.toServer.pass(bytes, start, end);
  }

  whole(bytes: Buffer, start: number, end: number): void {
    const channel = this.#channel;
    const message = bytes.subarray(start, end);
    switch (bytes[start]) {
      case CLIENT.query:
        this.#query(message);
        return;
      case CLIENT.sync:
        this.#batch.run('sync', message);
        return;
      case CLIENT.flush:
        this.#batch.run('flush', message);
        return;
      case CLIENT.copyData:
        this.#copyIn.data(bytes, start, end);
        return;
      case CLIENT.copyDone:
      case CLIENT.copyFail:
        this.#copyIn.end(message);
        return;
      case CLIENT.password:
        this.#login.asked = false;
        channel.toServer.add(message);
        return;
      case CLIENT.terminate:
        channel.toServer.add(message);
        channel.close('client');
        return;
      default:
        this.#add(readItem(message));
    }
  }

  #add(item: BatchItem): void {
    if (this.#batch.add(item)) this.#batch.run('part');
  }

  #query(message: Buffer): void {
    this.#batch.reset();
    const text = readQuery(message, 0, message.length);
    if (text === undefined) {
      this.#refuse(BAD_TEXT, 'substitute');
      return;
    }
    if (this.#channel.executed && dependsOnSettings(text)) {
      this.#refuse(AFTER_UNREPORTED, 'substitute');
      return;
    }
    const ruling = this.#turnstile.ask({ protocol: 'simple', phase: 'execute', text }, (later) =>
      this.#ruled(message, text, later),
    );
    if (ruling !== undefined) this.#ruled(message, text, ruling);
  }

  #ruled(message: Buffer, text: RawText, ruling: Ruling): void {
    const channel = this.#channel;
    switch (ruling.kind) {
      case 'forward':
        channel.aboutToRun(text, ruling.renames);
        this.#forward(message, ruling);
        return;
      case 'refuse':
        this.#refuse(ruling.refusal, ruling.how);
        return;
      case 'answer':
        if (!channel.quiet) {
          this.#refuse(NOT_ALONE, 'substitute');
          return;
        }
        channel.toClient.add(answerQuery(ruling));
        channel.toClient.add(readyForQuery(channel.statusByte));
        return;
      case 'disconnect':
        channel.disconnect(ruling.refusal);
        return;
      default:
        unreachable(ruling);
    }
  }

  #forward(message: Buffer, { run, trial }: Extract<Ruling, { kind: 'forward' }>): void {
    const channel = this.#channel;
    const tracker = new RunTracker(run, channel.port.now());
    if (trial === undefined) {
      this.#send(message, tracker);
      return;
    }
    const kept = Buffer.from(message);
    const trying = new TrialRun(channel, this.#probes, trial);
    channel.trial = trying;
    trying.begin(() => this.#send(kept, tracker), tracker);
  }

  #send(message: Buffer, run: RunTracker): void {
    const channel = this.#channel;
    channel.dropUnnamed();
    channel.ledger.push({ kind: 'query', run });
    channel.toServer.add(message);
    channel.awaitingReady = true;
  }

  #refuse(refusal: WireRefusal, how: 'substitute' | 'synthesize'): void {
    const channel = this.#channel;
    if (how === 'synthesize' && channel.quiet && channel.transaction !== 'failed') {
      channel.toClient.add(encodeRefusal(refusal));
      channel.toClient.add(readyForQuery(channel.statusByte));
      return;
    }
    const { message, reply } = substituteQuery(refusal);
    channel.dropUnnamed();
    channel.ledger.push(reply);
    channel.toServer.add(message);
    channel.awaitingReady = true;
  }
}

const NOT_ALONE: WireRefusal = {
  code: SQLSTATE.unsupported,
  message: "guard's own statements can not be sent inside an unfinished batch",
};

function tooLarge(limit: number): WireRefusal {
  return {
    code: SQLSTATE.tooLarge,
    message: `guard: the statement is larger than ${limit} bytes`,
    hint: 'Load large values with COPY FROM STDIN, or send them in parts.',
  };
}

/** COPY FROM STDIN ignores Flush and Sync; everything else is an error that guard does not pass on. */
function planDuringCopy(type: number): FramePlan {
  if (type === CLIENT.sync || type === CLIENT.flush) return 'discard';
  throw violation('a statement inside COPY FROM STDIN');
}

const UNREADABLE: BatchItem = { kind: 'refused', refusal: BAD_TEXT };

function readItem(message: Buffer): BatchItem {
  switch (message[0]) {
    case CLIENT.parse: {
      const parse = readParse(message);
      return parse === undefined ? UNREADABLE : { kind: 'parse', message, parse };
    }
    case CLIENT.bind: {
      const bind = readBind(message);
      return bind === undefined ? UNREADABLE : { kind: 'bind', message, bind };
    }
    case CLIENT.execute: {
      const portal = readExecute(message);
      return portal === undefined ? UNREADABLE : { kind: 'execute', message, portal };
    }
    default: {
      const named = readNamed(message);
      const kind = message[0] === CLIENT.describe ? 'describe' : 'close';
      return named === undefined ? UNREADABLE : { kind, message, named };
    }
  }
}
