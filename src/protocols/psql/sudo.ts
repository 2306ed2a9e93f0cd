import type { FileFacts } from '../../wire/postgres/resolve/files.ts';

/** What to do with a command that begins with sudo. */
export type SudoPlan =
  | { readonly kind: 'not-psql' }
  /** Start this instead: sudo, then guard, then psql. */
  | { readonly kind: 'rewritten'; readonly argv: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string; readonly hint: string };

export interface SudoInput {
  readonly argv: readonly string[];
  /** Absolute path of the guard that every user may run. */
  readonly guard: string;
  readonly facts: (path: string) => FileFacts | undefined;
}

/** Options of sudo(8) 1.9 that take a value, and those that don't; others are not guessed at. */
const VALUE_LETTERS = 'CDghpRrtTUu';
const FLAG_LETTERS = 'ABbEHinPSs';
const VALUE_NAMES = new Set([
  ...['close-from', 'chdir', 'group', 'host', 'prompt', 'chroot', 'role', 'type', 'command-timeout'],
  ...['other-user', 'user'],
]);
const FLAG_NAMES = new Set([
  ...[
    'askpass',
    'bell',
    'background',
    'preserve-env',
    'set-home',
    'login',
    'non-interactive',
    'preserve-groups',
  ],
  ...['stdin', 'shell'],
]);
/** Programs that only start another one: what they start would be out of guard's sight. */
const LAUNCHERS = new Set([
  ...[
    'env',
    'nice',
    'ionice',
    'nohup',
    'time',
    'timeout',
    'setsid',
    'stdbuf',
    'taskset',
    'chroot',
    'unshare',
  ],
  ...['su', 'runuser', 'sudo', 'setpriv', 'sh', 'bash', 'dash', 'zsh', 'script', 'strace', 'systemd-run'],
]);
/** psql as a word of its own, also inside a line for a shell. */
const PSQL_WORD = /(?:^|[\s/;&|(])psql(?:$|[\s;&|)])/;
const ASSIGNMENT = /^[A-Za-z_]\w{0,255}=/;
const OTHERS_MAY_WRITE = 0o022;
const ALL_MAY_RUN = 0o005;
const ROOT_UID = 0;
/** Below these only one person's programs lie. */
const HOME_FOLDERS = ['/home/', '/root/', '/Users/', '/var/root/'];

const DIRECTLY = 'write it as: sudo -u USER psql …';

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function longOptionWidth(argument: string): number | undefined {
  const [name = '', value] = argument.slice(2).split('=');
  if (FLAG_NAMES.has(name)) return 1;
  if (!VALUE_NAMES.has(name)) return undefined;
  return value === undefined ? 2 : 1;
}

function clusterWidth(argument: string): number | undefined {
  for (let at = 1; at < argument.length; at += 1) {
    const letter = argument.charAt(at);
    if (VALUE_LETTERS.includes(letter)) return at + 1 < argument.length ? 1 : 2;
    if (!FLAG_LETTERS.includes(letter)) return undefined;
  }
  return 1;
}

/** How many arguments one option takes up, itself included; undefined when sudo's grammar is not known for it. */
function optionWidth(argument: string): number | undefined {
  return argument.startsWith('--') ? longOptionWidth(argument) : clusterWidth(argument);
}

/** Index of the command behind sudo's options and variable assignments; undefined when that can't be said. */
function commandIndex(argv: readonly string[]): number | undefined {
  let at = 1;
  while (at < argv.length && (argv[at] ?? '').startsWith('-')) {
    if (argv[at] === '--') {
      at += 1;
      break;
    }
    const width = optionWidth(argv[at] ?? '');
    if (width === undefined) return undefined;
    at += width;
  }
  while (ASSIGNMENT.test(argv[at] ?? '')) at += 1;
  return at;
}

function parents(path: string): readonly string[] {
  const names = path.split('/').slice(1, -1);
  return ['/', ...names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)];
}

/** Why another user can't be made to run this guard, or undefined when it is installed for all. */
function whyNotForAll({ guard, facts }: SudoInput): string | undefined {
  if (!guard.startsWith('/') || HOME_FOLDERS.some((folder) => guard.startsWith(folder)))
    return 'guard is installed for you alone';
  const own = facts(guard);
  if (own?.kind !== 'file' || (own.mode & ALL_MAY_RUN) !== ALL_MAY_RUN)
    return 'guard can not be run by everyone';
  for (const path of [guard, ...parents(guard)]) {
    const found = facts(path);
    if (found?.uid !== ROOT_UID || (found.mode & OTHERS_MAY_WRITE) !== 0)
      return `${path} can be changed by others than root`;
  }
  return undefined;
}

/**
 * `sudo … psql …` becomes `sudo … guard -- psql …`, so that guard runs as the user whose connection it watches. Only
 * where guard is installed for all in a place that root alone can change: anything else would hand that user's rights
 * to whoever can change guard.
 */
export function planSudo(input: SudoInput): SudoPlan {
  const { argv } = input;
  if (baseName(argv[0] ?? '') !== 'sudo') return { kind: 'not-psql' };
  const at = commandIndex(argv);
  const mentionsPsql = argv.some((argument) => PSQL_WORD.test(argument));
  if (at === undefined && mentionsPsql)
    return {
      kind: 'refused',
      message: 'guard does not know an option of this sudo command, so it can not see where psql begins',
      hint: DIRECTLY,
    };
  const command = baseName(at === undefined ? '' : (argv[at] ?? ''));
  if (at !== undefined && mentionsPsql && LAUNCHERS.has(command))
    return { kind: 'refused', message: `${command} would start psql out of guard's sight`, hint: DIRECTLY };
  if (at === undefined || command !== 'psql') return { kind: 'not-psql' };
  const because = whyNotForAll(input);
  if (because !== undefined)
    return {
      kind: 'refused',
      message: `psql under sudo would run without guard: ${because}`,
      hint: 'install guard for all users (sudo ./install.sh), or use psql -U with a login of your own',
    };
  return { kind: 'rewritten', argv: [...argv.slice(0, at), input.guard, '--', ...argv.slice(at)] };
}
