import { closeSync, constants, createReadStream, fstatSync, openSync, type ReadStream } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../host/children.ts';
import { GuardError } from '../model/errors.ts';

/** A pipe whose writing end a program can have as more than one descriptor, so that their order is kept. */
export interface SharedPipe {
  readonly writer: number;
  readonly output: ReadStream;
  /** Once the program has its own copies of the writing end. */
  handedOver(): void;
}

/** True when both descriptors of this process lead to the same file, pipe or socket, and that is no terminal. */
export function leadToTheSame(a: number, b: number): boolean {
  const [one, other] = [fstatSync(a), fstatSync(b)];
  return one.dev === other.dev && one.ino === other.ino && !one.isCharacterDevice();
}

/** Node's own pipes are sockets, which a program can't open by name (`/dev/stdout`). @throws GuardError PTY_FAILED. */
export function openSharedPipe(folder: string): SharedPipe {
  const path = join(folder, 'output');
  const made = runChild('mkfifo', ['-m', '600', path]);
  if (made.status !== 0) throw new GuardError('PTY_FAILED', 'no pipe could be made', { cause: made.problem });
  // With a writer there neither end has to wait for the other to be opened.
  const both = openSync(path, constants.O_RDWR);
  const reader = openSync(path, constants.O_RDONLY);
  const writer = openSync(path, constants.O_WRONLY);
  closeSync(both);
  return {
    writer,
    output: createReadStream('', { fd: reader }),
    handedOver: () => closeSync(writer),
  };
}
