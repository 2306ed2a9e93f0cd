import { definePsqlRule } from '../../define-psql-rule.ts';
import { plain, unseen } from '../../psql-findings.ts';
import { objectsOf } from '../../psql-wording.ts';

/** Variables that choose a server, a program, a library or a file for psql and what it starts. */
const STEERS =
  /^(?:PG.*|LD_.*|DYLD_.*|PSQL.*|GUARD_.*|LESS.*|NODE_.*|GLIBC_.*|MALLOC_.*|BASH_.*|.*PAGER|EDITOR|VISUAL|SHELL|PATH|HOME|ENV|IFS|INPUTRC|TERM|TERMINFO|TERMCAP|TMPDIR|XDG_.*|LOCPATH|GCONV_PATH|OPENSSL_.*|SSL_.*|KRB5.*)$/;
/** Languages and sizes. */
const HARMLESS = /^(?:LANG|LC_[A-Z]+|TZ|COLUMNS|LINES)$/;

export const environment = definePsqlRule({
  id: 'psql.environment',
  intent: 'session.control',
  on: ['setenv'],
  hits: [
    '\\setenv',
    '\\setenv LANG C',
    '\\setenv PGHOST db2',
    '\\setenv EDITOR vi',
    '\\setenv LD_PRELOAD x.so',
    '\\setenv COLOR red',
  ],
  misses: ['\\getenv home HOME', '\\set EDITOR vi'],
  check: ({ args: [name] }) => {
    if (name === undefined) return plain('Nothing: psql asks for the name of a variable.');
    const { value } = name;
    if (value !== undefined && HARMLESS.test(value))
      return plain('Sets an environment variable for language or size.');
    if (value !== undefined && STEERS.test(value)) {
      return {
        intent: 'guard.escape',
        objects: objectsOf(value),
        tags: ['environment'],
        effect: `Sets the environment variable ${value} for psql and every program it starts.`,
        why: 'It chooses which server or which program is used, past what guard has laid out.',
        instead: 'Set it before you start guard, where guard sees it.',
      };
    }
    const finding = unseen(
      'Sets an environment variable for psql and every program it starts.',
      'Programs do as such variables say, and guard does not know this one.',
      'Set it before you start guard.',
    );
    return { ...finding, objects: objectsOf(value) };
  },
});
