import type { Finding } from '../model/finding.ts';
import type { PsqlCommand } from '../model/psql.ts';
import type { Span } from '../model/span.ts';
import type { PsqlRule, PsqlSetting } from './define-psql-rule.ts';
import { backquote } from './rules/psql/backquote.ts';
import { connect } from './rules/psql/connect.ts';
import { copy } from './rules/psql/copy.ts';
import { display } from './rules/psql/display.ts';
import { edit } from './rules/psql/edit.ts';
import { encoding } from './rules/psql/encoding.ts';
import { environment } from './rules/psql/environment.ts';
import { history } from './rules/psql/history.ts';
import { include } from './rules/psql/include.ts';
import { largeObject } from './rules/psql/large-object.ts';
import { output } from './rules/psql/output.ts';
import { password } from './rules/psql/password.ts';
import { pipe } from './rules/psql/pipe.ts';
import { restrict } from './rules/psql/restrict.ts';
import { runTime } from './rules/psql/run-time.ts';
import { shell } from './rules/psql/shell.ts';
import { startupFile } from './rules/psql/startup-file.ts';
import { statement } from './rules/psql/statement.ts';
import { unknown } from './rules/psql/unknown.ts';
import { variable } from './rules/psql/variable.ts';

/** Every rule about backslash commands, one line each. */
export const PSQL_RULES: readonly PsqlRule[] = [
  shell,
  pipe,
  backquote,
  copy,
  output,
  startupFile,
  history,
  largeObject,
  include,
  edit,
  connect,
  variable,
  environment,
  restrict,
  password,
  encoding,
  runTime,
  statement,
  display,
  unknown,
];

const FOR_ANY = PSQL_RULES.filter((rule) => rule.on === 'any');
const BY_NAME = new Map<string, readonly PsqlRule[]>();
for (const rule of PSQL_RULES) {
  if (rule.on === 'any') continue;
  for (const name of rule.on) BY_NAME.set(name, [...(BY_NAME.get(name) ?? []), rule]);
}

/** What the rules find in one command, at least one finding. `span`: where it stands in the text. */
export function analyzeCommand(command: PsqlCommand, span: Span, setting: PsqlSetting): readonly Finding[] {
  const rules = [...(BY_NAME.get(command.name ?? '') ?? []), ...FOR_ANY];
  const found = rules.flatMap((rule) => {
    const part = rule.check(command, setting);
    return part === undefined ? [] : [{ rule: rule.id, intent: rule.intent, span, ...part }];
  });
  return found.length > 0 ? found : [unjudged(span)];
}

/** A name in the syntax that no rule is about. */
function unjudged(span: Span): Finding {
  return {
    rule: 'psql.unjudged',
    intent: 'unknown',
    span,
    objects: [],
    tags: ['unlisted'],
    effect: 'Gives psql a command that no rule describes.',
    why: 'What guard can not describe it can not vouch for.',
    instead: "See \\? for psql's own commands.",
  };
}
