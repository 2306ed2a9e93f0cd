import type { WireAnswer, WireClient } from './wire-client.ts';

/** One stop of the tour: what is typed, and how to tell that guard did what the tour says. */
export interface Stop {
  readonly title: string;
  readonly sql: string;
  /** What it shows, printed below the answer. */
  readonly says: string;
  /** What is wrong with the answer, or undefined when it is as promised. */
  readonly problem: (answer: WireAnswer) => string | undefined;
}

const SSN = /\b9\d\d-\d\d-\d{4}\b/;
const REFUSED = '42501';

function shown(answer: WireAnswer): string {
  return answer.rows.flat().join(' ');
}

function noSsn(answer: WireAnswer): string | undefined {
  if (answer.error !== undefined) return `it was refused: ${answer.error.message}`;
  if (answer.rows.length === 0) return 'no row came back';
  return SSN.test(shown(answer)) ? 'a social security number came through' : undefined;
}

function refusedWith(part: string): (answer: WireAnswer) => string | undefined {
  return (answer) => {
    if (answer.error === undefined) return 'it was not refused';
    if (answer.error.code !== REFUSED) return `the error is ${answer.error.code}, not ${REFUSED}`;
    const text = `${answer.error.message} ${answer.error.detail ?? ''}`;
    return text.includes(part) ? undefined : `the reason does not say "${part}"`;
  };
}

/** The main job in six stops, in the clinic of `guard demo`. */
export const TOUR: readonly Stop[] = [
  {
    title: 'A read: classed columns are masked, the rest stays as it is',
    sql: 'SELECT id, first_name, birth_date, ssn, state FROM patients ORDER BY id LIMIT 3',
    says: 'Names and SSNs are hidden, birth dates keep their year, ids and states stay readable.',
    problem: noSsn,
  },
  {
    title: 'A way around: the same value through an alias, a view and an expression',
    sql: "SELECT tax_id AS t, upper(tax_id) AS u, left(tax_id, 3) || '…' AS part FROM patient_overview ORDER BY id LIMIT 2",
    says: 'guard follows where a value comes from, not what the column is called.',
    problem: (answer) =>
      noSsn(answer) ?? (/\b9\d\d…/.test(shown(answer)) ? 'part of a number came through' : undefined),
  },
  {
    title: 'Counting stays possible',
    sql: 'SELECT state, count(*) FROM patients GROUP BY state ORDER BY state',
    says: 'A count shows nobody, so it is not masked.',
    problem: (answer) => (/\b400\b/.test(shown(answer)) ? undefined : 'the counts are not readable'),
  },
  {
    title: 'A drop',
    sql: 'DROP SCHEMA public CASCADE',
    says: 'Refused in PostgreSQL’s own words: what would happen, why it matters, what to do instead.',
    problem: refusedWith('public'),
  },
  {
    title: 'A delete that looks small',
    sql: "DELETE FROM patients WHERE birth_date < '2010-01-01'",
    says: 'guard asked the planner before anything ran, and followed the foreign keys.',
    problem: refusedWith('patients'),
  },
  {
    title: 'The session goes on',
    sql: 'SELECT count(*) AS patients_left FROM patients',
    says: 'A refusal is an ordinary error: the connection is still there, and so are the patients.',
    problem: (answer) => (shown(answer) === '2000' ? undefined : 'the patients are not all there'),
  },
];

/** Runs every stop and prints it; resolves to the problems found. */
export async function runTour(client: WireClient, print: (text: string) => void): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const [index, stop] of TOUR.entries()) {
    print(`\n${index + 1}. ${stop.title}\n   clinic=> ${stop.sql};\n`);
    const answer = await client.query(stop.sql);
    print(indent(render(answer)));
    const problem = stop.problem(answer);
    print(problem === undefined ? `   ${stop.says}\n` : `   NOT AS PROMISED: ${problem}\n`);
    if (problem !== undefined) problems.push(`${stop.title}: ${problem}`);
  }
  return problems;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '   ');
}

/** As psql prints it: a table, or ERROR with DETAIL and HINT. */
export function render(answer: WireAnswer): string {
  if (answer.error !== undefined) {
    const { message, detail, hint } = answer.error;
    return [`ERROR:  ${message}`, detail && `DETAIL:  ${detail}`, hint && `HINT:  ${hint}`, '']
      .filter((line) => line !== undefined)
      .join('\n');
  }
  const widths = answer.columns.map((name, column) =>
    Math.max(name.length, ...answer.rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly (string | null)[]) =>
    cells
      .map((cell, column) => ` ${(cell ?? '').padEnd(widths[column] ?? 0)} `)
      .join('|')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width + 2)).join('+');
  return `${[line(answer.columns), rule, ...answer.rows.map(line)].join('\n')}\n(${answer.rows.length} rows)\n`;
}
