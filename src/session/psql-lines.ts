import { randomBytes } from 'node:crypto';
import type { TapPort, TerminalTap } from '../capture/terminal-tap.ts';
import { systemClock } from '../host/clock.ts';
import { LineLayer } from '../protocols/psql/lines/line-layer.ts';
import type { LineFacts, LinePort } from '../protocols/psql/lines/line-port.ts';
import type { LineSetup } from '../protocols/psql/lines/prepare-lines.ts';
import { lineMark } from './postgres/line-mark.ts';
import type { RuledLine } from './postgres/messages.ts';

const SECRET_BYTES = 16;

export interface LinesWorld {
  /** A line has run. */
  ran(decision: string, durationMs: number): void;
  /** How well psql's own commands are held; known at the first prompt. */
  ready(facts: LineFacts): void;
  /** guard can't close psql: the session ends. */
  broken(): void;
}

interface Running {
  readonly decision: string;
  readonly since: number;
}

/** The lines of one psql session: between its terminal and the worker that judges them. */
export class PsqlLines {
  /** Shared with the worker: it knows by this what psql sends for guard. */
  readonly secret = randomBytes(SECRET_BYTES).toString('hex');
  readonly #setup: LineSetup;
  #layer: LineLayer | undefined;
  #world: LinesWorld | undefined;
  #number = 0;
  readonly #running = new Map<number, Running>();

  constructor(setup: LineSetup) {
    this.#setup = setup;
  }

  /** Stands in the middle of psql's terminal. */
  tap(port: TapPort, world: LinesWorld): TerminalTap {
    const layer = new LineLayer({ ...this.#setup, port: this.#linePort(port, world) });
    this.#layer = layer;
    this.#world = world;
    return {
      typed: (bytes) => layer.typed(bytes),
      output: (chunk) => layer.output(chunk),
      ended: () => layer.end(),
    };
  }

  /** The worker has judged a line. */
  ruled({ number, line, decision, refusal }: RuledLine): void {
    if (decision !== undefined) this.#running.set(number, { decision, since: systemClock.monotonic() });
    this.#layer?.ruled(
      number,
      refusal === undefined ? { kind: 'run', text: line } : { kind: 'refuse', text: line, refusal },
    );
  }

  #linePort(port: TapPort, world: LinesWorld): LinePort {
    return {
      program: (bytes) => port.program(bytes),
      screen: (bytes) => port.screen(bytes),
      reading: () => port.reading(),
      after: (milliseconds, then) => {
        const timer = setTimeout(then, milliseconds);
        return () => clearTimeout(timer);
      },
      secret: () => randomBytes(SECRET_BYTES).toString('hex'),
      readMark: () => {
        this.#number += 1;
        return lineMark(this.secret, this.#number);
      },
      ran: (number) => this.#ran(number),
      ready: (facts) => world.ready(facts),
      broken: () => {
        world.broken();
        port.end();
      },
    };
  }

  #ran(number: number): void {
    const running = this.#running.get(number);
    this.#running.delete(number);
    if (running !== undefined)
      this.#world?.ran(running.decision, Math.round(systemClock.monotonic() - running.since));
  }
}
