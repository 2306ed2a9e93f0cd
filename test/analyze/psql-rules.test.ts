import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { analyzeCommand, PSQL_RULES } from '../../src/analyze/psql-index.ts';
import { readScript } from '../../src/parse/psql/script.ts';

const SETTING = { typed: false, reads: false, ownRestrictions: new Set<string>() };

function findings(text: string) {
  return readScript(text, { source: 'file' }).parts.flatMap((part) =>
    part.kind === 'command' ? analyzeCommand(part.command, { start: 0, end: 1 }, SETTING) : [],
  );
}

describe.each(PSQL_RULES)('$id', (rule) => {
  test.each(rule.hits)('fires on %s', (text) => {
    expect(findings(text).map((finding) => finding.rule)).toContain(rule.id);
  });

  test.each(rule.misses)('is silent on %s', (text) => {
    expect(findings(text).map((finding) => finding.rule)).not.toContain(rule.id);
  });

  test.each(rule.hits)('says it in whole sentences: %s', (text) => {
    for (const { effect, why, instead } of findings(text)) {
      for (const part of [effect, why, instead]) {
        expect(part).toMatch(/^[A-Z].+[.]$/);
        expect(part).not.toMatch(/undefined|\[object|: \.|\s\s/);
      }
    }
  });
});

test('every rule file is in the registry, under the name of its file', () => {
  const folder = new URL('../../src/analyze/rules/psql/', import.meta.url);
  const files = readdirSync(folder).map((file) => `psql.${file.replace(/\.ts$/, '')}`);
  expect(PSQL_RULES.map((rule) => rule.id).sort()).toEqual(files.sort());
});

/** Every command of psql 12 to 18 by its short and long names. */
const COMMANDS = [
  ...[
    '!',
    '?',
    'a',
    'bind 1',
    'bind_named s',
    'c',
    'connect',
    'C',
    'cd',
    'close_prepared s',
    'conninfo',
    'copy t to x',
  ],
  ...[
    'copyright',
    'crosstabview',
    'd',
    'dt+',
    'dAc',
    'dconfig',
    'drds',
    'e',
    'edit',
    'echo',
    'ef',
    'elif',
    'else',
  ],
  ...[
    'encoding',
    'endif',
    'endpipeline',
    'errverbose',
    'ev',
    'f',
    'flush',
    'flushrequest',
    'g',
    'gdesc',
    'getenv a B',
  ],
  ...['getresults', 'gexec', 'gset', 'gx', 'h', 'help', 'H', 'html', 'i f', 'include f', 'if true', 'ir f'],
  ...[
    'include_relative f',
    'l',
    'list',
    'l+',
    'lo_export 1 f',
    'lo_import f',
    'lo_list',
    'lo_unlink 1',
    'o',
    'out',
    'p',
  ],
  ...[
    'parse s',
    'password',
    'print',
    'prompt x',
    'pset',
    'q',
    'quit',
    'qecho',
    'r',
    'reset',
    'restrict k',
    's',
    'sendpipeline',
  ],
  ...[
    'set',
    'setenv A',
    'sf f',
    'sf+ f',
    'startpipeline',
    'sv v',
    'syncpipeline',
    't',
    'T',
    'timing',
    'unrestrict k',
    'unset x',
  ],
  ...['w f', 'warn', 'watch', 'write f', 'x', 'z', 'zS'],
];

test.each(COMMANDS)('\\%s has a rule', (command) => {
  const found = findings(`\\${command}`);
  expect(found.map((finding) => finding.rule)).not.toContain('psql.unjudged');
  expect(found.map((finding) => finding.rule)).not.toContain('psql.unknown');
});
