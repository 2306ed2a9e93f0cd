import { Buffer } from 'node:buffer';
import type { Client, Connection, Submittable } from 'pg';

/** What came back for messages that a test wrote itself. */
export interface Answered {
  readonly tags: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** COPY data, as latin-1. */
  readonly copied: string;
  /** How often a portal said that it has more. */
  readonly suspended: number;
  readonly error: { readonly code?: string; readonly message: string; readonly hint?: string } | undefined;
}

interface Sent {
  readonly messages: readonly Buffer[];
  /** Sent when the server asks for COPY data. */
  readonly copy?: readonly Buffer[];
}

/** Messages in the place of a query of node-postgres, which has no words of its own for them. */
class Spoken implements Submittable {
  readonly #sent: Sent;
  readonly #done: (answered: Answered) => void;
  readonly #tags: string[] = [];
  readonly #rows: (string | null)[][] = [];
  readonly #copied: Buffer[] = [];
  #suspended = 0;

  constructor(sent: Sent, done: (answered: Answered) => void) {
    this.#sent = sent;
    this.#done = done;
  }

  submit(connection: Connection): void {
    connection.stream.write(Buffer.concat([...this.#sent.messages]));
  }

  handleCopyInResponse(connection: Connection): void {
    connection.stream.write(Buffer.concat([...(this.#sent.copy ?? [])]));
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.#copied.push(Buffer.from(chunk));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    this.#rows.push([...fields]);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#tags.push(text);
  }

  handlePortalSuspended(): void {
    this.#suspended += 1;
  }

  handleRowDescription(): void {}

  handleEmptyQuery(): void {}

  handleError(error: Error): void {
    this.#end(error);
  }

  handleReadyForQuery(): void {
    this.#end(undefined);
  }

  #end(error: Answered['error']): void {
    const copied = Buffer.concat(this.#copied).toString('latin1');
    this.#done({ tags: this.#tags, rows: this.#rows, copied, suspended: this.#suspended, error });
  }
}

/** Sends messages as they are and reads up to the first error or ReadyForQuery. */
export function speak(
  client: Client,
  messages: readonly Buffer[],
  copy?: readonly Buffer[],
): Promise<Answered> {
  return new Promise((done) => {
    client.query(new Spoken({ messages, ...(copy !== undefined && { copy }) }, done));
  });
}
