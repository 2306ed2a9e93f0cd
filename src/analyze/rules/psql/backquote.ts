import { definePsqlRule } from '../../define-psql-rule.ts';
import { nestedProgram } from '../../psql-program.ts';
import { commandWords } from '../../psql-wording.ts';

export const backquote = definePsqlRule({
  id: 'psql.backquote',
  intent: 'exec.nested',
  on: 'any',
  hits: ['\\set x `id`', '\\d `id`', '\\unrestrict `id`', '\\if `test -e x`\n\\endif', "\\echo 'a'`cat f`"],
  misses: ["\\echo '`id`'", '\\echo "`id`"', 'select `id`', '\\! `id`'],
  check: (command) => {
    const [first, ...others] = command.args.flatMap(({ pieces }) =>
      pieces.flatMap((piece) => (piece.kind === 'backquote' ? [piece] : [])),
    );
    if (first === undefined) return undefined;
    // Of several, or of one whose words a variable holds, nobody can say that it is harmless.
    const line = others.length === 0 && first.known ? first.value : `${first.value};`;
    return nestedProgram(line, ` and puts what it prints into ${commandWords(command)}`);
  },
});
