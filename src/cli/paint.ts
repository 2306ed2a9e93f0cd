import { Chalk, type ChalkInstance } from 'chalk';

const BASIC_COLORS = 1;

/** Colours for standard output: only on a terminal, and only where nobody has said no. */
export function paintFor(allowed: boolean): ChalkInstance {
  const { NO_COLOR, TERM } = process.env;
  const wanted = allowed && process.stdout.isTTY === true && !NO_COLOR && TERM !== 'dumb';
  return new Chalk({ level: wanted ? BASIC_COLORS : 0 });
}
