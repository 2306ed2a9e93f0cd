/** How psql reads what follows a command's name: words, the rest of the line as it stands, or a file or `|program` and then words. */
export type ArgumentStyle = 'words' | 'line' | 'file';

/** What a command does to the query buffer. */
export type BufferUse =
  /** Nothing that changes it. */
  | 'keeps'
  /** Sends it, or the statement before it when it is empty. */
  | 'sends'
  /** Empties it without sending it. */
  | 'drops'
  | 'edits'
  | 'if'
  | 'branch'
  | 'endif';

export interface CommandSyntax {
  readonly name: string;
  readonly style: ArgumentStyle;
  readonly buffer: BufferUse;
  /** The first psql (major version) that knows it; 0 for all. */
  readonly since: number;
}

type Row = readonly [names: string, style?: ArgumentStyle, buffer?: BufferUse, since?: number];

/**
 * Every backslash command of psql 12 to 18 (https://www.postgresql.org/docs/18/app-psql.html#APP-PSQL-META-COMMANDS and
 * exec_command() of src/bin/psql/command.c); the first name is the one guard uses. `\d…` and suffixes `+`, `S`, `x` are read apart.
 */
const ROWS: readonly Row[] = [
  ['!', 'line'],
  ['?'],
  ['a'],
  ['bind', 'words', 'keeps', 16],
  ['bind_named', 'words', 'keeps', 18],
  ['connect c'],
  ['C'],
  ['cd'],
  ['close_prepared', 'words', 'drops', 18],
  ['conninfo'],
  ['copy', 'line'],
  ['copyright'],
  ['crosstabview', 'words', 'sends'],
  ['echo'],
  ['edit e', 'words', 'edits'],
  ['ef', 'line', 'edits'],
  ['elif', 'words', 'branch'],
  ['else', 'words', 'branch'],
  ['encoding'],
  ['endif', 'words', 'endif'],
  ['endpipeline', 'words', 'drops', 18],
  ['errverbose'],
  ['ev', 'line', 'edits'],
  ['f'],
  ['flush', 'words', 'drops', 18],
  ['flushrequest', 'words', 'drops', 18],
  ['g', 'file', 'sends'],
  ['gdesc', 'words', 'sends'],
  ['getenv', 'words', 'keeps', 15],
  ['getresults', 'words', 'drops', 18],
  ['gexec', 'words', 'sends'],
  ['gset', 'words', 'sends'],
  ['gx', 'file', 'sends'],
  ['help h', 'line'],
  ['html H'],
  ['if', 'words', 'if'],
  ['include i'],
  ['include_relative ir'],
  ['list l'],
  ['lo_export'],
  ['lo_import'],
  ['lo_list'],
  ['lo_unlink'],
  ['out o', 'file'],
  ['parse', 'words', 'sends', 18],
  ['password'],
  ['print p'],
  ['prompt'],
  ['pset'],
  ['qecho'],
  ['quit q'],
  ['reset r', 'words', 'drops'],
  ['restrict'],
  ['s'],
  ['sendpipeline', 'words', 'sends', 18],
  ['set'],
  ['setenv'],
  ['sf', 'line'],
  ['startpipeline', 'words', 'drops', 18],
  ['sv', 'line'],
  ['syncpipeline', 'words', 'drops', 18],
  ['t'],
  ['T'],
  ['timing'],
  ['unrestrict'],
  ['unset'],
  ['warn', 'words', 'keeps', 13],
  ['watch', 'words', 'sends'],
  ['write w', 'file'],
  ['x'],
  ['z'],
];

const COMMANDS: ReadonlyMap<string, CommandSyntax> = new Map(
  ROWS.flatMap(([names, style = 'words', buffer = 'keeps', since = 0]) => {
    const all = names.split(' ');
    const [name = ''] = all;
    return all.map((each): [string, CommandSyntax] => [each, { name, style, buffer, since }]);
  }),
);

const DESCRIBE: CommandSyntax = { name: 'd', style: 'words', buffer: 'keeps', since: 0 };
/** `+`, `S` and `x` behind a name ask for more, for system objects too, or for the expanded form. */
const SUFFIXED = /^(l|list|lo_list|sf|sv|z)[+Sx]{1,3}$/;

/** What psql of this major version makes of a command's name; undefined for one that it does not know. */
export function commandSyntax(written: string, major: number): CommandSyntax | undefined {
  if (written.startsWith('d')) return DESCRIBE;
  const known =
    COMMANDS.get(SUFFIXED.exec(written)?.[1] ?? written) ??
    (written.toLowerCase() === 'copy' ? COMMANDS.get('copy') : undefined);
  return known === undefined || known.since > major ? undefined : known;
}
