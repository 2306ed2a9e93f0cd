import { basename } from 'node:path';

type Argv = readonly [string, ...string[]];

/** A kind of session that guard knows how to hold. */
interface Protocol {
  readonly id: 'psql' | 'sudo';
  /** True when this command is one of its own. */
  owns(argv: Argv): boolean;
}

const psql: Protocol = { id: 'psql', owns: ([program]) => basename(program) === 'psql' };

/** sudo in front of psql: guard moves behind it. */
const sudo: Protocol = { id: 'sudo', owns: ([program]) => basename(program) === 'sudo' };

const PROTOCOLS: readonly Protocol[] = [psql, sudo];

/** Which protocol holds a command; `other` for what guard does not look into yet. */
export function findProtocol(argv: Argv): Protocol['id'] | 'other' {
  return PROTOCOLS.find((protocol) => protocol.owns(argv))?.id ?? 'other';
}
