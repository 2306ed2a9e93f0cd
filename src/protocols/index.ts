import { basename } from 'node:path';

type Argv = readonly [string, ...string[]];

/** A kind of session that guard knows how to hold. */
interface Protocol {
  readonly id: 'psql' | 'sudo' | 'pg_dump' | 'pg_dumpall' | 'pg_restore';
  /** True when this command is one of its own. */
  owns(argv: Argv): boolean;
}

const psql: Protocol = { id: 'psql', owns: ([program]) => basename(program) === 'psql' };

/** sudo in front of psql: guard moves behind it. */
const sudo: Protocol = { id: 'sudo', owns: ([program]) => basename(program) === 'sudo' };

/** Bulk exports, decided once. */
const pgDump: Protocol = { id: 'pg_dump', owns: ([program]) => basename(program) === 'pg_dump' };
const pgDumpall: Protocol = { id: 'pg_dumpall', owns: ([program]) => basename(program) === 'pg_dumpall' };
const pgRestore: Protocol = { id: 'pg_restore', owns: ([program]) => basename(program) === 'pg_restore' };

const PROTOCOLS: readonly Protocol[] = [psql, sudo, pgDump, pgDumpall, pgRestore];

/** Which protocol holds a command; `other` for what guard does not look into yet. */
export function findProtocol(argv: Argv): Protocol['id'] | 'other' {
  return PROTOCOLS.find((protocol) => protocol.owns(argv))?.id ?? 'other';
}
