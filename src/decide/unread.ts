import type { Finding } from '../model/finding.ts';

const INSTEAD = 'Write it as plain statements, one at a time.';

const SOMEWHERE = { intent: 'unknown', span: { start: 0, end: 0 }, objects: [], instead: INSTEAD } as const;

/** Stands for the part of a text that no parser could read; the parser's own words may quote values, so they stay out. */
export const UNREADABLE: Finding = {
  ...SOMEWHERE,
  rule: 'decide.unreadable',
  tags: ['unreadable'],
  effect: 'Part of this could not be read.',
  why: 'What guard can not read it can not vouch for.',
};

/** Stands for statements of which no rule said anything: silence is not consent. */
export const NOTHING_FOUND: Finding = {
  ...SOMEWHERE,
  rule: 'decide.unjudged',
  tags: ['unjudged'],
  effect: 'What this would do is not known.',
  why: 'No analysis rule recognised the statement.',
};
