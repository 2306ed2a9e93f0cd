import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { exitStatus } from '../capture/child-exit.ts';
import { startPiped } from '../capture/piped.ts';
import { makeTemporaryFolder } from '../host/temporary.ts';
import type { DumpWish } from '../model/dump.ts';
import { sessionNotice } from '../prompt/notice.ts';
import { readWish } from '../protocols/pg-dump/wish.ts';
import {
  connectionArguments,
  readTool,
  spellTool,
  type ToolArguments,
  toolEnvironment,
} from '../protocols/pg-tools/connection.ts';
import { lastOf, type ReadArguments } from '../protocols/pg-tools/getopt.ts';
import { PG_DUMP, PG_DUMPALL, PG_RESTORE } from '../protocols/pg-tools/options.ts';
import { reachArguments } from '../protocols/postgres/target.ts';
import { childStatus, type SessionResult } from './child-status.ts';
import { runCommand } from './command-session.ts';
import { makeToken } from './postgres-run.ts';
import { runClient } from './psql-session.ts';
import type { StartedSession } from './start.ts';

type Argv = readonly [string, ...string[]];
type Tool = 'pg_dump' | 'pg_dumpall' | 'pg_restore';

const TABLES = { pg_dump: PG_DUMP, pg_dumpall: PG_DUMPALL, pg_restore: PG_RESTORE } as const;
const INFORMATION = new Set(['--help', '-?', '--version', '-V']);

interface Given extends ToolArguments {
  readonly tool: Tool;
}

interface Run {
  readonly session: StartedSession;
  /** `--masked-dump`. */
  readonly masked: boolean;
}

/** The first lines of a masked dump; comments to psql. */
function maskedHeader(session: StartedSession): string {
  return [
    '-- Masked by guard: values of classed columns in this file are not the real ones.',
    `-- guard session ${session.id}, ${new Date().toISOString()}`,
    '',
    '',
  ].join('\n');
}

/** Where the connection is said: pg_dump takes a database as its only positional argument, the others by options. */
function databaseOf({ tool, read }: Given): string | undefined {
  const said = lastOf(read, 'd');
  if (tool === 'pg_dump') return said ?? read.positionals[0];
  return tool === 'pg_dumpall' ? (said ?? lastOf(read, 'l') ?? 'postgres') : said;
}

/** pg_restore's positional argument is the archive. */
function operands(tool: Tool, read: ReadArguments): readonly string[] {
  return tool === 'pg_restore' ? ['--', ...read.positionals] : [];
}

async function runGuarded(file: string, given: Given, run: Run): Promise<SessionResult> {
  const { session, masked } = run;
  const { tool, cluster } = given;
  const connection = connectionArguments(given.read, databaseOf(given));
  const reached = reachArguments([...cluster, ...connection], process.env);
  const { target, credentials } = reached;
  if (!session.quiet) for (const notice of reached.notices) sessionNotice(`guard: ${notice}`);
  const dump: DumpWish | 'restore' =
    tool === 'pg_restore' ? 'restore' : readWish(given.read, { program: tool, masked });
  using folder = makeTemporaryFolder();
  const port = target.servers[0].port;
  const setting = session.workerSetting({
    target,
    socketPath: join(folder.path, `.s.PGSQL.${port}`),
    access: { credentials, token: makeToken(), socketAsks: false },
    dump,
  });
  const marked = masked ? markedOutput(given.read, session, folder.path) : undefined;
  const read = marked?.read ?? given.read;
  const place = { folder: folder.path, port };
  const env = { ...toolEnvironment(process.env, target, folder.path), GUARD_SESSION: session.id };
  const plan = () => ({
    file,
    argv: [...spellTool(read, target, place), ...operands(tool, read)],
    env,
  });
  const result = await runClient({ setting, plan }, session);
  await marked?.end(result);
  return result;
}

interface MarkedOutput {
  readonly read: ReadArguments;
  end(result: SessionResult): Promise<void>;
}

/**
 * A masked dump begins with a header. pg_dump writes beside its file, or for standard output into the session's folder:
 * only a dump that came to its end goes on, so that nothing is left of one that was refused.
 */
function markedOutput(read: ReadArguments, session: StartedSession, folder: string): MarkedOutput {
  const file = lastOf(read, 'f');
  const header = maskedHeader(session);
  const part = file === undefined ? join(folder, 'dump.sql') : `${file}.guard-${session.id}`;
  const options = [...read.options.filter(({ name }) => name !== 'f'), { name: 'f', value: part }];
  return {
    read: { ...read, options },
    end: async ({ exit, refused, failure }) => {
      try {
        if (exitStatus(exit) !== 0 || refused || failure !== undefined) return;
        const out = file === undefined ? process.stdout : createWriteStream(file);
        out.write(header);
        await pipeline(createReadStream(part), out, { end: file !== undefined });
      } finally {
        rmSync(part, { force: true });
      }
    },
  };
}

/** `guard -- pg_dump …`, `pg_dumpall` and `pg_restore`; resolves to the exit status. Throws USAGE, TARGET_UNRESOLVED, CONFIG_INVALID. */
export async function runTool(tool: Tool, argv: Argv, run: Run): Promise<number> {
  const [file, ...args] = argv;
  const { session } = run;
  if (args.some((word) => INFORMATION.has(word))) {
    const shown = args.filter((word) => INFORMATION.has(word)).slice(0, 1);
    const exit = await startPiped({ argv: [file, ...shown], env: process.env }).done;
    return childStatus({ exit, refused: false, failure: undefined }, session);
  }
  const given = { tool, ...readTool(TABLES[tool], args) };
  // Without a database pg_restore only prints what is in an archive.
  if (tool === 'pg_restore' && lastOf(given.read, 'd') === undefined) return runCommand(argv, session);
  return childStatus(await runGuarded(file, given, run), session);
}
