import { join, resolve } from 'node:path';
import { knownJournalKey } from '../../audit/journal-key.ts';
import { isVerdict, type LogFilter, parseSince, readLogLines, readLogRows } from '../../audit/log.ts';
import { formatLogRows } from '../../audit/log-rows.ts';
import { type VerifyReport, verifyJournal } from '../../audit/verify.ts';
import { stateFolder } from '../../host/folders.ts';
import { GuardError } from '../../model/errors.ts';
import { auditFolder, keysFolder } from '../../session/state-places.ts';
import { EXIT } from '../exit-status.ts';

function reportLines(folder: string, report: VerifyReport): readonly string[] {
  const { ok, entries, files, from, to, problems, problemCount, notes, keys, trust } = report;
  const span = from === '' ? '' : `, ${from} to ${to}`;
  return [
    `${ok ? 'OK' : 'NOT OK'}: ${folder}`,
    `  ${entries.toLocaleString('en-US')} entries in ${files} file${files === 1 ? '' : 's'}${span}`,
    ...keys.map((key) => `  key ${key.id}${key.pinned ? '' : " (not known here: the log's own word)"}`),
    ...problems.map(
      ({ file, line, kind, text }) =>
        `  problem: ${file === '' ? 'the log' : `${file}:${line}`}: ${text} (${kind})`,
    ),
    ...(problemCount > problems.length ? [`  and ${problemCount - problems.length} more problems`] : []),
    ...notes.map(({ file, line, text }) => `  note: ${file}:${line}: ${text}`),
    `  trust level ${trust.level}`,
    `  proves: ${trust.proves}`,
    `  does not prove: ${trust.doesNotProve}`,
  ];
}

/** `guard audit verify`: exit 1 with every problem listed. */
export async function auditVerify(elsewhere: string | undefined, json: boolean): Promise<number> {
  const state = stateFolder();
  const folder = elsewhere === undefined ? auditFolder(state) : resolve(elsewhere);
  const own =
    elsewhere === undefined
      ? knownJournalKey(keysFolder(state))
      : knownJournalKey(join(folder, '..', 'keys'));
  const report = verifyJournal(folder, own === undefined ? {} : { publicKeys: [own] });
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${reportLines(folder, report).join('\n')}\n`);
  return report.ok ? EXIT.ok : EXIT.found;
}

function filterOf(options: Readonly<Record<string, unknown>>): LogFilter {
  const { session, verdict, since, lines } = options;
  const from = typeof since === 'string' ? parseSince(since, Date.now()) : undefined;
  if (typeof since === 'string' && from === undefined) {
    throw new GuardError(
      'USAGE',
      `--since takes a time like 2026-11-20T08:00:00Z, 30m, 4h or 7d; not "${since}"`,
    );
  }
  const newest = Number(lines);
  if (!Number.isSafeInteger(newest) || newest < 1)
    throw new GuardError('USAGE', `--lines takes a whole number from 1; not "${lines}"`);
  return {
    newest,
    ...(typeof session === 'string' ? { session } : {}),
    ...(typeof verdict === 'string' && isVerdict(verdict) ? { verdict } : {}),
    ...(from === undefined ? {} : { since: from }),
  };
}

/** `guard audit log`: a table for people, or the entries as they are. */
export async function auditLog(options: Readonly<Record<string, unknown>>): Promise<number> {
  const folder = auditFolder(stateFolder());
  const filter = filterOf(options);
  if (options['json'] === true) {
    for (const line of readLogLines(folder, filter).items) process.stdout.write(`${line}\n`);
    return EXIT.ok;
  }
  const view = readLogRows(folder, filter);
  process.stdout.write(`${formatLogRows(view.items).join('\n')}\n`);
  if (view.unreadable > 0)
    process.stderr.write(`guard: ${view.unreadable} lines are no entries; guard audit verify says more\n`);
  return EXIT.ok;
}
