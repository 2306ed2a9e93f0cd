import { describe, expect, test } from 'vitest';
import type { ScriptPart } from '../../../src/model/psql.ts';
import { readScript } from '../../../src/parse/psql/script.ts';
import type { ScriptOptions } from '../../../src/parse/psql/script-options.ts';

/** One word a part: SQL as it stands, commands with their arguments, `?` for one that is decided at run time. */
function brief(part: ScriptPart): string {
  switch (part.kind) {
    case 'sql':
      return part.doubt === undefined ? part.text : `${part.text} (?)`;
    case 'data':
      return `data ${JSON.stringify(part.text)}`;
    case 'command':
      return [
        `\\${part.command.name ?? `?${part.command.written}`}`,
        ...part.command.args.map((arg) => arg.value ?? '?'),
      ].join('|');
  }
}

function read(text: string, options: Partial<ScriptOptions> = {}): readonly string[] {
  return readScript(text, { source: 'file', complete: true, ...options }).parts.map(brief);
}

describe('statements as psql sends them', () => {
  test.each([
    ['one a line', 'select 1;\nselect 2;\n', ['select 1;', 'select 2;']],
    ['several on a line', 'select 1; select 2;', ['select 1;', 'select 2;']],
    ['over several lines', 'select\n\n  1\n;', ['select\n  1\n;']],
    ['the last one without a semicolon', 'select 1', ['select 1']],
    ['a semicolon in quotes', `select ';', ";", $$;$$, $a$;$$;$a$;`, [`select ';', ";", $$;$$, $a$;$$;$a$;`]],
    ['a doubled quote', "select 'a'';';", ["select 'a'';';"]],
    ['a backslash in plain quotes', "select '\\'; select 2;", ["select '\\';", 'select 2;']],
    ['a backslash in E quotes', "select E'\\';' ; select 2;", ["select E'\\';' ;", 'select 2;']],
    ['a doubled quote in E quotes', "select E'a''\\';';", ["select E'a''\\';';"]],
    ['an E string that goes on', "select E'a'\r'\\';';", ["select E'a'\r'\\';';"]],
    ['Unicode quotes', `select U&'\\0041;', U&"a;b";`, [`select U&'\\0041;', U&"a;b";`]],
    ['nested comments', 'select /* ; /* ; */ ; */ 1;', ['select /* ; /* ; */ ; */ 1;']],
    ['a line comment', '-- one;\nselect 1 -- ;\n;', ['select 1 -- ;\n;']],
    ['an operator before a comment', 'select 1+-- ;\n2;', ['select 1+-- ;\n2;']],
    [
      'parentheses',
      'create rule r as on insert to t do (select 1; select 2);',
      ['create rule r as on insert to t do (select 1; select 2);'],
    ],
    [
      'a body of an SQL function',
      'create function f() returns int begin atomic select case when true then 1 end; end; select 2;',
      ['create function f() returns int begin atomic select case when true then 1 end; end;', 'select 2;'],
    ],
    ['BEGIN alone', 'begin; select 1; end;', ['begin;', 'select 1;', 'end;']],
    ['an identifier with a dollar sign', 'select a$b$ ; select c$b$;', ['select a$b$ ;', 'select c$b$;']],
    ['\\;', 'select 1\\; select 2;', ['select 1; select 2;']],
    ['a mark at the beginning', '\ufeffselect 1;', ['select 1;']],
    ['an empty line in quotes', "select 'a\n\nb';", ["select 'a\n\nb';"]],
  ])('%s', (_, text, parts) => {
    expect(read(text)).toEqual(parts);
  });
});

describe('commands', () => {
  test.each([
    ['several on a line', '\\x \\a\\timing on', ['\\x', '\\a', '\\timing|on']],
    ['behind SQL', 'select 1 \\g out', ['select 1 ', '\\g|out']],
    ['before SQL', '\\echo a \\\\ select 1;', ['\\echo|a', 'select 1;']],
    [
      'aliases',
      '\\c - - h\n\\i f\n\\ir f\n\\o |cat x \\x',
      ['\\connect|-|-|h', '\\include|f', '\\include_relative|f', '\\out||cat x \\x'],
    ],
    [
      'the whole line',
      "\\! echo 'a' \\x\n\\copy t to 'x \\\\'",
      ["\\!|echo 'a' \\x", "\\copy|t to 'x \\\\'"],
    ],
    ['a name psql does not know drops its line', '\\foo a \\! id\nselect 1;', ['\\?foo', 'select 1;']],
    ['quoted arguments', `\\echo 'it''s' "a b" 'a\\tb' 'x'y`, [`\\echo|it's|"a b"|a\tb|xy`]],
    ['octal and hexadecimal escapes', "\\set x '\\174id' '\\x7cid'", ['\\set|x||id||id']],
    ['backquotes', '\\set x `id`', ['\\set|x|?']],
    ['options before a program', 'select 1 \\g (format=csv) |cat', ['select 1 ', '\\g|(format=csv)||cat']],
    ['a quotation that is not closed is no argument', "\\o 'x", ['\\out']],
    ['inside a statement', 'select 1\n\\x\n+1;', ['\\x', 'select 1\n+1;']],
    ['inside quotes', "select '\n\\! id\n';", ["select '\n\\! id\n';"]],
    ['\\r empties the buffer', 'select ( \\r\nselect 2;', ['\\reset', 'select 2;']],
    ['\\g without a statement repeats', 'select 1;\n\\g', ['select 1;', 'select 1;', '\\g']],
    ['\\d with anything behind it', '\\dt+ pat*', ['\\d|pat*']],
  ])('%s', (_, text, parts) => {
    expect(read(text)).toEqual(parts);
  });

  test('belongs to a version', () => {
    expect(read('select $1 \\bind 4 \\g', { psql: 16 })).toEqual(['\\bind|4', 'select $1 ', '\\g']);
    expect(read('select $1 \\bind 4 \\g', { psql: 15 })).toEqual(['\\?bind', 'select $1 ']);
  });

  test('is one alone in an argument of -c, and SQL stands as it is', () => {
    expect(read('\\echo a \\! id', { source: 'argument' })).toEqual(['\\echo|a']);
    expect(read('select 1; select :x \\! id', { source: 'argument' })).toEqual([
      'select 1; select :x \\! id',
    ]);
  });

  test('takes words over the newlines of a paste', () => {
    expect(read('\\x\nselect 1;', { source: 'line' })).toEqual(['\\x|select|1;']);
    expect(read('\\! id\nrm x', { source: 'line' })).toEqual(['\\!|id\nrm x']);
  });
});

