import { Argument, Command, Option } from 'commander';
import type { CatalogArguments } from './commands/catalog.ts';
import { COMMON_OPTIONS, PROXY_OPTIONS, SESSION_OPTIONS } from './options.ts';
import { VERSION } from './version.ts';

/** Sets the exit status of the process; a command resolves to it. */
type Finish = (status: number) => void;

// Lines of at most 76 columns: help is wrapped at 80, and a wrapped example can't be copied.
const ABOUT = `guard stands between whoever types a command and what it would touch.
It understands the command before it runs, lets it pass, asks or blocks,
masks personal and health data in what comes back, and keeps a signed trail.

  guard -- psql prod               psql as you know it, guarded
  guard exec -- psql -f fix.sql    the same in a script: never asks
  guard exec --postgres prod -- CMD   any program, its database behind guard
  guard check "DROP TABLE claims"  the verdict and its reasons; runs nothing
  guard plan migrations/*.sql      the same for whole scripts, as one plan
  guard demo                       try it on a made-up clinic

Options come before --, the program to guard and its arguments after it.`;

const AFTERWORDS = `
Exit status: the guarded program's own. guard exec, and any run without a
terminal: 77 refused, 75 needs approval, 78 bad policy or configuration,
74 the log can't be written, 70 guard itself failed, 64 wrong usage.

guard COMMAND --help tells more about one command; guard doctor looks
whether everything guard needs is here.`;

const AFTER_ERROR = `       guard --help lists what there is. To guard a program, put -- before it:
       guard -- psql prod`;

function withCommon(command: Command): Command {
  return withOptions(command, COMMON_OPTIONS);
}

function withOptions(command: Command, table: typeof COMMON_OPTIONS): Command {
  for (const { name, argument, several, says } of table) {
    const flags = argument === undefined ? `--${name}` : `--${name} <${argument}>`;
    const option = new Option(flags, says);
    command.addOption(
      several === true ? option.argParser((value: string, all: string[] = []) => [...all, value]) : option,
    );
  }
  return command;
}

function addCheck(program: Command, finish: Finish): void {
  withCommon(program.command('check'))
    .description('the verdict with its reasons; nothing is run')
    .addArgument(new Argument('[text]', 'what would be run; - or nothing reads it from standard input'))
    .addOption(
      new Option('--lang <language>', 'what the text is').choices(['shell', 'sql', 'psql', 'kubectl']),
    )
    .option('--jsonl', 'one JSON object a line in, one a line out, in the same order')
    .option('--schema <file>', 'judge SQL against the tables in this DDL file')
    .action(async (text: string | undefined, options: Record<string, unknown>) => {
      const { check } = await import('./commands/check.ts');
      finish(await check(text, options));
    });
}

function addPlan(program: Command, finish: Finish): void {
  withCommon(program.command('plan'))
    .description('what SQL scripts would do, as one decision: a gate for migrations; nothing is run')
    .argument('<files...>', 'in the order in which they would run; - reads standard input')
    .option('--schema <file>', 'judge against the tables in this DDL file')
    .option('--target <target>', 'a known database (guard targets): its class, and its tables as seen last')
    .addOption(
      new Option('-v, --variable <name=value>', 'a variable of psql, as with psql -v').argParser(
        (value: string, all: string[] = []) => [...all, value],
      ),
    )
    .action(async (files: string[], options: Record<string, unknown>) => {
      const { plan } = await import('./commands/plan.ts');
      finish(await plan(files, options));
    });
}

function addExec(program: Command): void {
  // Handled before this program is loaded (cli/main.ts); here for help, man page and completion.
  const exec = withOptions(
    withCommon(program.command('exec')),
    SESSION_OPTIONS.filter(({ name }) => name !== 'prompt'),
  );
  exec
    .description(
      'one command in a script: never asks; the first refusal ends the run with status 77, the reason on stderr',
    )
    .usage('[options] -- COMMAND [ARG...]')
    .allowExcessArguments()
    .action(() => exec.error('error: no command after --; for example: guard exec -- psql -f fix.sql prod'));
}

function addProxy(program: Command): void {
  const proxy = program
    .command('proxy')
    .description('a guarded way to a server for tools that bring their own client');
  const postgres = withOptions(withCommon(proxy.command('postgres')), PROXY_OPTIONS);
  // With a target it is handled before this program is loaded (cli/main.ts).
  postgres
    .description(
      'prints where to connect (the folder of a socket, or a URL) and keeps it open until it is stopped; never asks',
    )
    .usage('[options] -- URI | psql-like arguments')
    .action(() =>
      postgres.error('error: no target; for example: guard proxy postgres -- postgresql://host/database'),
    );
}

function addDemo(program: Command, finish: Finish): void {
  program
    .command('demo')
    .description('a made-up clinic in an embedded database, behind guard')
    .option('--script', 'run the tour without a terminal and print it')
    .action(async (options: Record<string, unknown>) => {
      const { demo } = await import('./commands/demo.ts');
      finish(await demo(options['script'] === true));
    });
}

