import { connect, type Socket } from 'node:net';
import { GuardError } from '../../model/errors.ts';

/** One statement's answer, all values as text. */
export interface WireAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly detail?: string;
    readonly hint?: string;
  };
}

const HEADER_BYTES = 5;
const PROTOCOL_3 = 196_608;
const NULL_LENGTH = -1;

/** A PostgreSQL client just large enough for the tour, so that it runs where no psql is installed. No passwords, no TLS. */
export class WireClient {
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #columns: string[] = [];
  #rows: (string | null)[][] = [];
  #error: WireAnswer['error'];
  #ready: ((answer: WireAnswer) => void) | undefined;
  #failed: ((error: GuardError) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#push(chunk));
    const lost = () => this.#failed?.(new GuardError('TARGET_UNREACHABLE', 'the demo connection was lost'));
    socket.on('error', lost);
    socket.on('close', lost);
  }

  static async open(socketPath: string, user: string, database: string): Promise<WireClient> {
    const client = new WireClient(connect(socketPath));
    const words = Buffer.from(`user\0${user}\0database\0${database}\0application_name\0guard demo\0\0`);
    const head = Buffer.alloc(8);
    head.writeInt32BE(head.length + words.length, 0);
    head.writeInt32BE(PROTOCOL_3, 4);
    const answer = await client.#send(Buffer.concat([head, words]));
    if (answer.error !== undefined) throw new GuardError('TARGET_UNREACHABLE', answer.error.message);
    return client;
  }

  /** Runs one statement and resolves at ReadyForQuery. */
  query(sql: string): Promise<WireAnswer> {
    const text = Buffer.from(`${sql}\0`);
    const head = Buffer.alloc(HEADER_BYTES);
    head.write('Q');
    head.writeInt32BE(text.length + 4, 1);
    return this.#send(Buffer.concat([head, text]));
  }

  close(): void {
    this.#failed = undefined;
    this.#socket.end(Buffer.from([0x58, 0, 0, 0, 4]));
  }

  #send(bytes: Buffer): Promise<WireAnswer> {
    [this.#columns, this.#rows, this.#error] = [[], [], undefined];
    return new Promise((resolve, reject) => {
      this.#ready = resolve;
      this.#failed = reject;
      this.#socket.write(bytes);
    });
  }

  #push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= HEADER_BYTES) {
      const end = this.#bytes.readInt32BE(1) + 1;
      if (this.#bytes.length < end) return;
      this.#take(this.#bytes.toString('latin1', 0, 1), this.#bytes.subarray(HEADER_BYTES, end));
      this.#bytes = this.#bytes.subarray(end);
    }
  }

  #take(type: string, body: Buffer): void {
    if (type === 'T') this.#columns = readColumns(body);
    else if (type === 'D') this.#rows.push(readRow(body));
    else if (type === 'E') {
      const error = readError(body);
      this.#error = error;
      // A refusal at start-up is not followed by ReadyForQuery.
      if (error.severity === 'FATAL') this.#finish();
    } else if (type === 'Z') this.#finish();
  }

  #finish(): void {
    const answer = {
      columns: this.#columns,
      rows: this.#rows,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
    this.#ready?.(answer);
  }
}

function readColumns(body: Buffer): string[] {
  const names: string[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const end = body.indexOf(0, at);
    names.push(body.toString('utf8', at, end));
    at = end + 19;
  }
  return names;
}

function readRow(body: Buffer): (string | null)[] {
  const cells: (string | null)[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const length = body.readInt32BE(at);
    at += 4;
    cells.push(length === NULL_LENGTH ? null : body.toString('utf8', at, at + length));
    if (length > 0) at += length;
  }
  return cells;
}

function readError(body: Buffer): {
  code: string;
  message: string;
  severity: string;
  detail?: string;
  hint?: string;
} {
  const fields = new Map(
    body
      .toString('utf8')
      .split('\0')
      .filter((field) => field !== '')
      .map((field) => [field[0], field.slice(1)]),
  );
  const [detail, hint] = [fields.get('D'), fields.get('H')];
  return {
    code: fields.get('C') ?? '',
    message: fields.get('M') ?? '',
    severity: fields.get('V') ?? fields.get('S') ?? '',
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
  };
}
