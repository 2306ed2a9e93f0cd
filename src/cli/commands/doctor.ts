import type { ChalkInstance } from 'chalk';
import { examine } from '../../session/doctor/examine.ts';
import type { DoctorFinding } from '../../session/doctor/finding.ts';
import { selfTest } from '../../session/doctor/parser-agreement.ts';
import { TRUST } from '../../session/doctor/trust.ts';
import { printableLines } from '../../terminal/printable.ts';
import { wrap } from '../../terminal/width.ts';
import { EXIT } from '../exit-status.ts';
import { paintFor } from '../paint.ts';
import { VERSION } from '../version.ts';

const WIDTH = 96;
const INDENT = ' '.repeat(9);
const ABOUT_WIDTH = 16;

function mark(state: DoctorFinding['state'], paint: ChalkInstance): string {
  switch (state) {
    case 'ok':
      return paint.green('ok     ');
    case 'warn':
      return paint.yellow('warn   ');
    case 'problem':
      return paint.red('problem');
  }
}

function findingLines(
  { about, state, says, instead }: DoctorFinding,
  paint: ChalkInstance,
): readonly string[] {
  const [first = '', ...rest] = printableLines(says).flatMap((line) => wrap(line, WIDTH));
  const what = `${mark(state, paint)}  ${about.padEnd(ABOUT_WIDTH)} `;
  const indent = INDENT + ' '.repeat(ABOUT_WIDTH + 1);
  return [
    `${what}${first}`,
    ...rest.map((line) => `${indent}${line}`),
    ...(instead === undefined ? [] : printableLines(instead).map((line) => `${indent}→ ${line}`)),
  ];
}

function closing(findings: readonly DoctorFinding[]): string {
  const count = (state: DoctorFinding['state']) => findings.filter((each) => each.state === state).length;
  const [warnings, problems] = [count('warn'), count('problem')];
  if (problems > 0) return `${problems} problem${problems === 1 ? '' : 's'} to solve`;
  return warnings === 0 ? 'all is well' : `works; ${warnings} thing${warnings === 1 ? '' : 's'} to know`;
}

/** `guard doctor`: what is here, what is missing, how far guard can be trusted. Exit 1 when something does not work. */
export async function doctor(options: Readonly<Record<string, unknown>>): Promise<number> {
  const findings = [...(await examine(VERSION)), ...(options['selfTest'] === true ? [await selfTest()] : [])];
  const isWell = findings.every(({ state }) => state !== 'problem');
  if (options['json'] === true) {
    process.stdout.write(`${JSON.stringify({ ok: isWell, findings, trust: TRUST })}\n`);
    return isWell ? EXIT.ok : EXIT.found;
  }
  const paint = paintFor(options['color'] !== false);
  const lines = [
    ...findings.flatMap((finding) => findingLines(finding, paint)),
    '',
    ...wrap(`trust ${TRUST.level}: ${TRUST.says}`, WIDTH),
    '',
    closing(findings),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return isWell ? EXIT.ok : EXIT.found;
}
