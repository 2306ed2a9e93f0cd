import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { startCluster } from '../test/real/cluster.ts';

/** The version whose scripts were counted; a newer one in the archive is taken when this is gone. */
const SOURCE_VERSION = '15.18-0+deb12u1';
const SOURCES = ['bookworm', 'bookworm-security'].map((suite) => {
  const place = suite === 'bookworm' ? 'debian' : 'debian-security';
  return `deb-src http://deb.debian.org/${place} ${suite} main\n`;
});
/** Where PostgreSQL keeps SQL that psql runs in its own tests. */
const SCRIPT_FOLDERS =
  /^(?:src\/test\/regress|src\/test\/modules\/[^/]+|src\/pl\/[^/]+(?:\/src)?|contrib\/[^/]+)\/sql$/;
const SCRIPT_LIMIT_MS = 60_000;

/** Fetches Debian's source package with a sources list of its own and unpacks it; the folder of PostgreSQL's sources. */
function unpackSource(folder: string): string {
  writeFileSync(join(folder, 'sources.list'), SOURCES.join(''));
  mkdirSync(join(folder, 'lists/partial'), { recursive: true });
  const settings = {
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(folder, 'lists'),
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = (...words: string[]) =>
    execFileSync('apt-get', [...options, '-qq', ...words], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  apt('update');
  try {
    apt('source', '--download-only', `postgresql-15=${SOURCE_VERSION}`);
  } catch {
    apt('source', '--download-only', 'postgresql-15');
  }
  const archive = readdirSync(folder).find((name) => name.includes('.orig.tar.'));
  if (archive === undefined) throw new Error('the source package has no archive of the original');
  execFileSync('tar', ['xf', archive], { cwd: folder });
  const [source] = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'src/test/regress')));
  if (source === undefined) throw new Error('the source package has no regression tests');
  return join(folder, source);
}

function scriptsOf(source: string): readonly string[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql') && SCRIPT_FOLDERS.test(dirname(name)))
    .sort()
    .map((name) => join(source, name));
}

function message(type: string, body = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const READY = message('Z', Buffer.from('I'));
const DONE = message('C', Buffer.from('DONE\0'));
const COPY_IN = message('G', Buffer.from([0, 0, 0]));
const GREETING = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('S', Buffer.from('server_version\x0015.18\0')),
  message('S', Buffer.from('client_encoding\0UTF8\0')),
  message('S', Buffer.from('standard_conforming_strings\0on\0')),
  READY,
]);
const FROM_CLIENT = /\bfrom\s+std(?:in|out)\b/i;
const COPY = /^\s*(?:--[^\n]*\n\s*)*copy\b/i;

/** Hears what psql sends: psql itself is what cuts scripts into statements. */
class Listener {
  readonly #heard: (text: Buffer) => void;
  readonly #socket: Socket;
  #bytes: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  #started = false;

  constructor(socket: Socket, heard: (text: Buffer) => void) {
    this.#socket = socket;
    this.#heard = heard;
    socket.on('data', (chunk) => this.#push(chunk));
    socket.on('error', () => socket.destroy());
  }

  #push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#take());
  }

  #take(): boolean {
    const head = this.#started ? 1 : 0;
    if (this.#bytes.length < head + 4) return false;
    const end = head + this.#bytes.readInt32BE(head);
    if (this.#bytes.length < end) return false;
    const body = this.#bytes.subarray(head + 4, end);
    const type = this.#started ? String.fromCharCode(this.#bytes[0] ?? 0) : 'startup';
    this.#bytes = this.#bytes.subarray(end);
    this.#answer(type, body);
    return true;
  }

  #answer(type: string, body: Buffer): void {
    if (type === 'startup') {
      this.#started = true;
      this.#socket.write(GREETING);
    } else if (type === 'Q') {
      const text = body.subarray(0, -1);
      this.#heard(Buffer.from(text));
      const loads = COPY.test(text.toString('latin1')) && FROM_CLIENT.test(text.toString('latin1'));
      this.#socket.write(loads ? COPY_IN : Buffer.concat([DONE, READY]));
    } else if (type === 'c' || type === 'f' || type === 'F' || type === 'S') {
      this.#socket.write(Buffer.concat([DONE, READY]));
    } else if (type === 'P') {
      // \gdesc and \bind: the text is the second of two strings.
      this.#heard(Buffer.from(body.subarray(body.indexOf(0) + 1, body.indexOf(0, body.indexOf(0) + 1))));
    }
  }
}

async function runScript(script: string, sockets: string): Promise<void> {
  const child = spawn('psql', ['-X', '-q', '-o', '/dev/null', '-f', script, '-d', 'regression'], {
    cwd: sockets,
    env: {
      PATH: process.env['PATH'],
      HOME: sockets,
      PGHOST: sockets,
      PGPORT: '5432',
      PGUSER: 'postgres',
      PG_ABS_SRCDIR: dirname(dirname(script)),
      PG_ABS_BUILDDIR: sockets,
      PG_LIBDIR: sockets,
      PG_DLSUFFIX: '.so',
    },
    stdio: 'ignore',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), SCRIPT_LIMIT_MS);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
}

/** Every message text that psql sends for those scripts, each once, in the order of the scripts. */
async function splitByPsql(scripts: readonly string[], folder: string): Promise<readonly string[]> {
  const sockets = join(folder, 's');
  mkdirSync(sockets, { mode: 0o700 });
  const texts = new Set<string>();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let messages = 0;
  const server = createServer(
    (socket) =>
      new Listener(socket, (text) => {
        messages += 1;
        try {
          texts.add(decoder.decode(text));
        } catch {
          // A script in another encoding: guard refuses such a session before its first statement.
        }
      }),
  );
  await new Promise<void>((resolve) => server.listen(join(sockets, '.s.PGSQL.5432'), resolve));
  for (const script of scripts) await runScript(script, sockets);
  await new Promise((resolve) => server.close(resolve));
  console.log(`${scripts.length} scripts, ${messages} messages, ${texts.size} different texts`);
  return [...texts];
}

const IN_FAILED_TRANSACTION = '25P02';

/** Inside a failed transaction the server parses a statement and then refuses to run it. */
async function acceptedOf(texts: readonly string[]): Promise<readonly string[]> {
  const cluster = await startCluster();
  const accepted: string[] = [];
  const client = new Client({
    host: cluster.socketFolder,
    port: cluster.port,
    user: 'postgres',
    database: 'postgres',
  });
  try {
    await client.connect();
    const fail = () => client.query('BEGIN; SELECT 1/0').catch(() => undefined);
    await fail();
    for (const text of texts) {
      const code = await client.query(text).then(
        () => 'ran',
        (problem: { readonly code?: string }) => problem.code ?? '',
      );
      // Only COMMIT, ROLLBACK and the like run there.
      if (code === 'ran' || code === IN_FAILED_TRANSACTION) accepted.push(text);
      if (code !== IN_FAILED_TRANSACTION) await client.query('ROLLBACK').then(fail, fail);
    }
  } finally {
    await client.end().catch(() => undefined);
    await cluster.stop();
  }
  return accepted;
}

/** The statements of PostgreSQL's own regression tests that its grammar accepts; needs Debian's archive and a server. */
export async function regressionTexts(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'guard-regress-'));
  try {
    return await acceptedOf(await splitByPsql(scriptsOf(unpackSource(folder)), folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
