import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import type { Ruling } from '../../../src/wire/postgres/gate.ts';
import { REFUSED, stars } from './recording-gate.ts';
import { read, Scripted, say, tick, types } from './scripted.ts';

const refuse = (how: 'substitute' | 'synthesize'): { statement: () => Ruling } => ({
  statement: () => ({ kind: 'refuse', how, refusal: REFUSED }),
});
const MARKER = /guard_refused_[0-9a-f]{24}/;

/** The server's answer to a substituted text. */
function syntaxError(sent: Buffer): Buffer {
  const marker = MARKER.exec(sent.toString('latin1'))?.[0] ?? 'none';
  return say.error('42601', `syntax error at or near ""${marker}""`);
}

describe('simple queries', () => {
  test('bytes of a query and of its answer pass unchanged', async () => {
    const wire = await Scripted.running();
    const query = say.query('SELECT 1');
    wire.client(query);
    expect(wire.forServer()).toEqual(query);
    const answer = Buffer.concat([say.fields('a'), say.row('1'), say.complete('SELECT 1'), say.ready('I')]);
    wire.server(answer);
    expect(wire.forClient()).toEqual(answer);
    expect(wire.gate.completed).toEqual([{ index: 0, tag: 'SELECT 1', rows: 1 }]);
    expect(wire.gate.finished).toEqual([{ rows: 1 }]);
  });

  test('the next message waits for ReadyForQuery', async () => {
    const wire = await Scripted.running();
    wire.client(say.query('SELECT 1'), say.query('SELECT 2'));
    expect(read(wire.forServer())).toEqual(['Q:SELECT 1.']);
    expect(wire.connection.clientStalled).toBe(false);
    wire.client(say.query('x'.repeat(300_000)));
    expect(wire.connection.clientStalled).toBe(true);
    wire.server(say.complete('SELECT 1'), say.ready('I'));
    expect(read(wire.forServer())).toEqual(['Q:SELECT 2.']);
  });

  test('substitution: the server fails, its error becomes the refusal', async () => {
    const wire = await Scripted.running(refuse('substitute'));
    wire.client(say.query('DROP TABLE patients'));
    const sent = wire.forServer();
    expect(sent.toString('latin1')).toMatch(/^Q.{4}"guard_refused_[0-9a-f]{24}".$/s);
    expect(sent.toString('latin1')).not.toContain('DROP');
    wire.server(syntaxError(sent), say.ready('E'));
    expect(read(wire.forClient())).toEqual([
      'E:SERROR.VERROR.C42501.Mguard refuses this.Dthe why.Hthe instead.',
      'Z:E',
    ]);
  });

  test('another error in place of the substitute is passed on', async () => {
    const wire = await Scripted.running(refuse('substitute'));
    wire.client(say.query('DROP TABLE patients'));
    wire.server(say.error('57P01', 'terminating connection', 'FATAL'));
    expect(wire.forClient().toString('latin1')).toContain('terminating connection');
  });

  test('synthesized: nothing is sent and the transaction state stays', async () => {
    const wire = await Scripted.running(refuse('synthesize'));
    wire.client(say.query('x'));
    expect(wire.forServer()).toHaveLength(0);
    expect(read(wire.forClient()).map((m) => m.slice(0, 3))).toEqual(['E:S', 'Z:I']);
  });

  test('synthesized in a failed transaction falls back to substitution', async () => {
    let first = true;
    const wire = await Scripted.running({
      statement: (_request, forward) => {
        if (!first) return { kind: 'refuse', how: 'synthesize', refusal: REFUSED };
        first = false;
        return forward();
      },
    });
    wire.client(say.query('bad')).server(say.error('42601', 'no'), say.ready('E'));
    wire.forServer();
    wire.client(say.query('x'));
    expect(wire.forServer().toString('latin1')).toMatch(MARKER);
  });

  test('guard answers its own statements', async () => {
    const wire = await Scripted.running({
      statement: () => ({ kind: 'answer', tag: 'SHOW', columns: ['status'], rows: [['fine'], ['ok']] }),
    });
    wire.client(say.query('SHOW guard.status'));
    expect(wire.forServer()).toHaveLength(0);
    expect(types(wire.forClient())).toBe('TDDCZ');
  });

  test('disconnect is FATAL and closes both sides', async () => {
    const wire = await Scripted.running({ statement: () => ({ kind: 'disconnect', refusal: REFUSED }) });
    wire.client(say.query('x'));
    expect(read(wire.forClient())[0]).toContain('SFATAL');
    expect(wire.closed).toBe(true);
    expect(wire.forServer()).toHaveLength(0);
  });

  test.each([
    ['invalid UTF-8', Buffer.from([0x53, 0xc3, 0x28, 0])],
    ['NUL inside', Buffer.from('SELECT 1\0; DROP TABLE x\0')],
    ['no end', Buffer.from('SELECT 1')],
  ])('%s is refused with 22021', async (_name, body) => {
    const wire = await Scripted.running();
    const head = Buffer.from([0x51, 0, 0, 0, body.length + 4]);
    wire.client(Buffer.concat([head, body]));
    const sent = wire.forServer();
    wire.server(syntaxError(sent), say.ready('I'));
    expect(read(wire.forClient())[0]).toContain('C22021');
    expect(wire.gate.requests).toHaveLength(0);
  });

  test('a byte order mark reaches the gate', async () => {
    const wire = await Scripted.running();
    wire.client(say.query('\ufeffSELECT 1'));
    expect(wire.gate.requests[0]?.text).toBe('\ufeffSELECT 1');
  });

  test('a statement above the limit is discarded as it comes, then refused', async () => {
    const wire = await Scripted.running({}, { statementBytes: 1000 });
    const query = say.query('x'.repeat(5000));
    for (let at = 0; at < query.length; at += 500) wire.client(query.subarray(at, at + 500));
    const sent = wire.forServer();
    expect(sent.length).toBeLessThan(100);
    wire.server(syntaxError(sent), say.ready('I'));
    expect(read(wire.forClient())[0]).toContain('C54000');
    wire.client(say.query('SELECT 1'));
    expect(read(wire.forServer())).toEqual(['Q:SELECT 1.']);
  });

  test('FunctionCall is refused', async () => {
    const wire = await Scripted.running();
    wire.client(Buffer.from([0x46, 0, 0, 0, 14, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    const sent = wire.forServer();
    expect(sent[0]).toBe(0x51);
    wire.server(syntaxError(sent), say.ready('I'));
    expect(read(wire.forClient())[0]).toContain('C42501');
  });

  test('an unknown message type ends the connection', async () => {
    const wire = await Scripted.running();
    wire.client(Buffer.from([0x79, 0, 0, 0, 4]));
    expect(read(wire.forClient())[0]).toContain('C08P01');
    expect(wire.closed).toBe(true);
    expect(wire.gate.closings).toEqual(['08P01']);
  });
});

describe('results', () => {
  test('rows are masked, NULL stays, unchanged rows keep their bytes', async () => {
    const wire = await Scripted.running({
      rows: () => ({ masker: { cells: [undefined, stars], counts: () => new Map() } }),
    });
    wire.client(say.query('x'));
    wire.server(
      say.fields('id', 'ssn'),
      say.row('1', '123-45'),
      say.row('2', null),
      say.row('3', ''),
      say.row('4', 'x'.repeat(9)),
      say.complete('SELECT 4'),
      say.ready('I'),
    );
    const expected = [say.fields('id', 'ssn'), say.row('1', '*****'), say.row('2', null), say.row('3', '')];
    expect(wire.forClient()).toEqual(
      Buffer.concat([...expected, say.row('4', '*****'), say.complete('SELECT 4'), say.ready('I')]),
    );
  });

  test('a mask may grow a cell beyond its arena, or make it NULL', async () => {
    const long = Buffer.alloc(70_000, 0x61);
    const wire = await Scripted.running({
      rows: () => ({ masker: { cells: [() => long, () => null, undefined], counts: () => new Map() } }),
    });
    wire.client(say.query('x'));
    wire.server(say.fields('a', 'b', 'c'), say.row('1', '2', '3'), say.row('4', '5', '6'));
    const rows = wire.forClient().subarray(say.fields('a', 'b', 'c').length);
    expect(rows).toEqual(
      Buffer.concat([say.row(long.toString(), null, '3'), say.row(long.toString(), null, '6')]),
    );
  });

  test('maxRows cuts the result, corrects the tag and says so', async () => {
    const wire = await Scripted.running({ rows: () => ({ maxRows: 2 }) });
    wire.client(say.query('x'));
    wire.server(
      say.fields('a'),
      say.row('1'),
      say.row('2'),
      say.row('3'),
      say.complete('SELECT 3'),
      say.ready('I'),
    );
    const got = read(wire.forClient());
    expect(got.map((m) => m[0]).join('')).toBe('TDDNCZ');
    expect(got[3]).toContain('cut after 2 rows');
    expect(got[4]).toBe('C:SELECT 2.');
    expect(wire.gate.completed).toEqual([{ index: 0, tag: 'SELECT 3', rows: 2 }]);
  });

  test('a result of exactly maxRows is not cut', async () => {
    const wire = await Scripted.running({ rows: () => ({ maxRows: 2 }) });
    wire.client(say.query('x'));
    wire.server(say.fields('a'), say.row('1'), say.row('2'), say.complete('SELECT 2'), say.ready('I'));
    expect(types(wire.forClient())).toBe('TDDCZ');
  });

  test('a refused result is swallowed; the next statement of the message is not', async () => {
    const wire = await Scripted.running({ rows: (index) => (index === 0 ? REFUSED : {}) });
    wire.client(say.query('a; b'));
    wire.server(say.fields('a'), say.row('secret'), say.complete('SELECT 1'));
    wire.server(say.fields('b'), say.row('fine'), say.complete('SELECT 1'), say.ready('I'));
    const got = wire.forClient();
    expect(types(got)).toBe('ETDCZ');
    expect(got.toString('latin1')).not.toContain('secret');
  });

  test.each([
    ['a row without a description', [say.row('1')]],
    ['a row with other cells than described', [say.fields('a'), say.row('1', '2')]],
    ['COPY data outside COPY', [say.copyData('x')]],
    ['an answer to nothing asked', [say.parsed]],
    ['CopyBoth', [say.bare(0x57)]],
    ['a function result', [say.bare(0x56)]],
  ])('%s ends the connection and is not passed on', async (_name, messages) => {
    const wire = await Scripted.running({
      rows: (_index, fields) => ({ masker: { cells: fields.map(() => stars), counts: () => new Map() } }),
    });
    wire.client(say.query('x')).server(...messages);
    expect(wire.closed).toBe(true);
    expect(types(wire.forClient())).toMatch(/^T?E$/);
  });

  test('errors and notices of the server are scrubbed', async () => {
    const wire = await Scripted.running({
      scrub: (fields) => new Map([...fields].map(([code, text]) => [code, code === 'M' ? 'hidden' : text])),
    });
    wire.client(say.query('x'));
    wire.server(say.notice('secret notice'), say.error('22P02', 'secret error'), say.ready('I'));
    const got = wire.forClient().toString('latin1');
    expect(got).not.toContain('secret');
    expect(got.match(/hidden/g)).toHaveLength(2);
    expect(wire.gate.finished).toEqual([{ error: '22P02', rows: 0 }]);
  });

  test('a notification payload is scrubbed', async () => {
    const wire = await Scripted.running({ scrub: () => new Map([['M', 'hidden']]) });
    wire.server(Buffer.concat([Buffer.from([0x41, 0, 0, 0, 18, 0, 0, 0, 9]), Buffer.from('chan\0pay1\0')]));
    expect(read(wire.forClient())).toEqual(['A:.chan.hidden.']);
  });

  test('a parameter that the gate refuses ends the connection', async () => {
    const wire = await Scripted.running({
      parameterStatus: (name, value) => (name === 'x' && value === 'off' ? REFUSED : undefined),
    });
    wire.server(say.parameter('x', 'on'));
    expect(types(wire.forClient())).toBe('S');
    wire.server(say.parameter('x', 'off'));
    expect(read(wire.forClient())[0]).toContain('SFATAL');
    expect(wire.closed).toBe(true);
  });
});

describe('COPY FROM STDIN', () => {
  test('data pass, Sync inside is ignored, Z ends it', async () => {
    const wire = await Scripted.running();
    wire.client(say.query('COPY t FROM STDIN'), say.copyData('early'));
    wire.forServer();
    wire.server(say.copyIn);
    expect(types(wire.forServer())).toBe('d');
    wire.client(say.sync, say.copyData('1\n'), say.copyDone, say.query('SELECT 1'));
    expect(types(wire.forServer())).toBe('dc');
    wire.server(say.complete('COPY 2'), say.ready('I'));
    expect(types(wire.forServer())).toBe('Q');
    expect(wire.gate.completed[0]).toEqual({ index: 0, tag: 'COPY 2', rows: 2 });
  });

  test('data after an error are dropped', async () => {
    const wire = await Scripted.running();
    wire.client(say.query('COPY t FROM STDIN')).server(say.copyIn);
    wire.server(say.error('22P02', 'no'), say.ready('I'));
    wire.forServer();
    wire.client(say.copyData('1\n'), say.copyDone, say.query('SELECT 1'));
    expect(types(wire.forServer())).toBe('Q');
  });

  test('a statement inside ends the connection', async () => {
    const wire = await Scripted.running();
    wire.client(say.query('COPY t FROM STDIN')).server(say.copyIn);
    wire.client(say.query('DROP TABLE x'));
    expect(wire.closed).toBe(true);
    expect(wire.forServer().toString('latin1')).not.toContain('DROP');
  });
});

describe('holds', () => {
  const held = (): { script: { statement: () => Promise<Ruling> }; rule: (ruling: Ruling) => void } => {
    let rule: (ruling: Ruling) => void = () => {};
    const script = {
      statement: () =>
        new Promise<Ruling>((resolve) => {
          rule = resolve;
        }),
    };
    return { script, rule: (ruling) => rule(ruling) };
  };

  test('a promise holds the client, server bytes go on', async () => {
    const { script, rule } = held();
    const wire = await Scripted.running(script);
    wire.client(say.query('a'), say.query('b'));
    wire.server(say.notice('meanwhile'));
    expect(types(wire.forClient())).toBe('N');
    expect(wire.forServer()).toHaveLength(0);
    rule({ kind: 'forward', run: wire.gate.run() });
    await tick();
    expect(read(wire.forServer())).toEqual(['Q:a.']);
  });

  test('a cancel request refuses what is on hold; a late ruling changes nothing', async () => {
    const { script, rule } = held();
    const wire = await Scripted.running(script);
    wire.client(say.query('a'));
    expect(wire.connection.cancel()).toBe(true);
    expect(wire.gate.requests[0]?.cancel.aborted).toBe(true);
    const got = read(wire.forClient());
    expect(got[0]).toContain('C57014');
    expect(got[1]).toBe('Z:I');
    rule({ kind: 'forward', run: wire.gate.run() });
    await tick();
    expect(wire.forServer()).toHaveLength(0);
    expect(wire.gate.finished).toEqual([{ error: '57014', rows: 0 }]);
    expect(wire.connection.cancel()).toBe(false);
  });

  test('a client that leaves in order is not held back by the hold', async () => {
    const { script } = held();
    const wire = await Scripted.running(script);
    wire.client(say.query('a'), Buffer.from([0x58, 0, 0, 0, 4]));
    expect(wire.closed).toBe(true);
    expect(types(wire.forServer())).toBe('X');
    expect(wire.gate.requests[0]?.cancel.aborted).toBe(true);
  });

  test.each(['clientLost', 'serverLost'] as const)(
    '%s fires cancel and sends nothing more',
    async (event) => {
      const { script, rule } = held();
      const wire = await Scripted.running(script);
      wire.client(say.query('a'));
      wire.connection[event]();
      expect(wire.gate.requests[0]?.cancel.aborted).toBe(true);
      rule({ kind: 'forward', run: wire.gate.run() });
      await tick();
      expect(wire.forServer()).toHaveLength(0);
      expect(wire.closed).toBe(true);
      expect(types(wire.forClient())).toBe(event === 'serverLost' ? 'E' : '');
    },
  );

  test.each([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
  ])('a gate that %s ends the connection without its words', async (_name, statement) => {
    const wire = await Scripted.running({ statement });
    wire.client(say.query('a'));
    await tick();
    const got = wire.forClient().toString('latin1');
    expect(got).toContain('FATAL');
    expect(got).not.toContain('secret');
    expect(wire.troubles).toHaveLength(1);
    expect(wire.troubles[0]).not.toContain('secret');
    expect(wire.forServer()).toHaveLength(0);
    expect(wire.closed).toBe(true);
  });

  test('runs end once when the connection is lost', async () => {
    const wire = await Scripted.running();
    wire.client(say.query('a'));
    wire.connection.serverLost();
    wire.connection.clientLost();
    expect(wire.gate.finished).toEqual([{ error: '08006', rows: 0 }]);
    expect(wire.gate.closings).toEqual(['08006']);
  });
});
