import { once } from 'node:events';
import { isMainThread } from 'node:worker_threads';
import { GuardError } from '../../model/errors.ts';
import { LANGUAGES, type Language } from '../../model/judge.ts';
import { present } from '../../model/present.ts';
import type { Verdict } from '../../model/verdict.ts';
import { observePurpose } from '../../observe/purpose.ts';
import { loadSqlParser } from '../../parse/sql/parse-sql.ts';
import {
  type CheckAnswer,
  type Checker,
  type CheckRequest,
  createChecker,
  refusedCheck,
} from '../../session/check.ts';
import { answerLine, type InputLine, LineCutter, MOST_LINE_BYTES } from '../../session/check-lines.ts';
import { policyHere } from '../../session/check-policy.ts';
import { readSchema } from '../../session/check-schema.ts';
import { checkReport } from '../check-report.ts';
import { runWithDeepStack } from '../deep-stack.ts';
import { EXIT } from '../exit-status.ts';
import { type CommonValues, readCommonOptions } from '../options.ts';
import { paintFor } from '../paint.ts';

type Options = Readonly<Record<string, unknown>>;

const FROM_INPUT = '-';
/** Answers are written in pieces of about this many UTF-16 units, and at the end of what was read. */
const PIECE = 64 * 1024;

function statusOf(verdict: Verdict): number {
  switch (verdict) {
    case 'allow':
      return EXIT.ok;
    case 'approve':
      return EXIT.waiting;
    case 'prompt':
    case 'block':
      return EXIT.refused;
  }
}

function language(options: Options): Language | undefined {
  return LANGUAGES.find((each) => each === options['lang']);
}

async function openChecker(common: CommonValues, options: Options): Promise<Checker> {
  const [policy] = await Promise.all([policyHere(common.policy), loadSqlParser()]);
  const { schema } = options;
  return createChecker({
    policy,
    purpose: observePurpose(process.env, present({ ticket: common.ticket, purpose: common.purpose })),
    ...(typeof schema === 'string' ? { schema: readSchema(schema) } : {}),
  });
}

/** Standard input as a whole; undefined when it is too long or not UTF-8. */
async function readInput(): Promise<string | undefined> {
  if (process.stdin.isTTY) process.stderr.write('guard: reading what to check; end it with Ctrl-D\n');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_LINE_BYTES) return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return undefined;
  }
}

function unreadableInput(): CheckAnswer {
  return refusedCheck({
    rule: 'check.bad-text',
    parsed: 'beyond-limits',
    why: 'It is no UTF-8 text of at most 16 MiB.',
    instead: 'Check smaller pieces of text.',
  });
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

async function answerAll(
  lines: readonly InputLine[],
  check: Checker,
  defaults: Partial<CheckRequest>,
): Promise<void> {
  let piece = '';
  for (const line of lines) {
    piece += `${await answerLine(line, check, defaults)}\n`;
    if (piece.length >= PIECE) {
      await write(piece);
      piece = '';
    }
  }
  if (piece !== '') await write(piece);
}

async function checkLines(check: Checker, defaults: Partial<CheckRequest>): Promise<number> {
  const cutter = new LineCutter();
  for await (const chunk of process.stdin) await answerAll(cutter.push(chunk), check, defaults);
  await answerAll(cutter.end(), check, defaults);
  return EXIT.ok;
}

async function checkOne(given: string | undefined, check: Checker, defaults: Partial<CheckRequest>) {
  const text = given === undefined || given === FROM_INPUT ? await readInput() : given;
  const answer = text === undefined ? unreadableInput() : await check({ ...defaults, text });
  return { text: text ?? '', answer };
}

/** `guard check [TEXT | -]` and `guard check --jsonl`: the verdict; nothing is run, nothing is recorded. */
export async function check(text: string | undefined, options: Options): Promise<number> {
  const common = readCommonOptions(options);
  const lines = options['jsonl'] === true;
  if (lines && text !== undefined)
    throw new GuardError('USAGE', '--jsonl reads standard input; it takes no text');
  // Somebody's lines may be nested as deeply as they like; one of them must not spoil the others.
  if (lines && isMainThread) return runWithDeepStack(process.argv.slice(2));
  const checker = await openChecker(common, options);
  const defaults = present({
    lang: language(options),
    env: common.env,
    actor: common.actor,
    cwd: process.cwd(),
  });
  if (lines) return checkLines(checker, defaults);
  const { text: checked, answer } = await checkOne(text, checker, defaults);
  const report = common.json
    ? [JSON.stringify(answer)]
    : checkReport(checked, answer, paintFor(common.color));
  process.stdout.write(`${report.join('\n')}\n`);
  return statusOf(answer.verdict);
}
