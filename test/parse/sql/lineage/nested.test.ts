import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { traceOutputs } from '../../../../src/parse/sql/lineage/trace.ts';
import { loadSqlParser } from '../../../../src/parse/sql/parse-sql.ts';
import { statement, world } from './judge.ts';
import { queries } from './query-grammar.ts';

beforeAll(loadSqlParser);

const RUNS = 1_500;

test('queries nested six deep: no classed value is missed, no clean column is masked', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }).chain(queries), ({ sql, outputs }) => {
      const traced = traceOutputs(statement(sql), world());
      if (traced.kind !== 'columns') throw new Error(`not counted: ${sql}`);
      expect(traced.columns.map(({ name }) => name)).toEqual(outputs.map(({ name }) => name));
      traced.columns.forEach(({ classes, how, name }, index) => {
        const truth = outputs[index]?.truth;
        const told = classes.length > 0 || how === 'opaque';
        if (truth !== 'may' && told !== (truth === 'yes'))
          throw new Error(`${name} is ${how} ${classes}, not ${truth}: ${sql}`);
      });
    }),
    { numRuns: RUNS },
  );
});
