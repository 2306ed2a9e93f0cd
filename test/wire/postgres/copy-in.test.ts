import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CopyInCheck } from '../../../src/wire/postgres/gate.ts';
import { cutAt } from './cuts.ts';
import type { GateScript } from './recording-gate.ts';
import { REFUSED } from './recording-gate.ts';
import { read, Scripted, say, types } from './scripted.ts';

const MARKER = /guard_refused_[0-9a-f]{24}/;
/** A server that was told to fail says so with the words it was given. */
const failed = (sent: Buffer): Buffer =>
  say.error('57014', `COPY from stdin failed: ${MARKER.exec(sent.toString('latin1'))?.[0]}`);

/** Refuses at the first piece after which `bad` was seen; at the end when only `unfinished` was. */
class Watching implements CopyInCheck {
  seen = '';

  push(payload: Uint8Array): typeof REFUSED | undefined {
    this.seen += Buffer.from(payload).toString('latin1');
    return this.seen.includes('bad') ? REFUSED : undefined;
  }

  end(): typeof REFUSED | undefined {
    return this.seen.endsWith('unfinished') ? REFUSED : undefined;
  }
}

function watching(): { readonly script: GateScript; readonly check: Watching; readonly shapes: unknown[] } {
  const check = new Watching();
  const shapes: unknown[] = [];
  const copyIn: GateScript['copyIn'] = (index, copy) => {
    shapes.push({ index, ...copy });
    return check;
  };
  return { script: { copyIn }, check, shapes };
}

const simple = [say.query('COPY t FROM STDIN')];
const extended = [say.parse('', 'COPY t FROM STDIN'), say.bind('', ''), say.execute(''), say.sync];
const ways = [
  ['simple', simple, [say.copyIn], []],
  ['extended', extended, [say.parsed, say.bound, say.noData, say.copyIn], [say.sync]],
] as const;

describe.each(ways)('rows that are looked at, %s protocol', (name, start, answer, sync) => {
  async function copying(script: GateScript): Promise<Scripted> {
    const wire = await Scripted.running(script);
    wire.client(...start).server(...answer);
    wire.forServer();
    wire.forClient();
    return wire;
  }

  test('pass as they are, and the check knows the shape', async () => {
    const { script, check, shapes } = watching();
    const wire = await copying(script);
    const sent = [say.copyData('1\n'), say.copyData('2\n'), say.copyDone, ...sync];
    wire.client(...sent);
    expect(wire.forServer()).toEqual(Buffer.concat(sent));
    expect(check.seen).toBe('1\n2\n');
    expect(shapes).toEqual([{ index: 0, columns: 1, format: 'text' }]);
  });

  test('a refused row never reaches the server, nor what follows; the next statement does', async () => {
    const wire = await copying(watching().script);
    wire.client(say.copyData('1\n'), say.copyData('bad\n'), say.copyData('third\n'));
    const sent = wire.forServer();
    expect(types(sent)).toBe('df');
    expect(sent.toString('latin1')).not.toMatch(/bad|third/);
    wire.server(failed(sent));
    if (name === 'simple') wire.server(say.ready('I'));
    wire.client(say.copyData('4\n'), say.copyDone, ...sync);
    if (name === 'extended') wire.server(say.ready('I'));
    expect(types(wire.forServer())).toBe(sync.length > 0 ? 'S' : '');
    const told = read(wire.forClient());
    expect(told.map((message) => message[0]).join('')).toBe('EZ');
    expect(told[0]).toContain('guard refuses this');
    expect(told[0]).not.toMatch(MARKER);
    wire.client(say.query('SELECT 1'));
    expect(types(wire.forServer())).toBe('Q');
  });

  test('the server hears of the refusal in place of the end', async () => {
    const wire = await copying(watching().script);
    wire.client(say.copyData('unfinished'), say.copyDone, ...sync);
    expect(types(wire.forServer())).toBe(sync.length > 0 ? 'dfS' : 'df');
  });

  test('a client that gives up is passed on, whatever the rows were', async () => {
    const wire = await copying(watching().script);
    wire.client(say.copyData('unfinished'), say.bare(0x66), ...sync);
    const sent = wire.forServer();
    expect(types(sent)).toBe(sync.length > 0 ? 'dfS' : 'df');
    expect(sent.toString('latin1')).not.toMatch(MARKER);
  });

  test('a piece beyond the bound is refused unheld', async () => {
    const { script, check } = watching();
    const wire = await Scripted.running(script, { messageBytes: 100 });
    wire.client(...start).server(...answer);
    wire.forServer();
    wire.client(say.copyData('x'.repeat(200)), say.copyDone, ...sync);
    const sent = wire.forServer();
    expect(types(sent)).toBe(sync.length > 0 ? 'fS' : 'f');
    expect(check.seen).toBe('');
    wire.forClient();
    wire.server(failed(sent));
    expect(read(wire.forClient())[0]).toContain('too large to be looked at');
  });

  test('where the stream is cut does not matter', async () => {
    const rows = fc.array(fc.constantFrom('1\n', 'good\n', 'bad\n', 'unfinished'), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(rows, fc.array(fc.nat()), async (texts, places) => {
        const bytes = Buffer.concat([...texts.map(say.copyData), say.copyDone, ...sync]);
        const whole = await copying(watching().script);
        whole.client(bytes);
        const pieces = await copying(watching().script);
        for (const piece of cutAt(bytes, places)) pieces.client(piece);
        const sent = (wire: Scripted) => wire.forServer().toString('latin1').replace(MARKER, 'marker');
        expect(sent(pieces)).toBe(sent(whole));
      }),
      { numRuns: 40 },
    );
  });
});
