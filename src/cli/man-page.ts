import type { Command } from 'commander';

/** roff treats these specially: man(7), "Text". */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1');
}

function optionLines(command: Command): readonly string[] {
  return command.options.flatMap((option) => ['.TP', `.B ${roff(option.flags)}`, roff(option.description)]);
}

function commandLines(command: Command, path: string): readonly string[] {
  const name = `${path} ${command.name()}`;
  const own = ['.TP', `.B ${roff(`${name} ${command.usage()}`)}`, roff(command.description())];
  const options = command.options.length === 0 ? [] : ['.RS', ...optionLines(command), '.RE'];
  return [
    ...own,
    ...options,
    ...command.commands.filter((each) => each.name() !== 'help').flatMap((each) => commandLines(each, name)),
  ];
}

const SETTINGS = [
  ['/etc/guard/guard.yaml, /etc/guard/policy.d', "the organisation's configuration and policy"],
  ['$XDG_CONFIG_HOME/guard/guard.yaml', 'your own; it can tighten, never loosen'],
  ['.guard.yaml', "a project's, looked for up the tree"],
  ['$XDG_STATE_HOME/guard', 'keys, the signed log, known targets'],
] as const;

const STATUSES = [
  ['0', "success, or the command's own status"],
  ['64', 'wrong usage'],
  ['70', 'guard itself failed; nothing was let through'],
  ['74', "the audit can't be written"],
  ['75', 'waiting for approval'],
  ['77', 'refused by policy'],
  ['78', 'bad policy or configuration'],
] as const;

/** guard(1) in man(7) markup, made from the commands themselves. */
export function manPage(program: Command, version: string): string {
  return [
    `.TH GUARD 1 "" "guard ${version}" "User Commands"`,
    '.SH NAME',
    'guard \\- understand, ask about, refuse, mask and record commands before they take effect',
    '.SH SYNOPSIS',
    ...program
      .usage()
      .split('\n')
      .map((line) => `.B ${roff(line.trim().replace(/^guard /, ''))}\n.br`)
      .map((line) => line.replace('.B ', '.B guard ')),
    '.SH DESCRIPTION',
    '.nf',
    roff(program.description()),
    '.fi',
    '.SH OPTIONS',
    ...optionLines(program),
    '.SH COMMANDS',
    ...program.commands
      .filter((each) => each.name() !== 'help')
      .flatMap((each) => commandLines(each, 'guard')),
    '.SH EXIT STATUS',
    ...STATUSES.flatMap(([status, says]) => ['.TP', `.B ${status}`, roff(says)]),
    '.SH FILES',
    ...SETTINGS.flatMap(([file, says]) => ['.TP', `.I ${roff(file)}`, roff(says)]),
    '',
  ].join('\n');
}
