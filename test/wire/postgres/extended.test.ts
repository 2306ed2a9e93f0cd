import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import type { GateScript } from './recording-gate.ts';
import { REFUSED, stars } from './recording-gate.ts';
import { read, Scripted, say, tick, types } from './scripted.ts';

const MARKER = /guard_refused_[0-9a-f]{24}/;

function syntaxError(sent: Buffer): Buffer {
  return say.error('42601', `syntax error at or near "${MARKER.exec(sent.toString('latin1'))?.[0]}"`);
}

const unnamed = (sql: string): Buffer[] => [
  say.parse('', sql),
  say.bind('', ''),
  say.describe('P', ''),
  say.execute(''),
  say.sync,
];

const refuseText = (
  part: string,
  how: 'substitute' | 'synthesize',
  phase?: 'parse' | 'execute',
): GateScript => ({
  statement: (request, forward) =>
    request.text.includes(part) && (phase === undefined || phase === request.phase)
      ? { kind: 'refuse', how, refusal: REFUSED }
      : forward(),
});

describe('batches', () => {
  test('pass unchanged, both phases judged with name and values', async () => {
    const wire = await Scripted.running();
    const sent = Buffer.concat([
      say.parse('s', 'SELECT $1', [23]),
      say.bind('p', 's', ['42']),
      say.describe('P', 'p'),
      say.execute('p'),
      say.sync,
    ]);
    wire.client(sent);
    expect(wire.forServer()).toEqual(sent);
    const answer = Buffer.concat([
      say.parsed,
      say.bound,
      say.fields('a'),
      say.row('42'),
      say.complete('SELECT 1'),
      say.ready('I'),
    ]);
    wire.server(answer);
    expect(wire.forClient()).toEqual(answer);
    expect(wire.gate.texts).toEqual(['parse: SELECT $1', 'execute: SELECT $1']);
    const { name, bound } = wire.gate.requests[1] ?? {};
    expect(name).toBe('s');
    expect(bound?.types).toEqual([23]);
    expect(bound?.formats).toEqual([]);
    expect(bound?.values.map((value) => Buffer.from(value ?? []).toString())).toEqual(['42']);
    expect(wire.gate.finished).toEqual([{ rows: 0 }, { rows: 1 }]);
  });

  test('nothing is sent before Sync or Flush', async () => {
    const wire = await Scripted.running();
    wire.client(say.parse('', 'SELECT 1'), say.bind('', ''));
    expect(wire.forServer()).toHaveLength(0);
    wire.client(say.flush);
    expect(types(wire.forServer())).toBe('PBH');
  });

  test('a batch beyond the limit is judged in parts', async () => {
    const wire = await Scripted.running({}, { batchMessages: 3 });
    wire.client(say.parse('', 'SELECT 1'), say.bind('', ''), say.describe('P', ''), say.execute(''));
    expect(types(wire.forServer())).toBe('PBD');
    wire.client(say.sync);
    expect(types(wire.forServer())).toBe('ES');
  });

  test('rows are masked by the fields of the portal, also when the client asked for no description', async () => {
    const wire = await Scripted.running({
      rows: (_index, fields) => ({
        masker: { cells: fields.map((f) => (f.name === 'ssn' ? stars : undefined)), counts: () => new Map() },
      }),
    });
    wire.client(say.parse('', 'x'), say.bind('', ''), say.execute(''), say.sync);
    expect(types(wire.forServer())).toBe('PBDES');
    wire.server(
      say.parsed,
      say.bound,
      say.fields('id', 'ssn'),
      say.row('1', 'secret'),
      say.complete('SELECT 1'),
    );
    wire.server(say.ready('I'));
    expect(wire.forClient()).toEqual(
      Buffer.concat([say.parsed, say.bound, say.row('1', '*****'), say.complete('SELECT 1'), say.ready('I')]),
    );
  });

  test('maxRows counts over the parts of a portal', async () => {
    const wire = await Scripted.running({ rows: () => ({ maxRows: 3 }) });
    wire.client(say.parse('', 'x'), say.bind('p', ''), say.execute('p', 2), say.execute('p', 2), say.sync);
    wire.server(say.parsed, say.bound, say.fields('a'), say.row('1'), say.row('2'), say.suspended);
    wire.server(say.row('3'), say.row('4'), say.complete('SELECT 2'), say.ready('I'));
    expect(types(wire.forClient())).toBe('12DDsDNCZ');
  });

  test('rows without a description of their portal end the connection', async () => {
    const wire = await Scripted.running();
    wire.client(...unnamed('x')).server(say.parsed, say.bound, say.noData);
    wire.forClient();
    wire.server(say.row('secret'));
    expect(wire.closed).toBe(true);
    expect(wire.forClient().toString('latin1')).not.toContain('secret');
  });

  test('a refused result: one error, then nothing before ReadyForQuery', async () => {
    const wire = await Scripted.running({ rows: () => REFUSED });
    wire.client(
      say.parse('', 'x'),
      say.bind('', ''),
      say.execute(''),
      say.bind('', ''),
      say.execute(''),
      say.sync,
    );
    wire.server(say.parsed, say.bound, say.fields('a'), say.row('secret'), say.complete('SELECT 1'));
    wire.server(say.bound, say.fields('a'), say.row('secret'), say.complete('SELECT 1'), say.ready('I'));
    const got = wire.forClient();
    expect(types(got)).toBe('12EZ');
    expect(got.toString('latin1')).not.toContain('secret');
  });

  test('after an error of the server the runs of skipped messages end too', async () => {
    const wire = await Scripted.running();
    wire.client(...unnamed('x')).server(say.error('42P01', 'no such table'), say.ready('I'));
    wire.forServer();
    expect(types(wire.forClient())).toBe('EZ');
    expect(wire.gate.finished).toEqual([
      { error: '42P01', rows: 0 },
      { error: '42P01', rows: 0 },
    ]);
    wire.client(say.query('SELECT 1'));
    expect(types(wire.forServer())).toBe('Q');
  });

  test('after an error the client must send Sync; what comes before is dropped', async () => {
    const wire = await Scripted.running();
    wire.client(say.parse('', 'x'), say.flush).server(say.error('42601', 'no'));
    wire.forServer();
    wire.client(say.parse('', 'DROP TABLE y'), say.query('DROP TABLE z'), say.sync);
    expect(types(wire.forServer())).toBe('S');
    wire.server(say.ready('I'));
    expect(types(wire.forClient())).toBe('EZ');
  });

  test('Sync alone and empty batches pass', async () => {
    const wire = await Scripted.running();
    wire.client(say.sync);
    expect(types(wire.forServer())).toBe('S');
    wire.server(say.ready('I'));
    expect(types(wire.forClient())).toBe('Z');
  });
});

