import { beforeAll, describe, expect, test } from 'vitest';
import { VERDICTS } from '../../src/model/verdict.ts';
import { type Classified, keptRegression, RegressionRun } from '../corpus/regression.ts';

/** Texts whose effects are all known; what this counts may only rise. */
const COMPLETE_FLOOR = 41_756;
const TRACED_FLOOR = 41_035;
const TEXTS = 42_933;
/** 42,933 texts take about 15 seconds of a processor that has nothing else to do. */
const BUSY_MACHINE_MS = 600_000;
/** PostgreSQL 15 raises its own error for it where PostgreSQL 18's grammar already refuses. */
const ONLY_OLDER_GRAMMAR = ['PARTITION BY MAGIC'];

let all: readonly Classified[];
beforeAll(async () => {
  const texts = keptRegression();
  const run = await RegressionRun.over(texts);
  all = texts.map((text) => run.classify(text));
}, BUSY_MACHINE_MS);

describe("every statement that PostgreSQL's regression tests accept", () => {
  test('is classified without a crash', () => {
    expect(all).toHaveLength(TEXTS);
    expect(all.filter(({ evaluation }) => !VERDICTS.includes(evaluation.decision.verdict))).toEqual([]);
  });

  test('is read by the grammar', () => {
    const unread = all.filter(({ evaluation }) => evaluation.parsed !== 'complete').map(({ text }) => text);
    expect(unread.filter((text) => !ONLY_OLDER_GRAMMAR.some((part) => text.includes(part)))).toEqual([]);
  });

  test('has a plan and a finding for each of its statements', () => {
    const silent = all.filter(({ evaluation }) => evaluation.plans.length > evaluation.findings.length);
    expect(silent.map(({ text }) => text)).toEqual([]);
  });

  test('is not misread: no kind of statement is unknown to guard', () => {
    const strange = all.flatMap(({ reasons, text }) =>
      reasons.some((reason) => reason.startsWith('sql.unjudged')) ? [text] : [],
    );
    expect(strange).toEqual([]);
  });

  test('has effects that are all known, for as many as before', () => {
    expect(all.filter(({ reasons }) => reasons.length === 0).length).toBeGreaterThanOrEqual(COMPLETE_FLOOR);
  });

  test('has result columns that are followed, for as many as before', () => {
    expect(all.filter(({ traced }) => traced).length).toBeGreaterThanOrEqual(TRACED_FLOOR);
  });
});
