import fc from 'fast-check';
import { scanSync } from 'libpg-query';
import { beforeAll, describe, expect, test } from 'vitest';
import { sqlLiterals } from '../../../src/parse/sql/literals.ts';
import { loadSqlParser } from '../../../src/parse/sql/parse-sql.ts';

beforeAll(loadSqlParser);

/** Token numbers of PostgreSQL 18's grammar; the library names only some of them. */
const KINDS: ReadonlyMap<number, string> = new Map([
  [260, 'number'],
  [261, 'string'],
  [262, 'string'],
  [263, 'bits'],
  [264, 'bits'],
  [266, 'number'],
  [275, 'comment'],
  [276, 'comment'],
]);

function texts(text: string): readonly string[] {
  return sqlLiterals(text).map((literal) => text.slice(literal.start, literal.end));
}

/** What libpg-query's own lexer finds, in the same terms; undefined when it refuses the text. */
function oracle(text: string): readonly string[] | undefined {
  const bytes = Buffer.from(text);
  try {
    return scanSync(text).tokens.flatMap((token) => {
      const kind = KINDS.get(token.tokenType);
      if (kind === undefined) return [];
      const slice = bytes.subarray(token.start, token.end).toString();
      return [`${slice.startsWith('$') ? 'dollar' : kind} ${slice}`];
    });
  } catch {
    return undefined;
  }
}

const COMMENT_IN_STRING = /'[^']{0,40}--[^\n\r]{0,40}[\n\r][^']{0,40}'/;

describe('literals', () => {
  test.each([
    ["SELECT 'a''b', E'\\'x', 12.5e3", ["'a''b'", "E'\\'x'", '12.5e3']],
    ["SELECT $q$it's$q$, $$x$$, $1", ["$q$it's$q$", '$$x$$']],
    ['SELECT "a\'b", x -- it\'s\n, 1', ["-- it's", '1']],
    ["/* a /* b */ ' */ SELECT 'x'", ["/* a /* b */ ' */", "'x'"]],
    ["SELECT U&'d\\0061t', U&\"a'b\", B'01', x'FF', N'n'", ["U&'d\\0061t'", "B'01'", "x'FF'", "'n'"]],
    ["SELECT 'a'\n  -- between\n  'b', 3", ["'a'\n  -- between\n  'b'", '3']],
    ["SELECT ''--\n'', 3", ["''--\n''", '3']],
    ["SELECT E'a'\n'\\'b', 3", ["E'a'\n'\\'b'", '3']],
    ["SELECT a$b$c, t1.x2, 0x1F, 1_000, .5, 'open", ['0x1F', '1_000', '.5', "'open"]],
    ["SELECT type'x', name'y'", ["'x'", "'y'"]],
  ])('%s', (text, expected) => {
    expect(texts(text)).toEqual(expected);
  });

  test('agrees with the lexer of PostgreSQL on everything that lexer accepts', () => {
    const piece = fc.constantFrom(
      ..."'|''|\"|\"\"|$|$$|$a$|$1|E'|e'|\\|\\'|\\\\|U&'|u&\"|B'|x'|N'|0|1|2.5|1e3|.|..|0x1|_|a|é|𝒳|--|/*|*/|\n|\r| |\t|;|,|(|)|+|-|*|/|::|ab|e|b0".split(
        '|',
      ),
    );
    let compared = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        const text = pieces.join('');
        // Comments are tokens to the library, but white space to PostgreSQL (scan.l, whitespace_with_newline): there
        // a string goes on behind one.
        fc.pre(!COMMENT_IN_STRING.test(text));
        const expected = text === '' ? undefined : oracle(text);
        if (expected === undefined) return;
        compared += 1;
        const found = sqlLiterals(text).map(
          (literal) => `${literal.kind} ${text.slice(literal.start, literal.end)}`,
        );
        expect(found).toEqual(expected);
      }),
      { numRuns: 6000 },
    );
    expect(compared).toBeGreaterThan(300);
  });

  test('a long text is read in one pass', () => {
    const text = `SELECT ${"'a''b' || $x$y$x$ /* c */ ".repeat(20_000)}`;
    expect(sqlLiterals(text)).toHaveLength(60_000);
  });
});
