import type { Command } from 'commander';

/** One command as a completion script needs it: the words that lead to it, its sub-commands, options and fixed arguments. */
interface Place {
  readonly path: string;
  readonly commands: readonly string[];
  readonly options: readonly string[];
  readonly choices: readonly string[];
}

function placesOf(command: Command, path = ''): readonly Place[] {
  const commands = command.commands.filter((each) => each.name() !== 'help');
  const here: Place = {
    path,
    commands: commands.map((each) => each.name()),
    options: command.options.map((option) => option.long ?? option.short ?? ''),
    choices: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  };
  return [here, ...commands.flatMap((each) => placesOf(each, `${path} ${each.name()}`.trim()))];
}

function words(place: Place): string {
  return [...place.commands, ...place.choices, ...place.options, ...(place.path === '' ? ['--'] : [])].join(
    ' ',
  );
}

const HEAD = '# Made from the commands themselves: guard completion SHELL';

/** After `--` the command's own completion takes over. */
function bash(places: readonly Place[]): string {
  const cases = places.map((place) => `    '${place.path}') words='${words(place)}' ;;`).join('\n');
  return `${HEAD}
_guard() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} == -- ]]; then
      if declare -F _comp_command_offset >/dev/null; then _comp_command_offset $((i + 1))
      elif declare -F _command_offset >/dev/null; then _command_offset $((i + 1)); fi
      return
    fi
    [[ \${COMP_WORDS[i]} == -* ]] || path="\${path:+$path }\${COMP_WORDS[i]}"
  done
  case $path in
${cases}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _guard guard
`;
}

function zsh(places: readonly Place[]): string {
  const cases = places.map((place) => `    '${place.path}') list=(${words(place)}) ;;`).join('\n');
  return `#compdef guard
${HEAD}
_guard() {
  local path_words='' i
  local -a list
  for ((i = 2; i < CURRENT; i++)); do
    if [[ $words[i] == -- ]]; then
      shift $i words; ((CURRENT -= i)); _normal; return
    fi
    [[ $words[i] == -* ]] || path_words="\${path_words:+$path_words }$words[i]"
  done
  case $path_words in
${cases}
  esac
  if ((\${#list})); then compadd -- $list; else _default; fi
}
if [[ $funcstack[1] == _guard ]]; then _guard "$@"; else compdef _guard guard; fi
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const condition =
      place.path === ''
        ? '__fish_use_subcommand'
        : place.path
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and ');
    const options = place.options
      .filter((option) => option.startsWith('--'))
      .map((option) => `complete -c guard -n '${condition}' -l ${option.slice(2)}`);
    const plain = [...place.commands, ...place.choices];
    return plain.length === 0
      ? options
      : [`complete -c guard -n '${condition}' -f -a '${plain.join(' ')}'`, ...options];
  });
  return `${HEAD}\n${lines.join('\n')}\n`;
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program);
  switch (shell) {
    case 'bash':
      return bash(places);
    case 'zsh':
      return zsh(places);
    case 'fish':
      return fish(places);
  }
}