describe('refusals in a batch', () => {
  test('substitute: a Parse under a name of its own, the rest is dropped', async () => {
    const wire = await Scripted.running(refuseText('DROP', 'substitute'));
    wire.client(say.parse('a', 'SELECT 1'), ...unnamed('DROP TABLE x'));
    const sent = wire.forServer();
    expect(types(sent)).toBe('PPS');
    expect(read(sent)[1]).toMatch(/^P:guard_refused_[0-9a-f]{24}\."guard_refused_[0-9a-f]{24}"\.$/);
    wire.server(say.parsed, syntaxError(sent), say.ready('I'));
    expect(read(wire.forClient())[1]).toContain('C42501.Mguard refuses this');
    wire.client(say.bind('', 'a'), say.execute(''), say.sync);
    expect(wire.gate.texts.at(-1)).toBe('execute: SELECT 1');
  });

  test('synthesize: error and ready, nothing is sent', async () => {
    const wire = await Scripted.running(refuseText('DROP', 'synthesize', 'execute'));
    wire.client(...unnamed('DROP TABLE x'));
    expect(wire.forServer()).toHaveLength(0);
    expect(types(wire.forClient())).toBe('EZ');
    expect(wire.gate.finished).toEqual([{ error: '42501', rows: 0 }]);
    wire.client(say.bind('', ''), say.execute(''), say.sync);
    expect(wire.gate.texts.at(-1)).toBe('execute: EXECUTE ""');
  });

  test('synthesize behind another Execute, or behind a Flush, substitutes', async () => {
    const wire = await Scripted.running(refuseText('DROP', 'synthesize'));
    wire.client(
      say.parse('', 'SELECT 1'),
      say.bind('', ''),
      say.execute(''),
      say.parse('', 'DROP'),
      say.sync,
    );
    expect(types(wire.forServer())).toBe('PBDEPS');
    const flushed = await Scripted.running(refuseText('DROP', 'synthesize'));
    flushed.client(say.parse('', 'SELECT 1'), say.flush);
    flushed.forServer();
    flushed.client(say.parse('', 'DROP'), say.sync);
    expect(flushed.forServer().toString('latin1')).toMatch(MARKER);
  });

  test('a refused Execute: its Bind and Describe are not sent, what ran before is', async () => {
    const wire = await Scripted.running(refuseText('DROP', 'substitute', 'execute'));
    const before = [say.parse('', 'SELECT 1'), say.bind('a', ''), say.execute('a')];
    const refused = [say.parse('d', 'DROP x'), say.bind('b', 'd'), say.describe('P', 'b'), say.execute('b')];
    wire.client(Buffer.concat([...before, ...refused, say.sync]));
    const sent = read(wire.forServer()).join('\n');
    expect(sent).toContain('DROP x');
    expect(sent.match(/^B:/gm)).toHaveLength(1);
    expect(sent.match(/^E:/gm)).toHaveLength(1);
    expect(sent).not.toMatch(/^[BD]:.?b/m);
  });

  test('refused before a Flush: everything up to Sync is dropped', async () => {
    const wire = await Scripted.running(refuseText('DROP', 'substitute'));
    wire.client(say.parse('', 'DROP'), say.flush);
    const sent = wire.forServer();
    expect(types(sent)).toBe('PH');
    wire.client(say.bind('', ''), say.execute(''), say.flush);
    expect(wire.forServer()).toHaveLength(0);
    wire.server(syntaxError(sent));
    wire.client(say.sync);
    expect(types(wire.forServer())).toBe('S');
    wire.server(say.ready('I'));
    expect(types(wire.forClient())).toBe('EZ');
  });

  test('a text that depends on settings may not follow an Execute in the same batch', async () => {
    const wire = await Scripted.running();
    const setting = [say.parse('', 'SELECT f()'), say.bind('', ''), say.execute('')];
    wire.client(...setting, say.parse('', "SELECT '\\''"), say.sync);
    const sent = wire.forServer();
    expect(sent.toString('latin1')).not.toContain('\\');
    expect(sent.toString('latin1')).toMatch(MARKER);
    expect(wire.gate.texts).not.toContain("parse: SELECT '\\''");
  });

  test('an oversized Parse is refused in its place', async () => {
    const wire = await Scripted.running({}, { statementBytes: 1000 });
    wire.client(say.parse('', 'x'.repeat(5000)), say.bind('', ''), say.execute(''), say.sync);
    const sent = wire.forServer();
    expect(types(sent)).toBe('PS');
    wire.server(syntaxError(sent), say.ready('I'));
    expect(read(wire.forClient())[0]).toContain('C54000');
  });
});

