import type { ChalkInstance } from 'chalk';
import type { Obligations } from '../model/obligation.ts';
import { unreachable } from '../model/unreachable.ts';
import type { Verdict } from '../model/verdict.ts';
import type { CheckAnswer, CheckFinding } from '../session/check.ts';
import { printable } from '../terminal/printable.ts';
import { underline } from './underline.ts';

/** What the verdict means for whoever would run it. */
export function meaning(verdict: Verdict): string {
  switch (verdict) {
    case 'allow':
      return 'it would run';
    case 'prompt':
      return 'a person would be asked first; in a script it is refused';
    case 'approve':
      return 'it would wait for other people';
    case 'block':
      return 'it would be refused';
    default:
      return unreachable(verdict);
  }
}

export function painted(verdict: Verdict, paint: ChalkInstance): string {
  switch (verdict) {
    case 'allow':
      return paint.green(verdict);
    case 'prompt':
    case 'approve':
      return paint.yellow(verdict);
    case 'block':
      return paint.red(verdict);
    default:
      return unreachable(verdict);
  }
}

export function obligationLines(obligations: Obligations): readonly string[] {
  const { mask, maxRows, typedConfirmation, quorum, requirePurpose } = obligations;
  return [
    ...(mask.length === 0 ? [] : [`values of ${mask.join(', ')} are masked`]),
    ...(maxRows === undefined ? [] : [`a result is cut after ${maxRows} rows`]),
    ...(typedConfirmation === true ? ["the target's name is typed to confirm"] : []),
    ...(quorum === undefined
      ? []
      : [`${quorum} other ${quorum === 1 ? 'person approves' : 'people approve'}`]),
    ...(requirePurpose === true ? ['a purpose is asked for'] : []),
  ];
}

function findingLines(finding: CheckFinding, paint: ChalkInstance): readonly string[] {
  const part = (name: string, text: string) =>
    text === '' ? [] : [`    ${paint.dim(name.padEnd(8))} ${printable(text)}`];
  return [
    `  ${paint.bold(printable(finding.effect))} ${paint.dim(`(${finding.intent}, ${finding.rule})`)}`,
    ...part('why', finding.why),
    ...part('instead', finding.instead),
  ];
}

/** Findings about the same stretch of the text stand below it together. */
function groups(findings: readonly CheckFinding[]): readonly (readonly [CheckFinding, ...CheckFinding[]])[] {
  const bySpan = new Map<string, [CheckFinding, ...CheckFinding[]]>();
  for (const finding of findings) {
    const key = `${finding.span.start}-${finding.span.end}`;
    const known = bySpan.get(key);
    if (known === undefined) bySpan.set(key, [finding]);
    else known.push(finding);
  }
  return [...bySpan.values()];
}

/** What `guard check TEXT` prints. */
export function checkReport(text: string, answer: CheckAnswer, paint: ChalkInstance): readonly string[] {
  const { verdict, rule, parsed, findings, obligations } = answer;
  return [
    `${paint.bold(painted(verdict, paint))}: ${meaning(verdict)} ${paint.dim(`(rule ${rule})`)}`,
    ...groups(findings).flatMap((group) => [
      '',
      ...(text.trim() === '' ? [] : underline(text, group[0].span).map((line) => `    ${line}`)),
      ...group.flatMap((finding) => findingLines(finding, paint)),
    ]),
    ...(parsed === 'complete' ? [] : ['', `  read: ${parsed}`]),
    ...(verdict === 'block' ? [] : obligationLines(obligations)).map(
      (line, index) => `${index === 0 ? '\n' : ''}  ${paint.dim('and')} ${line}`,
    ),
  ];
}
