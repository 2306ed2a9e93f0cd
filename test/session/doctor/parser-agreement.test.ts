import { beforeAll, describe, expect, test } from 'vitest';
import { rawText } from '../../../src/model/text.ts';
import { loadSqlParser } from '../../../src/parse/sql/parse-sql.ts';
import { secondOpinion } from '../../../src/parse/sql/second-opinion.ts';
import { SELF_TEST_STATEMENTS, selfTest } from '../../../src/session/doctor/parser-agreement.ts';

beforeAll(loadSqlParser);

describe('two parsers', () => {
  test('agree on the built-in list', async () => {
    const finding = await selfTest();
    expect(finding.state, finding.says).toBe('ok');
    const opinions = await Promise.all(SELF_TEST_STATEMENTS.map((text) => secondOpinion(rawText(text))));
    expect(opinions.filter(({ kind }) => kind === 'agree').length).toBeGreaterThan(50);
  });

  // guard looks into the block, the other parser does not.
  test('a difference is a problem that names the statement', async () => {
    const text = 'DO $$ BEGIN DELETE FROM staff; END $$';
    expect(await secondOpinion(rawText(text))).toMatchObject({ kind: 'differ' });
    expect(await selfTest(['SELECT 1', text])).toMatchObject({
      state: 'problem',
      says: expect.stringContaining(text),
    });
  });

  test('a list that neither reads proves nothing', async () => {
    expect(await selfTest(['SELEC'])).toMatchObject({ state: 'problem' });
  });

  test.each([
    ['SELEC 1', 'unread'],
    ['COPY t TO STDOUT', 'unread'],
    [`SELECT ${'1 + '.repeat(2_000)}1`, 'too-long'],
    ['CREATE EXTENSION x; ALTER SEQUENCE s RESTART', 'unlisted'],
  ])('is silent on %.30s', async (text, because) => {
    expect(await secondOpinion(rawText(text))).toEqual({ kind: 'silent', because });
  });
});