describe('names', () => {
  test('what a name means follows the answers of the server, not what was asked', async () => {
    const wire = await Scripted.running();
    wire.client(say.parse('s', 'DELETE FROM x'), say.sync).server(say.parsed, say.ready('I'));
    wire.client(say.parse('s', 'SELECT 1'), say.sync).server(say.error('42P05', 'exists'), say.ready('I'));
    wire.client(say.bind('', 's'), say.execute(''), say.sync);
    expect(wire.gate.texts.at(-1)).toBe('execute: DELETE FROM x');
  });

  test.each([
    ['SQL PREPARE of the same name', 'DEALLOCATE s; PREPARE s AS DELETE FROM x', 'EXECUTE "s"'],
    ['an ordinary statement', 'SELECT 2', 'SELECT 1'],
  ])('after %s', async (_name, sql, judged) => {
    const wire = await Scripted.running();
    wire.client(say.parse('s', 'SELECT 1'), say.sync).server(say.parsed, say.ready('I'));
    wire.client(say.query(sql)).server(say.complete('X'), say.ready('I'));
    wire.client(say.bind('', 's'), say.execute(''), say.sync);
    expect(wire.gate.texts.at(-1)).toBe(`execute: ${judged}`);
  });

  test.each(['DISCARD ALL', 'DEALLOCATE ALL'])('%s forgets statements', async (tag) => {
    const wire = await Scripted.running();
    wire.client(say.parse('s', 'SELECT 1'), say.sync).server(say.parsed, say.ready('I'));
    wire.client(say.query('x')).server(say.complete(tag), say.ready('I'));
    wire.client(say.bind('', 's'), say.execute(''), say.sync);
    expect(wire.gate.texts.at(-1)).toBe('execute: EXECUTE "s"');
  });

  test('a cursor of SQL is judged as FETCH ALL and described first', async () => {
    const wire = await Scripted.running();
    wire.client(say.execute('c"1'), say.sync);
    expect(wire.gate.texts).toEqual(['execute: FETCH ALL FROM "c""1"']);
    expect(types(wire.forServer())).toBe('DES');
  });

  test('a portal whose name SQL may have declared anew is in doubt', async () => {
    const wire = await Scripted.running();
    wire.client(say.query('BEGIN')).server(say.complete('BEGIN'), say.ready('T'));
    wire.client(say.parse('', 'SELECT 1'), say.bind('c', ''), say.sync);
    wire.server(say.parsed, say.bound, say.ready('T'));
    wire.client(say.query('CLOSE c; DECLARE c CURSOR FOR SELECT ssn FROM p'));
    wire.server(say.complete('X'), say.complete('X'), say.ready('T'));
    wire.client(say.execute('c'), say.sync);
    expect(wire.gate.texts.at(-1)).toBe('execute: FETCH ALL FROM "c"');
  });

  test('portals end with their transaction, closed statements are forgotten', async () => {
    const wire = await Scripted.running();
    wire.client(say.parse('s', 'SELECT 1'), say.bind('p', 's'), say.sync);
    wire.server(say.parsed, say.bound, say.ready('I'));
    wire.client(say.execute('p'), say.close('S', 's'), say.sync);
    expect(wire.gate.texts.at(-1)).toBe('execute: FETCH ALL FROM "p"');
    wire.server(say.error('34000', 'no portal'), say.ready('I'));
    wire.client(say.close('S', 's'), say.sync).server(say.closed, say.ready('I'));
    wire.client(say.bind('', 's'), say.execute(''), say.sync);
    expect(wire.gate.texts.at(-1)).toBe('execute: EXECUTE "s"');
  });
});

