import type { PsqlCommand } from '../../../model/psql.ts';
import { definePsqlRule } from '../../define-psql-rule.ts';
import type { FindingPart } from '../../define-rule.ts';
import { plain, unseen } from '../../psql-findings.ts';
import { nestedProgram } from '../../psql-program.ts';
import { objectsOf } from '../../psql-wording.ts';

const PROMPT = /^PROMPT[123]$/;

export const variable = definePsqlRule({
  id: 'psql.variable',
  intent: 'session.control',
  on: ['set', 'unset'],
  hits: [
    '\\set',
    '\\set limit 10',
    '\\unset limit',
    "\\set PROMPT1 '%`id`%# '",
    "\\set PROMPT2 '> '",
    '\\set HISTFILE /tmp/h',
    "\\set x '\\\\! id'",
    '\\set :name 1',
  ],
  misses: ['\\setenv A b', 'set search_path to x', '\\pset format csv'],
  check: (command) => {
    const [name] = command.args;
    if (name === undefined) return plain('Shows the variables of psql.');
    if (name.value === undefined) {
      return unseen(
        'Sets a variable of psql whose name is known at run time only.',
        'Some variables make psql run programs or write files.',
        'Write the name itself.',
      );
    }
    return (
      special(name.value, command) ?? { ...plain('Sets a variable of psql.'), objects: objectsOf(name.value) }
    );
  },
});

function special(name: string, command: PsqlCommand): FindingPart | undefined {
  const values = command.args.slice(1);
  const value = values.map((argument) => argument.value ?? '').join('');
  if (PROMPT.test(name)) return prompt(name, value);
  if (name === 'HISTFILE') {
    return {
      intent: 'audit.tamper',
      objects: [name],
      tags: ['log-tamper', 'client-file'],
      effect: 'Makes psql write what is typed to another file, or to none.',
      why: 'The history is a record, and psql writes over the file that is named.',
      instead: 'Leave it as it is; HISTCONTROL and HISTSIZE may be set.',
    };
  }
  if (!value.includes('\\')) return undefined;
  return unseen(
    "Sets a variable to a text that can hold psql's own commands.",
    'Wherever the variable stands in a statement psql runs them.',
    'Type the commands themselves.',
  );
}

function prompt(name: string, value: string): FindingPart {
  if (value.includes('`')) {
    const line = /`([^`]*)/.exec(value)?.[1] ?? '';
    return { intent: 'exec.nested', ...nestedProgram(`${line};`, ' each time the prompt is shown') };
  }
  return {
    intent: 'guard.escape',
    objects: [name],
    tags: ['prompt'],
    effect: "Changes psql's prompt.",
    why: 'In the prompt stand the marks by which guard knows where a line begins.',
    instead: 'Set it in ~/.psqlrc: guard keeps your prompt from there.',
  };
}
