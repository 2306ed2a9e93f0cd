import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readScript } from '../../src/parse/psql/script.ts';
import type { ScriptOptions } from '../../src/parse/psql/script-options.ts';
import { type PsqlRecorder, recordPsql } from './psql-recorder.ts';

/** The psql that stands here. */
const PSQL = 15;
const SCRIPTS = 200;
const ROUNDS = 3;

let psql: PsqlRecorder;
beforeAll(async () => {
  psql = await recordPsql();
});
afterAll(async () => psql[Symbol.asyncDispose]());

interface Foreseen {
  readonly sent: readonly string[];
  readonly echoed: string;
}

/** What guard says that psql will send, and print for `\echo`. */
function foresee(text: string, options: Partial<ScriptOptions> = {}): Foreseen {
  const { parts } = readScript(text, { source: 'file', complete: true, psql: PSQL, ...options });
  const sent = parts.flatMap((part) => {
    if (part.kind === 'command') return part.command.copy?.sql ?? [];
    return part.kind === 'sql' ? [part.text] : [];
  });
  const echoed = parts.flatMap((part) =>
    part.kind === 'command' && part.command.name === 'echo'
      ? [`${part.command.args.map((argument) => argument.value).join(' ')}\n`]
      : [],
  );
  return { sent, echoed: echoed.join('') };
}

const SQL = [
  ...['select ', '1', ' ', '\n', '\r', ';', ';\n', '(', ')', ', ', '+', '-', '--', '/*', '*/', '*', '/', '.'],
  ...[
    "'",
    "''",
    '"',
    "E'",
    "e'",
    "U&'",
    'U&"',
    "N'",
    "B'",
    "x'",
    '$$',
    '$a$',
    '$a',
    '$1',
    '$',
    '1e',
    '1.5',
    '1..',
    '.5e',
  ],
  ...[
    '\\;',
    '\\:',
    '::',
    ':=',
    ':x',
    ":'x'",
    ':"x"',
    ':{?x}',
    ':{?y}',
    ':y',
    ':',
    ":'",
    '{',
    '[',
    '@',
    '#',
    'é',
    'a',
    'u&',
    '\t',
  ],
  ...['create ', 'or replace ', 'function ', 'procedure ', 'begin ', 'case ', 'end ', 'atomic '],
];
const COMMANDS = [
  ...[
    '\\echo ',
    '\\echo a',
    '\\\\',
    '\\r',
    '\\g',
    '\\gx\n',
    '\\x',
    '\\foo ',
    '\\if true\n',
    '\\endif\n',
    '\\a',
    '\\gdesc',
  ],
  ...[
    "\\set x 'a b'\n",
    "\\set x ';'\n",
    "\\set x ''''\n",
    '\\set x :y\n',
    "\\set y '\\\\echo q'\n",
    '\\set y b:x\n',
    '\\unset x\n',
  ],
];

function scripts(fragments: readonly string[], most: number): fc.Arbitrary<string> {
  return fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...SQL) },
        { weight: 1, arbitrary: fc.constantFrom(...fragments) },
      ),
      {
        minLength: 1,
        maxLength: most,
      },
    )
    .map((parts) => parts.join(''));
}

async function compare(texts: readonly string[]): Promise<void> {
  const recorded = await psql.run(texts);
  for (const [index, text] of texts.entries()) {
    const foreseen = foresee(text);
    const { sent, stdout } = recorded[index] ?? { sent: [], stdout: '' };
    expect({ text, sent, echoed: stdout }).toEqual({ text, ...foreseen });
  }
}

/** A copy to or from what is there and can do no harm. */
function isTame(text: string): boolean {
  return readScript(text, { source: 'file', complete: true }).parts.every((part) => {
    const end = part.kind === 'command' ? part.command.copy?.end : undefined;
    if (end?.kind === 'file') return end.path === '/dev/null';
    return end?.kind === 'program' ? end.command === 'true' : true;
  });
}

describe('what guard foresees is what psql does', () => {
  test.each(Array.from({ length: ROUNDS }, (_, round) => [round]))('SQL, round %i', async () => {
    await compare(fc.sample(scripts(['\\;'], 25), SCRIPTS));
  });

  test.each(Array.from({ length: ROUNDS }, (_, round) => [round]))('SQL and commands, round %i', async () => {
    const texts = fc.sample(scripts(COMMANDS, 20), SCRIPTS);
    await compare(
      texts.filter(
        (text) => readScript(text, { source: 'file', complete: true, psql: PSQL }).problem === undefined,
      ),
    );
  });

  test('\\copy', async () => {
    const pieces = [
      ...[
        't',
        ' ',
        ' from',
        ' to',
        ' stdin',
        ' stdout',
        ' pstdout',
        " '/dev/null'",
        ' /dev/null',
        ' program',
        " 'true'",
        ' (',
        ')',
        '(',
        'a, b',
      ],
      ...[
        'select 1',
        "'x'",
        "E'\\''",
        '"t"',
        '.',
        ';',
        ' with csv',
        "  delimiter ','",
        'binary ',
        "it''s",
        ' select 2',
      ],
    ];
    const texts = fc.sample(
      fc
        .array(fc.constantFrom(...pieces), { minLength: 2, maxLength: 9 })
        .map((parts) => `\\copy ${parts.join('')}\n`),
      SCRIPTS * 2,
    );
    const shapes = [
      "t from '/dev/null'",
      'public.t (a, "b c") to stdout csv',
      "(select (1), E'\\')' from \"x\") to /dev/null",
      "t to program 'true' ; select 1",
    ];
    await compare(
      [...shapes.map((shape) => `\\copy ${shape}\n`), ...texts].filter(
        (text) => !/stdin/.test(text) && isTame(text),
      ),
    );
  });

  test.each([
    ['what COPY takes', 'copy t from stdin; select 1;\na\\b\n\\echo no\n\\.\nselect 2;'],
    ['what COPY takes twice', 'copy t from stdin\\; copy t from stdin;\n1\n\\.\n2\n\\.\nselect 2;'],
    ['what COPY takes behind \\g', 'copy t from stdin \\g\n1\n\\.\n\\echo yes'],
    ['\\copy', '\\copy t from stdin\n1\n\\.\n\\copy (select 1) to stdout\nselect 2;'],
    ['\\gset', 'select 1 \\gset g_\n\\set x 1\nselect :x;\nselect 2;'],
    ['single-line mode', '\\set SINGLELINE on\nselect 1\nselect (\n2)\n\\set SINGLELINE off\nselect 3\n;'],
    ['\\if', '\\if true\nselect (1 \\endif );\n'],
    ['an argument over layers', "\\set x '\\\\echo a'\nselect :x b\n;"],
    ['an unknown name', '\\foo a \\echo no\nselect 1;'],
    ['a byte order mark', '\ufeffselect 1;'],
    ['an empty file', ''],
  ])('%s', async (_, text) => {
    await compare([text]);
  });

  test.each([
    ['SQL', 'select 1; select :x \\echo a'],
    ['a command', '\\echo a \\\\ select 1;'],
    ['two commands', '\\echo a \\echo b'],
    ['a blank before a command', ' \\echo a'],
    ['a newline in a command', '\\echo a\nb'],
    ['an escape', '\\echo \'\\141\\x62\\n\' "c d"e;'],
  ])('-c with %s', async (_, argument) => {
    const { sent, stdout } = await psql.start(['-o', '/dev/null', '-c', argument]);
    const { echoed, ...foreseen } = foresee(argument, { source: 'argument' });
    expect({ sent, echoed: stdout }).toEqual({ ...foreseen, echoed });
  });
});
