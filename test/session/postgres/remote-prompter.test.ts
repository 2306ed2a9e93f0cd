import { describe, expect, test } from 'vitest';
import { RemotePrompter } from '../../../src/session/postgres/remote-prompter.ts';
import { question } from '../../prompt/questions.ts';

type Posted = Parameters<ConstructorParameters<typeof RemotePrompter>[0]>[0];

function prompter() {
  const posted: Posted[] = [];
  const remote = new RemotePrompter((message) => posted.push(message));
  return { remote, posted };
}

const NO = (because: string) => ({ kind: 'no', because });

describe('a question that crosses to the other thread', () => {
  test('gets the answer with its id, once', async () => {
    const { remote, posted } = prompter();
    const first = remote.ask(question({ id: 'q1' }), new AbortController().signal);
    const second = remote.ask(question({ id: 'q2' }), new AbortController().signal);
    expect(posted.map((message) => message.kind)).toEqual(['ask', 'ask']);
    remote.answered('q2', { kind: 'yes' });
    remote.answered('q2', { kind: 'no', because: 'person' });
    remote.answered('q1', { kind: 'shape' });
    expect(await second).toEqual({ kind: 'yes' });
    expect(await first).toEqual({ kind: 'shape' });
  });

  test('an answer nobody waits for is nobody’s', () => {
    expect(() => prompter().remote.answered('stale', { kind: 'yes' })).not.toThrow();
  });

  test.each([
    ['server-lost', 'server-lost'],
    ['client-left', 'cancelled'],
  ])('is withdrawn when cancelled by %s; a later yes does not count', async (reason, because) => {
    const { remote, posted } = prompter();
    const cancel = new AbortController();
    const asked = remote.ask(question({ id: 'q1' }), cancel.signal);
    cancel.abort(reason);
    remote.answered('q1', { kind: 'yes' });
    expect(await asked).toEqual(NO(because));
    expect(posted.at(-1)).toEqual({ kind: 'withdraw', question: 'q1', because: reason });
  });

  test('is not withdrawn after its answer', async () => {
    const { remote, posted } = prompter();
    const cancel = new AbortController();
    const asked = remote.ask(question({ id: 'q1' }), cancel.signal);
    remote.answered('q1', { kind: 'yes' });
    cancel.abort('server-lost');
    expect(await asked).toEqual({ kind: 'yes' });
    expect(posted.map((message) => message.kind)).toEqual(['ask']);
  });

  test('is not put at all when cancelled before', async () => {
    const { remote, posted } = prompter();
    const cancel = new AbortController();
    cancel.abort();
    expect(await remote.ask(question(), cancel.signal)).toEqual(NO('cancelled'));
    expect(posted).toEqual([]);
  });

  test('gets a no when everything closes', async () => {
    const { remote } = prompter();
    const asked = ['q1', 'q2'].map((id) => remote.ask(question({ id }), new AbortController().signal));
    remote.close();
    expect(await Promise.all(asked)).toEqual([NO('cancelled'), NO('cancelled')]);
  });
});
