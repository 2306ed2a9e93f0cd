import type { PsqlArgument } from '../../../model/psql.ts';
import { definePsqlRule } from '../../define-psql-rule.ts';
import { plain, unseen } from '../../psql-findings.ts';
import { givenValue, objectsOf } from '../../psql-wording.ts';

/** What a connection string may name without naming a server (libpq, "Parameter Key Words"). */
const NOT_A_SERVER = new Set([
  'dbname',
  'user',
  'password',
  'application_name',
  'connect_timeout',
  'options',
]);
const URI = /^postgres(?:ql)?:\/\//;
const KEYWORD = /(?:^|[\s'])([A-Za-z_]+)\s*=/g;
const REUSE = /^-reuse-previous(?:=.*)?$/;
const DATABASE_AND_USER = 2;

export const connect = definePsqlRule({
  id: 'psql.connect',
  intent: 'session.control',
  on: ['connect'],
  hits: [
    '\\c',
    '\\c clinic',
    '\\c - app',
    '\\c - - other',
    '\\connect postgresql://h/db',
    '\\c "host=h dbname=x"',
    '\\c :db',
  ],
  misses: ['\\conninfo', '\\cd /tmp', '\\C title'],
  check: ({ args }) => {
    const given = REUSE.test(args[0]?.value ?? '') ? args.slice(1) : args;
    if (given.some(({ value }) => value === undefined)) {
      return unseen(
        'Connects to a place that is known at run time only.',
        'It may be another server, out of sight of guard.',
        'Write the name of the database in place of the variable.',
      );
    }
    if (namesServer(given)) {
      return {
        intent: 'guard.escape',
        objects: [],
        tags: ['connects-elsewhere'],
        effect: 'Connects psql to a server directly, past guard.',
        why: 'Nothing there would be asked, masked or recorded.',
        instead:
          'Leave psql and start it through guard for the other server: guard -- psql -h HOST DATABASE.',
      };
    }
    const [database, user] = given.map(givenValue);
    const finding = plain('Connects again through guard, which looks again where it leads.');
    return { ...finding, objects: objectsOf(database, user) };
  },
});

/** `-` keeps what the connection has now. Any name of a host goes past guard's socket, that of the present server too. */
function namesServer(args: readonly PsqlArgument[]): boolean {
  if (args.slice(DATABASE_AND_USER).some((argument) => argument.quote !== '' || givenValue(argument) !== '-'))
    return true;
  const database = (givenValue(args[0]) ?? '').replaceAll('"', '');
  if (URI.test(database)) return true;
  if (!database.includes('=')) return false;
  const keywords = [...database.matchAll(KEYWORD)].map(([, keyword = '']) => keyword);
  return keywords.length === 0 || !keywords.every((keyword) => NOT_A_SERVER.has(keyword));
}
