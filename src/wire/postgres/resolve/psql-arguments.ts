import { CSV_LETTER, findLong, HELP_LETTER, type LongLookup, shortArity } from './psql-options.ts';
import { misused } from './refusal.ts';

/** One option as psql would see it. */
export interface PsqlOption {
  /** psql's letter for it, `csv` for --csv. */
  readonly letter: string;
  readonly value?: string;
}

/** psql's command line, taken apart. */
export interface PsqlArguments {
  /** Every option in the order psql acts on them. */
  readonly options: readonly PsqlOption[];
  readonly host?: string;
  readonly port?: string;
  /** `-U`, else the second positional argument. */
  readonly user?: string;
  /** `-d`, else the first positional argument: a name, a conninfo string or a URI. */
  readonly database?: string;
  readonly listDatabases: boolean;
  /** Positional arguments that psql ignores with a warning. */
  readonly ignored: readonly string[];
  /** psql prints this and ends, whatever else is asked. */
  readonly information?: 'version' | `help=${HelpTopic}`;
}

export type HelpTopic = 'options' | 'commands' | 'variables';

function isHelpTopic(text: string): text is HelpTopic {
  return text === 'options' || text === 'commands' || text === 'variables';
}

interface Reading {
  readonly options: readonly PsqlOption[];
  /** True when the last option took the next argument as its value. */
  readonly tookNext: boolean;
}

function optionOf(letter: string, value: string | undefined): PsqlOption {
  return value === undefined ? { letter } : { letter, value };
}

function describe(lookup: LongLookup, argument: string): string {
  const name = argument.slice(0, argument.includes('=') ? argument.indexOf('=') : undefined);
  return lookup.kind === 'ambiguous' ? `option '${name}' is ambiguous` : `unrecognized option '${name}'`;
}

function readLong(argument: string, next: string | undefined): Reading {
  const equals = argument.indexOf('=');
  const lookup = findLong(argument.slice('--'.length, equals < 0 ? undefined : equals));
  if (lookup.kind !== 'found') throw misused(`psql: ${describe(lookup, argument)}`);
  const inline = equals < 0 ? undefined : argument.slice(equals + 1);
  if (lookup.arity === 'none' && inline !== undefined)
    throw misused(`psql: option '--${lookup.name}' doesn't allow an argument`);
  if (lookup.arity !== 'value' || inline !== undefined)
    return { options: [optionOf(lookup.letter, inline)], tookNext: false };
  if (next === undefined) throw misused(`psql: option '--${lookup.name}' requires an argument`);
  return { options: [optionOf(lookup.letter, next)], tookNext: true };
}

function checkedArity(letter: string, argument: string): 'none' | 'value' | 'optional' {
  const arity = shortArity(letter);
  // A "?" inside a cluster is getopt's own sign for an error; psql helps only for a lone "-?".
  if (arity === undefined || (letter === HELP_LETTER && argument !== '-?'))
    throw misused(`psql: invalid option -- '${letter}'`);
  return arity;
}

function readCluster(argument: string, next: string | undefined): Reading {
  const options: PsqlOption[] = [];
  for (let at = 1; at < argument.length; at += 1) {
    const letter = argument.charAt(at);
    if (checkedArity(letter, argument) === 'none') {
      options.push({ letter });
      continue;
    }
    const inline = argument.slice(at + 1);
    const value = inline === '' ? next : inline;
    if (value === undefined) throw misused(`psql: option requires an argument -- '${letter}'`);
    return { options: [...options, { letter, value }], tookNext: inline === '' };
  }
  return { options, tookNext: false };
}

function informationOf(option: PsqlOption): PsqlArguments['information'] {
  if (option.letter === 'V') return 'version';
  if (option.letter !== HELP_LETTER) return undefined;
  const topic = option.value ?? 'options';
  if (!isHelpTopic(topic)) throw misused('psql: unknown help topic (options, commands, variables)');
  return `help=${topic}`;
}

interface Scan {
  readonly options: readonly PsqlOption[];
  readonly positionals: readonly string[];
  readonly information?: Exclude<PsqlArguments['information'], undefined>;
}