function addAudit(program: Command, finish: Finish): void {
  const audit = program.command('audit').description('the signed trail');
  audit
    .command('verify')
    .description('check every signature and link; exit 1 with all problems listed')
    .argument('[folder]', 'a log folder elsewhere')
    .option('--json', 'machine-readable output')
    .action(async (folder: string | undefined, options: Record<string, unknown>) => {
      const { auditVerify } = await import('./commands/audit.ts');
      finish(await auditVerify(folder, options['json'] === true));
    });
  audit
    .command('log')
    .description('what was decided and what came of it')
    .option('--json', 'the entries as they are, one a line')
    .option('--session <id>', 'only this session')
    .addOption(
      new Option('--verdict <verdict>', 'only this verdict').choices(['allow', 'prompt', 'approve', 'block']),
    )
    .option('--since <time>', 'ISO 8601, or 30m, 4h, 7d')
    .option('-n, --lines <count>', 'the newest so many', '50')
    .action(async (options: Record<string, unknown>) => {
      const { auditLog } = await import('./commands/audit.ts');
      finish(await auditLog(options));
    });
}

function addCatalog(program: Command, finish: Finish): void {
  const catalog = program.command('catalog').description('which column holds which class of data, and why');
  const run = async (action: CatalogArguments) => {
    const { catalogCommand } = await import('./commands/catalog.ts');
    finish(await catalogCommand(action));
  };
  const target = new Option(
    '--target <target>',
    'a known database (guard targets); default: the one seen last',
  );
  const json = new Option('--json', 'machine-readable output');
  for (const [name, says] of [
    ['show', 'every classed column and why'],
    ['review', 'the columns guard is unsure about'],
    ['export', 'the labels as a policy file'],
  ] as const) {
    catalog
      .command(name)
      .description(says)
      .addOption(target)
      .addOption(json)
      .action((options: Record<string, unknown>) => run({ action: name, options }));
  }
  catalog
    .command('set')
    .description('label a column; a label beats a guess')
    .argument('<column>', 'TABLE.COLUMN or SCHEMA.TABLE.COLUMN')
    .argument('<class>', 'a data class such as phi.ssn, or none')
    .addOption(target)
    .action((column: string, dataClass: string, options: Record<string, unknown>) =>
      run({ action: 'set', column, dataClass, options }),
    );
}

function addTargets(program: Command, finish: Finish): void {
  const targets = program.command('targets').description('the databases guard knows, and what they are');
  targets
    .command('list', { isDefault: true })
    .description('every known target with its class and where that came from')
    .option('--json', 'machine-readable output')
    .action(async (options: Record<string, unknown>) => {
      const { targetsList } = await import('./commands/targets.ts');
      finish(await targetsList(options['json'] === true));
    });
  targets
    .command('label')
    .description('say what a target is')
    .argument('<target>', 'its label or identity')
    .addArgument(new Argument('<class>', 'what it is').choices(['prod', 'staging', 'dev']))
    .option('--name <label>', 'what people call it')
    .action(async (target: string, environment: string, options: Record<string, unknown>) => {
      const { targetsLabel } = await import('./commands/targets.ts');
      finish(await targetsLabel(target, environment, options));
    });
  targets
    .command('forget')
    .description('ask again the next time')
    .argument('<target>', 'its label or identity')
    .action(async (target: string) => {
      const { targetsForget } = await import('./commands/targets.ts');
      finish(await targetsForget(target));
    });
}

function addOwnState(program: Command, finish: Finish): void {
  withCommon(program.command('status'))
    .description('who guard thinks you are, what it would use, and where each value came from')
    .action(async (options: Record<string, unknown>) => {
      const { status } = await import('./commands/status.ts');
      finish(await status(options));
    });
  program
    .command('doctor')
    .description('what is installed, what is missing, how far guard can be trusted here')
    .option('--json', 'machine-readable output')
    .option('--self-test', 'run the analyzers against each other')
    .action(async (options: Record<string, unknown>) => {
      const { doctor } = await import('./commands/doctor.ts');
      finish(await doctor(options));
    });
  program
    .command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: string) => {
      const { printCompletion } = await import('./commands/completion.ts');
      finish(printCompletion(buildProgram(finish), shell));
    });
}

/** Options in front of a command's name count for that command; one it does not know is an error, never ignored. */
function passDown(root: Command, command: Command): void {
  for (const option of root.options) {
    const name = option.attributeName();
    if (root === command || root.getOptionValueSource(name) !== 'cli') continue;
    if (!command.options.some((known) => known.attributeName() === name))
      command.error(`error: ${option.long} does not go with guard ${command.name()}`);
    if (command.getOptionValueSource(name) === 'cli')
      command.error(`error: ${option.long} is given twice, before and after "${command.name()}"`);
    command.setOptionValueWithSource(name, root.getOptionValue(name), 'cli');
  }
}

/** Every command with its options: what help, man page and completions are made from. */
export function buildProgram(finish: Finish): Command {
  const program = withOptions(withCommon(new Command('guard')), SESSION_OPTIONS)
    .description(ABOUT)
    .usage('[options] -- COMMAND [ARG...]\n       guard COMMAND')
    .addHelpText('after', AFTERWORDS)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'guard: ')) })
    .showHelpAfterError(AFTER_ERROR)
    .enablePositionalOptions()
    .version(VERSION, '-V, --version', 'the version')
    .configureHelp({ showGlobalOptions: false })
    .exitOverride()
    .hook('preAction', passDown);
  addExec(program);
  addProxy(program);
  addCheck(program, finish);
  addPlan(program, finish);
  addDemo(program, finish);
  addAudit(program, finish);
  addCatalog(program, finish);
  addTargets(program, finish);
  addOwnState(program, finish);
  return program;
}
