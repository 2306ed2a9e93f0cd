import { beforeAll, expect, test } from 'vitest';
import { LocalJudge } from '../../src/judge/local-judge.ts';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import { rawText } from '../../src/model/text.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { compileBuiltIn } from '../../src/policy/compile.ts';
import { claimedSituation } from '../../src/session/check.ts';

beforeAll(loadSqlParser);

const picture = (version: string): CatalogSnapshot => ({
  version,
  database: 'clinic',
  searchPath: ['public'],
  relations: [],
  foreignKeys: [],
  functions: [],
  complete: true,
});

test('a picture that is used again and again stays, however many others come', async () => {
  const judge = new LocalJudge({ policy: compileBuiltIn() });
  const ask = () =>
    judge.judge({
      channel: { language: 'sql', via: 'wire', certainty: 'exact' },
      text: rawText('SELECT 1'),
      target: { kind: 'postgres', name: 'clinic' },
      situation: claimedSituation({}, { breakglass: false }),
      catalog: 'first',
      entry: false,
    });
  await judge.learn(picture('first'));
  for (let at = 0; at < 100; at += 1) {
    await judge.learn(picture(`other ${at}`));
    expect((await ask()).verdict).toBe('allow');
  }
});