describe('variables', () => {
  test.each([
    ['as they are', "\\set x 'a;b'\nselect :x;", ['\\set|x|a;b', 'select a;', 'b;']],
    [
      'quoted',
      `\\set x 'a''b'\nselect :'x', :"x", :{?x}, :{?y};`,
      ["\\set|x|a'b", `select 'a''b', "a'b", TRUE, FALSE;`],
    ],
    ['quoted with a backslash', "\\set x 'a\\\\b'\nselect :'x';", ['\\set|x|a\\b', "select  E'a\\\\b';"]],
    ['that are not set', "select :x, :'x', a::text, b[1:2];", ["select :x, :'x', a::text, b[1:2];"]],
    ['that hold a command', "\\set x '\\\\! id'\nselect :x\n;", ['\\set|x|\\! id', '\\!|id', 'select \n;']],
    [
      'that hold each other',
      '\\set a :b\n\\set b :a\n\\set c ":c"\nselect :c;',
      ['\\set|a|:b', '\\set|b|:b', '\\set|c|":c"', 'select ":c";'],
    ],
    ['in an argument', "\\set x '|id'\n\\o :x", ['\\set|x||id', '\\out||id']],
    ['in backquotes', '\\echo `ls :x`', ['\\echo|?']],
    [
      'not in quotes',
      `\\set x 1\nselect ':x', $$:x$$, ":x" -- :x\n;`,
      ['\\set|x|1', `select ':x', $$:x$$, ":x" -- :x\n;`],
    ],
  ])('%s', (_, text, parts) => {
    expect(read(text)).toEqual(parts);
  });

  test.each([
    ['somebody else set', 'select :x;', { complete: false }],
    ['a server sets', 'select 1 as x \\gset\nselect :x;', {}],
    ['a person is asked for', '\\prompt x\nselect :x;', {}],
    ['an \\if sets', '\\if true\n\\set x 1\n\\endif\nselect :x;', {}],
    ['a program sets', '\\set x `id`\nselect :x;', {}],
  ])('are decided at run time where %s them', (_, text, options) => {
    expect(read(text, options).at(-1)).toBe('select :x; (?)');
  });
});

describe('what COPY takes', () => {
  test.each([
    [
      'after a semicolon',
      'copy t from stdin; select 1;\na\\b\n\\! id\n\\.\nselect 2;',
      ['copy t from stdin;', 'data "a\\\\b\\n\\\\! id\\n"', 'select 1;', 'select 2;'],
    ],
    [
      'from \\copy',
      '\\copy t from stdin\n1\n\\.\nselect 2;',
      ['\\copy|t from stdin', 'data "1\\n"', 'select 2;'],
    ],
    [
      'up to the end',
      'copy t (a) from STDIN with (format csv);\n1\n',
      ['copy t (a) from STDIN with (format csv);', 'data "1\\n"'],
    ],
  ])('%s', (_, text, parts) => {
    expect(read(text)).toEqual(parts);
  });

  test('is not taken by other statements', () => {
    expect(read("select 'copy t from stdin';\nselect 2;")).toEqual([
      "select 'copy t from stdin';",
      'select 2;',
    ]);
  });
});

describe('lines one by one', () => {
  const state = (text: string) => readScript(text, { source: 'line', complete: true }).end;

  test.each(["select '", 'select "', 'select $a$', 'select /* /*', "select E'", 'select ('])(
    'go on behind %s',
    (first) => {
      const whole = read(`${first}\n\\'; ) ' " $a$ */ */ ; \\! id\n;`);
      const end = state(first);
      const second = readScript(`\\'; ) ' " $a$ */ */ ; \\! id`, {
        source: 'line',
        complete: true,
        state: end,
      });
      const third = readScript(';', { source: 'line', complete: true, state: second.end });
      const open = third.end.buffer === '' ? [] : [third.end.buffer];
      expect([...second.parts.map(brief), ...third.parts.map(brief), ...open]).toEqual(whole);
    },
  );

  test('sends nothing at the end', () => {
    expect(read('select 1', { source: 'line' })).toEqual([]);
    expect(state('select 1').buffer).toBe('select 1');
  });
});

describe('what is not read', () => {
  test.each([
    ['a zero byte', 'select 1;\0', 'it holds a zero byte'],
    [
      'values in values',
      `\\set a xxxxxxxxxx\n${[...'bcdefghijk'].map((name, index) => `\\set ${name} '${`:${'abcdefghij'[index]}`.repeat(10)}'`).join('\n')}\nselect :k;`,
      'variables whose values hold too much',
    ],
    [
      'a quotation opened behind a command',
      "\\c x \\\\ select '\n\\! id\n';",
      expect.stringContaining('behind a command'),
    ],
  ])('%s', (_, text, problem) => {
    expect(readScript(text, { source: 'file', complete: true }).problem).toEqual(problem);
  });
});
