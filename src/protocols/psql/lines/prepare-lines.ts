import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../../../host/private-file.ts';
import type { PsqlProgram } from '../../../wire/postgres/resolve/resolve.ts';
import type { Variables } from '../../../wire/postgres/resolve/settings.ts';
import type { PsqlPlan } from '../arguments.ts';
import { restrictHolds } from '../restricted-mode.ts';
import { inputrcText, type PrivateKeys, privateKeys } from './private-keys.ts';
import { PROMPT_VARIABLES, promptFrame, promptLines } from './prompt-marks.ts';

/** What a session's line layer shares with the psql it stands in front of. */
export interface LineSetup {
  readonly keys: PrivateKeys;
  /** What all of them begin with. */
  readonly keyPrefix: string;
  /** In the marks around prompts. */
  readonly secret: string;
  /** psql's restricted mode can be left by a line that nobody read. */
  readonly leaky: boolean;
}

export interface LinesInput {
  readonly plan: PsqlPlan;
  readonly rcText: string;
  /** The user said -X: psql reads no psqlrc at all. */
  readonly skip: boolean;
  readonly env: Variables;
  readonly home: string;
  /** guard's own, 0700. */
  readonly folder: string;
  readonly psql: PsqlProgram;
}

export interface PreparedLines {
  readonly plan: PsqlPlan;
  readonly rcText: string;
  readonly setup: LineSetup;
}

const SECRET_BYTES = 8;
/** Keys are made of digits; 10¹² of them can't be tried out. */
const KEY_DIGITS = 12;
const DIGIT = 10;
const SYSTEM_INPUTRC = '/etc/inputrc';
/** psql's own (settings.h). */
const DEFAULT_PROMPTS = { PROMPT1: '%/%R%x%# ', PROMPT2: '%/%R%x%# ', PROMPT3: '>> ' } as const;
const HISTCONTROL = /^\\set HISTCONTROL (\S{1,32})/;

function userInputrc({ env, home }: LinesInput): string | undefined {
  const named = env['INPUTRC'] || join(env['HOME'] || home, '.inputrc');
  return [named, SYSTEM_INPUTRC].find(existsSync);
}

/** What was said with `-v`; the last one wins. */
function variable(plan: PsqlPlan, name: string): string | undefined {
  const said = plan.argv.findLast((word) => word.startsWith(`${name}=`));
  return said?.slice(name.length + 1);
}

/** guard's own lines begin with a blank: such lines must not be remembered, whatever else the user wants. */
function histControl(said: string | undefined): string {
  return said === 'ignoredups' || said === 'ignoreboth' ? 'ignoreboth' : 'ignorespace';
}

function rcLines(input: LinesInput, secret: string): string {
  const set = input.rcText.split('\n').findLast((line) => HISTCONTROL.test(line));
  const said = HISTCONTROL.exec(set ?? '')?.[1] ?? variable(input.plan, 'HISTCONTROL');
  const lines = [...promptLines(secret), `\\set HISTCONTROL ${histControl(said)}`];
  return input.rcText + lines.map((line) => `${line}\n`).join('');
}

/** With -X psql is told in its arguments. */
function withVariables(input: LinesInput, secret: string): PsqlPlan {
  const { plan } = input;
  const prompts = PROMPT_VARIABLES.flatMap((name) => {
    const { before, behind } = promptFrame(name, secret);
    return ['-v', `${name}=${before}${variable(plan, name) ?? DEFAULT_PROMPTS[name]}${behind}`];
  });
  const history = ['-v', `HISTCONTROL=${histControl(variable(plan, 'HISTCONTROL'))}`];
  return { ...plan, argv: [...plan.argv, ...prompts, ...history] };
}

/** Gives psql the marks and keys by which guard reads its lines; writes readline's settings into guard's folder. */
export function prepareLines(input: LinesInput): PreparedLines {
  const digits = Array.from({ length: KEY_DIGITS }, () => String(randomInt(DIGIT))).join('');
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  const keys = privateKeys(digits);
  const inputrc = join(input.folder, 'inputrc');
  writePrivateFile(inputrc, inputrcText(keys, userInputrc(input)));
  const plan = input.skip ? withVariables(input, secret) : input.plan;
  return {
    plan: { ...plan, env: { ...plan.env, INPUTRC: inputrc } },
    rcText: input.skip ? input.rcText : rcLines(input, secret),
    setup: { keys, keyPrefix: `\x1b[${digits}`, secret, leaky: !restrictHolds(input.psql.version) },
  };
}
