import { describe, expect, test } from 'vitest';
import type { Probe, ProbeAnswer } from '../../../src/wire/postgres/gate.ts';
import type { GateScript } from './recording-gate.ts';
import { read, Scripted, say, tick, types } from './scripted.ts';

/** A gate that probes before every statement and keeps the answers. */
function probing(act: (probe: Probe) => Promise<ProbeAnswer>): {
  script: GateScript;
  answers: ProbeAnswer[];
} {
  const answers: ProbeAnswer[] = [];
  const script: GateScript = {
    statement: async (request, forward) => {
      if (request.probe !== undefined) answers.push(await act(request.probe));
      return forward();
    },
  };
  return { script, answers };
}

describe('probes', () => {
  test('the client sees nothing of it; its statement follows', async () => {
    const { script, answers } = probing((probe) => probe.simple('EXPLAIN x; SELECT 2'));
    const wire = await Scripted.running(script);
    wire.client(say.query('DELETE FROM x'));
    expect(read(wire.forServer())).toEqual(['Q:EXPLAIN x; SELECT 2.']);
    wire.server(
      say.fields('a'),
      say.row('1'),
      say.row(null),
      say.complete('EXPLAIN'),
      say.notice('planning'),
    );
    wire.server(say.parameter('TimeZone', 'UTC'), say.fields('b'), say.row('2'), say.complete('SELECT 1'));
    wire.server(say.ready('I'));
    await tick();
    expect(types(wire.forClient())).toBe('S');
    expect(answers).toEqual([{ kind: 'rows', results: [[['1'], [null]], [['2']]] }]);
    expect(read(wire.forServer())).toEqual(['Q:DELETE FROM x.']);
  });

  test('an error of the server is an answer', async () => {
    const { script, answers } = probing((probe) => probe.simple('x'));
    const wire = await Scripted.running(script);
    wire.client(say.query('y')).server(say.error('42601', 'no'), say.ready('I'));
    await tick();
    expect(answers).toEqual([{ kind: 'error', code: '42601', message: 'no', position: '1' }]);
    expect(types(wire.forClient())).toBe('');
  });

  test.each([
    ['a syntax error with a place', say.error('42601', 'no'), 'rejected'],
    ['another error', say.error('42P01', 'no'), 'unknown'],
    ['no error', say.parsed, 'accepted'],
  ] as const)('syntax: %s', async (_, reply, expected) => {
    const answers: string[] = [];
    const script: GateScript = {
      statement: async (request, forward) => {
        if (request.probe !== undefined) answers.push(await request.probe.syntax('selec 1'));
        return forward();
      },
    };
    const wire = await Scripted.running(script);
    wire.client(say.query('y'));
    expect(types(wire.forServer())).toBe('PSCS');
    wire.server(reply, say.ready('I'), say.closed, say.ready('I'));
    await tick();
    expect(answers).toEqual([expected]);
  });

  test('bound: under reserved names, which are closed whatever happens', async () => {
    const { script, answers } = probing((probe) =>
      probe.bound('EXPLAIN SELECT $1', { types: [23], formats: [], values: [new Uint8Array([0x34, 0x32])] }),
    );
    const wire = await Scripted.running(script);
    wire.client(say.query('y'));
    const sent = wire.forServer();
    expect(types(sent)).toBe('PBDESCCS');
    expect(read(sent)[0]).toContain('guard_probe_1');
    wire.server(
      say.parsed,
      say.bound,
      say.fields('a'),
      say.row('plan'),
      say.complete('EXPLAIN'),
      say.ready('I'),
    );
    expect(wire.forServer()).toHaveLength(0);
    wire.server(say.closed, say.closed, say.ready('I'));
    await tick();
    expect(answers).toEqual([{ kind: 'rows', results: [[['plan']]] }]);
    expect(types(wire.forServer())).toBe('Q');
  });

  test('an answer beyond the bound is an error, the rest is swallowed', async () => {
    const { script, answers } = probing((probe) => probe.simple('x'));
    const wire = await Scripted.running(script, { probeBytes: 100 });
    wire.client(say.query('y'));
    wire.server(say.fields('a'), say.row('z'.repeat(90)), say.row('z'.repeat(90)), say.row('z'.repeat(500)));
    wire.server(say.complete('SELECT 3'), say.ready('I'));
    await tick();
    expect(answers).toMatchObject([{ kind: 'error', code: '54000' }]);
    expect(types(wire.forClient())).toBe('');
  });

  test('a slow one is cancelled and answered; the statement waits for its end', async () => {
    const { script, answers } = probing((probe) => probe.simple('x'));
    const wire = await Scripted.running(script, { probeMs: 7 });
    wire.client(say.query('y'));
    wire.forServer();
    wire.timers.find((timer) => timer.ms === 7)?.act();
    await tick();
    expect(answers).toMatchObject([{ kind: 'error', code: '57014' }]);
    expect(wire.cancels).toBe(1);
    expect(wire.forServer()).toHaveLength(0);
    wire.server(say.error('57014', 'canceling'), say.ready('I'));
    expect(types(wire.forServer())).toBe('Q');
  });

  test('a cancel of the client while probing cancels the probe and refuses', async () => {
    const { script } = probing((probe) => probe.simple('x'));
    const wire = await Scripted.running(script);
    wire.client(say.query('y'));
    wire.forServer();
    expect(wire.connection.cancel()).toBe(true);
    expect(wire.cancels).toBe(1);
    expect(types(wire.forClient())).toBe('');
    wire.server(say.error('57014', 'canceling'), say.ready('I'));
    await tick();
    expect(types(wire.forClient())).toBe('EZ');
    expect(wire.forServer()).toHaveLength(0);
  });

  test('a probe kept beyond its question is dead', async () => {
    let kept: Probe | undefined;
    const wire = await Scripted.running({
      statement: (request, forward) => {
        kept = request.probe;
        return forward();
      },
    });
    wire.client(say.query('a'));
    wire.server(say.complete('X'), say.ready('I'));
    wire.forServer();
    expect(await kept?.simple('x')).toMatchObject({ kind: 'error' });
    expect(wire.forServer()).toHaveLength(0);
  });

  test('none while the server is busy with the batch', async () => {
    const wire = await Scripted.running();
    wire.client(say.parse('', 'a'), say.flush, say.parse('b', 'b'), say.sync);
    expect(wire.gate.requests.map((request) => request.probe !== undefined)).toEqual([true, false]);
  });

  test('a lost server answers it', async () => {
    const { script, answers } = probing((probe) => probe.simple('x'));
    const wire = await Scripted.running(script);
    wire.client(say.query('y'));
    wire.connection.serverLost();
    await tick();
    expect(answers).toMatchObject([{ kind: 'error', code: '08006' }]);
    expect(read(wire.forServer())).toEqual(['Q:x.']);
  });

  test('the unnamed statement of the client survives a probe', async () => {
    const { script } = probing((probe) => probe.simple('x'));
    const wire = await Scripted.running({
      statement: (request, forward) =>
        request.phase === 'execute' ? (script.statement?.(request, forward) ?? forward()) : forward(),
    });
    wire.client(say.parse('', 'SELECT $1', [23]), say.sync).server(say.parsed, say.ready('I'));
    wire.forServer();
    wire.forClient();
    for (const _time of [1, 2]) {
      wire.client(say.bind('', ''), say.describe('P', ''), say.execute(''), say.sync);
      expect(types(wire.forServer())).toBe('Q');
      wire.server(say.complete('X'), say.ready('I'));
      await tick();
      const sent = wire.forServer();
      expect(read(sent)[0]).toBe('P:.SELECT $1.');
      expect(types(sent)).toBe('PBDES');
      wire.server(say.parsed, say.bound, say.fields('a'), say.complete('SELECT 0'), say.ready('I'));
      expect(types(wire.forClient())).toBe('2TCZ');
    }
  });
});

describe('idle', () => {
  test('called after ReadyForQuery; the client waits; one at a time', async () => {
    const done: (() => void)[] = [];
    const wire = await Scripted.running({ idle: () => new Promise((resolve) => done.push(resolve)) });
    expect(done).toHaveLength(1);
    wire.client(say.query('a'));
    expect(wire.forServer()).toHaveLength(0);
    done[0]?.();
    await tick();
    expect(types(wire.forServer())).toBe('Q');
    wire.server(say.complete('X'), say.ready('I'));
    expect(types(wire.forClient())).toBe('CZ');
    expect(done).toHaveLength(2);
  });

  test('a housekeeping that fails ends the connection', async () => {
    const wire = await Scripted.running({ idle: () => Promise.reject(new Error('secret')) });
    await tick();
    expect(wire.closed).toBe(true);
  });
});