interface Scanning {
  readonly args: readonly string[];
  at: number;
  readonly options: PsqlOption[];
  readonly positionals: string[];
}

/** Acts on one argument; returns what psql would print and end with. */
function scanOption(scanning: Scanning, argument: string): PsqlArguments['information'] {
  const read = argument.startsWith('--') ? readLong : readCluster;
  const reading = read(argument, scanning.args[scanning.at]);
  if (reading.tookNext) scanning.at += 1;
  for (const option of reading.options) {
    const information = informationOf(option);
    if (information !== undefined) return information;
    scanning.options.push(option);
  }
  return undefined;
}

/** The rest is positional from here on: after `--`, or under POSIXLY_CORRECT from the first positional argument. */
function endsOptions(argument: string, posix: boolean): boolean {
  return argument === '--' || (posix && !isOption(argument));
}

function isOption(argument: string): boolean {
  return argument.startsWith('-') && argument !== '-' && argument !== '--';
}

/** GNU getopt_long: options may stand among the positional arguments; POSIXLY_CORRECT ends them at the first one. */
function scan(args: readonly string[], posix: boolean): Scan {
  const scanning: Scanning = { args, at: 0, options: [], positionals: [] };
  const { options, positionals } = scanning;
  for (let argument = args[0]; argument !== undefined; argument = args[scanning.at]) {
    if (endsOptions(argument, posix)) {
      const rest = args.slice(argument === '--' ? scanning.at + 1 : scanning.at);
      return { options, positionals: [...positionals, ...rest] };
    }
    scanning.at += 1;
    const information = isOption(argument) ? scanOption(scanning, argument) : undefined;
    if (information !== undefined) return { options, positionals, information };
    if (!isOption(argument)) positionals.push(argument);
  }
  return { options, positionals };
}

function lastValue(options: readonly PsqlOption[], letter: string): string | undefined {
  return options.findLast((option) => option.letter === letter)?.value;
}

/** What main() of psql looks at before it parses anything. */
function earlyInformation(args: readonly string[]): PsqlArguments['information'] {
  const [first] = args;
  if (first === '-?' || (first === '--help' && args.length === 1)) return 'help=options';
  return first === '--version' || first === '-V' ? 'version' : undefined;
}

/**
 * Takes psql's arguments (without the program's name) apart as psql does with getopt_long(3): clusters, abbreviated
 * long options, `--`. Throws USAGE where psql would print an error.
 */
export function parsePsqlArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): PsqlArguments {
  const early = earlyInformation(args);
  const scanned: Scan =
    early === undefined ? scan(args, env['POSIXLY_CORRECT'] !== undefined) : emptyScan(early);
  const positionals = [...scanned.positionals];
  const { options } = scanned;
  const database = lastValue(options, 'd') ?? positionals.shift();
  const user = lastValue(options, 'U') ?? positionals.shift();
  const host = lastValue(options, 'h');
  const port = lastValue(options, 'p');
  return {
    options,
    listDatabases: options.some((option) => option.letter === 'l'),
    ignored: positionals,
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(database === undefined ? {} : { database }),
    ...(scanned.information === undefined ? {} : { information: scanned.information }),
  };
}

function emptyScan(information: Exclude<PsqlArguments['information'], undefined>): Scan {
  return { options: [], positionals: [], information };
}

const CONNECTION_LETTERS = 'dhpU';

/** A value that looks like an option stays in one word with its letter: pg_wrapper would take `--cluster` out from anywhere. */
function spellOption({ letter, value }: PsqlOption): readonly string[] {
  if (letter === CSV_LETTER) return ['--csv'];
  if (value === undefined) return [`-${letter}`];
  return value.startsWith('-') ? [`-${letter}${value}`] : [`-${letter}`, value];
}

/** One spelling per option, so that what guard checked is what psql reads; connection options are left out. */
export function spellOptions(options: readonly PsqlOption[]): readonly string[] {
  return options.filter((option) => !CONNECTION_LETTERS.includes(option.letter)).flatMap(spellOption);
}
