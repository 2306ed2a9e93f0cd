import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineMark, readSentLine } from '../../../src/session/postgres/line-mark.ts';

const SECRET = 'a secret of this session';

/** As libpq quotes it (appendStringLiteralConn). */
function lookup(text: string, type = 'regproc'): string {
  const quoted = text.replaceAll("'", "''");
  const literal = text.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
  return `SELECT ${literal}::pg_catalog.${type}::pg_catalog.oid`;
}

const sent = (line: string, number = 7): string => {
  const { before, behind } = lineMark(SECRET, number);
  return lookup(before + line + behind);
};

describe('a line on the wire', () => {
  test('is what stood in psql, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '\\', 'a', '\n', '日', '$', ':', 'E') }), (line) => {
        expect(readSentLine(sent(line), SECRET)).toEqual({ number: 7, line });
      }),
    );
  });

  test.each([
    ['another secret', sent('\\x'), 'other'],
    ['no end', lookup(`${lineMark(SECRET, 7).before}\\x`), SECRET],
    ['another number', sent('\\x').replace('guard7', 'guard8'), SECRET],
    ['something behind it', `${sent('\\x')}; DROP TABLE patients`, SECRET],
    ['something before it', `DELETE FROM jobs; ${sent('\\x')}`, SECRET],
    ["somebody's own", lookup('guard7_0'), SECRET],
    ['a plain statement', 'SELECT 1', SECRET],
  ])('%s is an ordinary statement', (_name, statement, secret) => {
    expect(readSentLine(statement, secret)).toBeUndefined();
  });
});
