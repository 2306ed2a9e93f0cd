import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { observePurpose } from '../../src/observe/purpose.ts';

describe('the purpose', () => {
  test('is nothing when nobody says one', () => {
    expect(observePurpose({})).toEqual({ breakglass: false });
    expect(observePurpose({ GUARD_TICKET: ' ', GUARD_PURPOSE: '\u0000' })).toEqual({ breakglass: false });
  });

  test('comes from the options, else from the environment', () => {
    const environment = { GUARD_TICKET: 'INC-1', GUARD_PURPOSE: 'member complaint' };
    expect(observePurpose(environment)).toEqual({
      ticket: 'INC-1',
      text: 'member complaint',
      breakglass: false,
    });
    expect(observePurpose(environment, { ticket: 'org/repo#12', purpose: 'fix' })).toEqual({
      ticket: 'org/repo#12',
      text: 'fix',
      breakglass: false,
    });
  });

  test('is one short, harmless line', () => {
    const said = observePurpose(
      {},
      { ticket: 'INC 1;\u001b[2J', purpose: 'a\r\nb\u202ec\u2028d   e\u{e0041}f' },
    );
    expect(said).toEqual({ ticket: 'INC12J', text: 'a b c d e f', breakglass: false });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const { ticket = '', text: purpose = '' } = observePurpose({}, { ticket: text, purpose: text });
        expect(ticket).toMatch(/^[A-Za-z0-9._:/#@-]{0,64}$/);
        expect(purpose).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect([...purpose].length).toBeLessThanOrEqual(256);
      }),
    );
  });
});
