import { describe, expect, test } from 'vitest';
import { readOwnStatement } from '../../../src/session/postgres/own-statement.ts';

describe("guard's own statements", () => {
  test.each([
    ['SHOW guard.status', { kind: 'show', topic: 'status' }],
    ['  show GUARD.why ;', { kind: 'show', topic: 'why' }],
    ["SET guard.ticket = 'INC-42'", { kind: 'set', field: 'ticket', value: 'INC-42' }],
    [
      "set session guard.purpose to 'the member''s complaint';",
      { kind: 'set', field: 'purpose', value: "the member's complaint" },
    ],
    ['RESET guard.ticket', { kind: 'reset', field: 'ticket' }],
  ])('%s', (text, expected) => {
    expect(readOwnStatement(text)).toEqual(expected);
  });

  test.each([
    'SHOW guard.secrets',
    'SET guard.ticket = INC',
    "SET LOCAL guard.ticket = 'x'",
    'SHOW "guard".status',
    "SET guard.ticket = 'a'; DROP TABLE patients",
    `SET guard.ticket = '${'x'.repeat(501)}'`,
    `SET guard.ticket = '${'x'.repeat(5_000)}'`,
    "SET guard.ticket = E'a\\'b'",
  ])('%s is not understood and not passed on', (text) => {
    expect(readOwnStatement(text)).toEqual({ kind: 'misspelt' });
  });

  test.each([
    'SELECT 1',
    'SHOW server_version',
    "SELECT 'SHOW guard.status'",
    'SHOW guardian.status',
    "SET search_path = 'guard.x'",
  ])('%s is not ours', (text) => {
    expect(readOwnStatement(text)).toBeUndefined();
  });
});
