import { expect, test } from 'vitest';
import { lineProblem } from '../../../src/protocols/psql/open-input.ts';

test.each(['SELECT 1;', '\\echo done', '\\x', '1\t\\N', "\\set x 'a'", '\\dt+ claims', '\\.'])(
  '%s may go on',
  (line) => {
    expect(lineProblem(line)).toBeUndefined();
  },
);

test.each([
  '\\! id',
  'SELECT 1 \\g |sh',
  '\\\\\\! id',
  "SELECT '\\! id';",
  '\\echo `id`',
  "\\set x '\\134! id'",
  '\\copy t to program x',
  '\\i other.sql',
  "SELECT 'DROP' \\gexec",
  'SELECT 1 AS x \\gset',
])('%s may not', (line) => {
  expect(lineProblem(line)).toBeDefined();
});
