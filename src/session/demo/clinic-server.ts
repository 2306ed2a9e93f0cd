import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { GuardError } from '../../model/errors.ts';
import { CLINIC_SQL } from './clinic-sql.ts';

/** PostgreSQL protocol 3.0, section 55.7: requests that come before the start-up packet. */
const SSL_REQUEST = 80_877_103;
const GSSENC_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;
const LENGTH_BYTES = 4;
const TYPE_BYTES = 1;
/** The demo's messages are small; a larger one ends the connection. */
const LONGEST_MESSAGE = 16 * 1024 * 1024;

async function open(loadDataDir?: Blob): Promise<PGlite> {
  const { PGlite: Database } = await import('@electric-sql/pglite');
  return Database.create(loadDataDir === undefined ? {} : { loadDataDir });
}

/** Makes the clinic from its script and writes the packed data folder (about 5 MB): done once, by the build. */
export async function packClinic(path: string): Promise<void> {
  const database = await open();
  await database.exec(CLINIC_SQL);
  const packed = await database.dumpDataDir('gzip');
  writeFileSync(path, Buffer.from(await packed.arrayBuffer()));
  await database.close();
}

/** Cuts the client's bytes into whole messages; the first one has no type byte. */
class ClientMessages {
  #bytes: Buffer = Buffer.alloc(0);
  #started = false;

  push(chunk: Buffer): readonly Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const messages: Buffer[] = [];
    for (let message = this.#next(); message !== undefined; message = this.#next()) messages.push(message);
    return messages;
  }

  #next(): Buffer | undefined {
    const before = this.#started ? TYPE_BYTES : 0;
    if (this.#bytes.length < before + LENGTH_BYTES) return undefined;
    const length = this.#bytes.readUInt32BE(before) + before;
    if (length > LONGEST_MESSAGE)
      throw new GuardError('PROTOCOL_VIOLATION', 'a message to the demo database is too long');
    if (this.#bytes.length < length) return undefined;
    const message = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    if (!this.#started && !isRequest(message, SSL_REQUEST, GSSENC_REQUEST)) this.#started = true;
    return message;
  }
}

function isRequest(message: Buffer, ...codes: readonly number[]): boolean {
  return message.length >= 2 * LENGTH_BYTES && codes.includes(message.readUInt32BE(LENGTH_BYTES));
}

/** Serves one client's messages in order; the database itself runs one message at a time for all clients. */
function serve(socket: Socket, database: PGlite): void {
  const messages = new ClientMessages();
  let work: Promise<void> = Promise.resolve();
  const answer = async (message: Buffer, first: boolean): Promise<void> => {
    if (first && isRequest(message, SSL_REQUEST, GSSENC_REQUEST)) {
      socket.write('N');
      return;
    }
    if (first && isRequest(message, CANCEL_REQUEST)) {
      socket.end();
      return;
    }
    socket.write(await database.execProtocolRaw(message));
  };
  let started = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of messages.push(chunk)) {
        const first = !started;
        if (first && !isRequest(message, SSL_REQUEST, GSSENC_REQUEST)) started = true;
        work = work.then(() => answer(message, first)).catch(() => void socket.destroy());
      }
    } catch {
      socket.destroy();
    }
  });
}

/** Opens the packed clinic and serves it on a unix socket in a folder that only the caller can enter. */
export async function serveClinic(packed: string, socketPath: string): Promise<void> {
  const database = await open(new Blob([new Uint8Array(readFileSync(packed))]));
  const server = createServer((socket) => serve(socket, database));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
}