describe("guard's own statements", () => {
  const own: GateScript = {
    statement: (request, forward) =>
      request.text.startsWith('SHOW guard')
        ? { kind: 'answer', tag: 'SHOW', columns: ['status'], rows: [['fine']] }
        : forward(),
  };

  test('a whole batch is answered', async () => {
    const wire = await Scripted.running(own);
    wire.client(...unnamed('SHOW guard.status'));
    expect(wire.forServer()).toHaveLength(0);
    expect(types(wire.forClient())).toBe('12TDCZ');
  });

  test('by name over several batches, with Flush and Close', async () => {
    const wire = await Scripted.running(own);
    wire.client(say.parse('g', 'SHOW guard.status'), say.describe('S', 'g'), say.flush);
    expect(types(wire.forClient())).toBe('1tT');
    wire.client(say.sync);
    expect(types(wire.forClient())).toBe('Z');
    wire.client(say.bind('p', 'g'), say.execute('p'), say.close('P', 'p'), say.close('S', 'g'), say.sync);
    expect(types(wire.forClient())).toBe('2DC33Z');
    expect(wire.forServer()).toHaveLength(0);
  });

  test('mixed with others: a refusal, before and behind', async () => {
    const wire = await Scripted.running(own);
    wire.client(say.parse('a', 'SELECT 1'), ...unnamed('SHOW guard.status'));
    const sent = wire.forServer();
    expect(types(sent)).toBe('PPS');
    wire.server(say.parsed, syntaxError(sent), say.ready('I'));
    expect(read(wire.forClient())[1]).toContain('can not share a batch');
    wire.client(say.parse('g', 'SHOW guard.status'), ...unnamed('SELECT 1'));
    expect(types(wire.forClient())).toBe('1EZ');
    expect(wire.forServer()).toHaveLength(0);
  });
});

describe('holds', () => {
  test('the batch waits as a whole, in order', async () => {
    const rulings: (() => void)[] = [];
    const wire = await Scripted.running({
      statement: (_request, forward) => new Promise((resolve) => rulings.push(() => resolve(forward()))),
    });
    wire.client(...unnamed('SELECT 1'));
    rulings[0]?.();
    await tick();
    expect(wire.forServer()).toHaveLength(0);
    rulings[1]?.();
    await tick();
    expect(types(wire.forServer())).toBe('PBDES');
  });

  test('a cancelled batch sends nothing', async () => {
    const wire = await Scripted.running({ statement: () => new Promise(() => {}) });
    wire.client(...unnamed('SELECT 1'));
    expect(wire.connection.cancel()).toBe(true);
    expect(read(wire.forClient())[0]).toContain('C57014');
    expect(wire.forServer()).toHaveLength(0);
    wire.client(say.sync);
    expect(types(wire.forServer())).toBe('S');
  });
});

describe('COPY in the extended protocol', () => {
  test('the Sync before the data is eaten by the server', async () => {
    const wire = await Scripted.running();
    wire.client(say.parse('', 'COPY t FROM STDIN'), say.bind('', ''), say.execute(''), say.sync);
    wire.server(say.parsed, say.bound, say.noData, say.copyIn);
    wire.forServer();
    wire.client(say.copyData('1\n'), say.copyDone, say.sync);
    expect(types(wire.forServer())).toBe('dcS');
    wire.server(say.complete('COPY 1'), say.ready('I'));
    expect(types(wire.forClient())).toBe('12GCZ');
  });
});
