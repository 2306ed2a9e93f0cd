import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rawText } from '../../src/model/text.ts';
import { loadSqlParser, parseSql } from '../../src/parse/sql/parse-sql.ts';
import { say } from '../wire/postgres/scripted.ts';

/** A server that takes everything down and runs nothing: what psql sends is what the splitter has to foresee. */
export interface PsqlRecorder extends AsyncDisposable {
  /** Writes the scripts to files, one psql run for all of them; a fresh reading state for each. */
  run(scripts: readonly string[], options?: readonly string[]): Promise<readonly Recorded[]>;
  /** One psql with these arguments. */
  start(args: readonly string[], input?: string): Promise<Recorded>;
}

export interface Recorded {
  /** Texts of Query and Parse messages. */
  readonly sent: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** What COPY was given. */
  readonly data: readonly string[];
}

const PORT = 5432;
const MARK = '=====guard-mark=====';
const QUERY = 0x51;
const PARSE = 0x50;
const SYNC = 0x53;
const COPY_DATA = 0x64;
const COPY_DONE = 0x63;

class FakeConnection {
  #bytes = Buffer.alloc(0);
  #started = false;
  #copies = 0;
  readonly #sent: string[];
  readonly #data: string[];
  readonly #socket: Socket;

  constructor(socket: Socket, log: { sent: string[]; data: string[] }) {
    this.#socket = socket;
    this.#sent = log.sent;
    this.#data = log.data;
  }

  push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const head = this.#started ? 1 : 0;
      if (this.#bytes.length < head + 4) return;
      const length = this.#bytes.readInt32BE(head);
      if (this.#bytes.length < head + length) return;
      const body = this.#bytes.subarray(head + 4, head + length);
      const type = this.#started ? (this.#bytes[0] ?? 0) : 0;
      this.#bytes = this.#bytes.subarray(head + length);
      this.#message(type, body);
    }
  }

  #say(...messages: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(messages));
  }

  #message(type: number, body: Buffer): void {
    if (!this.#started) this.#start(body);
    else if (type === QUERY) this.#query(body.subarray(0, -1).toString('utf8'));
    else if (type === PARSE) {
      const text = body.indexOf(0) + 1;
      this.#sent.push(body.subarray(text, body.indexOf(0, text)).toString('utf8'));
    } else if (type === SYNC) this.#say(say.error('0A000', 'not here'), say.ready('I'));
    else if (type === COPY_DATA) this.#data.push(body.toString('utf8'));
    else if (type === COPY_DONE) this.#copied();
  }

  /** The startup packet; requests for encryption before it are turned down. */
  #start(body: Buffer): void {
    if (body.length === 4) {
      this.#socket.write('N');
      return;
    }
    this.#started = true;
    this.#say(
      say.auth(0),
      say.parameter('standard_conforming_strings', 'on'),
      say.parameter('client_encoding', 'UTF8'),
      say.parameter('server_version', '15.0'),
      say.ready('I'),
    );
  }

  #copied(): void {
    this.#copies -= 1;
    if (this.#copies > 0) this.#say(say.complete('COPY 1'), say.copyIn);
    else this.#say(say.complete('COPY 1'), say.ready('I'));
  }

  #query(text: string): void {
    this.#sent.push(text);
    const parsed = parseSql(rawText(text));
    this.#copies = parsed.items.filter((item) =>
      item.effects.some((effect) => effect.kind === 'copy-in' && effect.from === 'stdio'),
    ).length;
    if (parsed.kind !== 'complete') this.#say(say.error('42601', 'no'), say.ready('I'));
    else if (this.#copies > 0) this.#say(say.copyIn);
    else this.#say(say.fields('x'), say.row('value'), say.complete('SELECT 1'), say.ready('I'));
  }
}

export async function recordPsql(): Promise<PsqlRecorder> {
  await loadSqlParser();
  const folder = mkdtempSync(join(tmpdir(), 'guard-psql-'));
  chmodSync(folder, 0o700);
  const log = { sent: [] as string[], data: [] as string[] };
  const server = createServer((socket) => {
    const connection = new FakeConnection(socket, log);
    socket.on('data', (chunk) => connection.push(chunk));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(join(folder, `.s.PGSQL.${PORT}`), resolve));

  const start = async (args: readonly string[], input = ''): Promise<Recorded> => {
    log.sent = [];
    log.data = [];
    const target = ['-X', '-q', '-d', `host=${folder} port=${PORT} user=u dbname=d`];
    const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
      const child = execFile(
        'psql',
        [...target, ...args],
        { maxBuffer: 64 * 1024 * 1024, env: { PATH: process.env['PATH'] ?? '', PGCLIENTENCODING: 'UTF8' } },
        (_, out, err) => resolve({ stdout: out, stderr: err }),
      );
      child.stdin?.end(input);
    });
    return { sent: log.sent, data: log.data, stdout, stderr };
  };

  return {
    start,
    run: async (scripts, options = []) => {
      const mark = join(folder, 'mark.sql');
      writeFileSync(
        mark,
        `\\echo\n\\echo '${MARK}'\n\\unset x\n\\unset y\n\\unset SINGLELINE\nselect '${MARK}';\n`,
      );
      const files = scripts.flatMap((script, index) => {
        const file = join(folder, `${index}.sql`);
        writeFileSync(file, script);
        return ['-f', file, '-f', mark];
      });
      const { sent, stdout, data } = await start(['-o', '/dev/null', ...options, ...files]);
      const outputs = stdout.split(`\n${MARK}\n`);
      const messages: string[][] = [[]];
      for (const text of sent) {
        if (text === `select '${MARK}';`) messages.push([]);
        else messages.at(-1)?.push(text);
      }
      return scripts.map((_, index) => ({
        sent: messages[index] ?? [],
        stdout: outputs[index] ?? '',
        stderr: '',
        data,
      }));
    },
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
