import { readFileSync } from 'node:fs';
import { type Cluster, startCluster } from '../test/real/cluster.ts';
import { GUARD, type GuardHome, homeFor, openPsql, targetArguments } from '../test/real/guard-process.ts';
import { sleep } from '../test/real/pty-harness.ts';
import { machine, median, type Timed, table, timeProcess } from './machine.ts';

const ROUNDS = 9;
const SETTLE_MS = 2_000;
const KIB_PER_MIB = 1024;

function memory(pid: number, field: 'VmRSS' | 'VmHWM'): string {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const found = new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1];
  return `${(Number(found) / KIB_PER_MIB).toFixed(0)} MiB`;
}

async function memories(cluster: Cluster, home: GuardHome): Promise<void> {
  const psql = await openPsql(cluster, home);
  const guard = await psql.pid();
  await sleep(SETTLE_MS);
  const rows: string[][] = [["at psql's first prompt", memory(guard, 'VmRSS'), memory(guard, 'VmHWM')]];
  const note = (what: string): number => rows.push([what, memory(guard, 'VmRSS'), memory(guard, 'VmHWM')]);
  await psql.ask('SELECT count(*) FROM patients;', /1 row/);
  await sleep(SETTLE_MS);
  note('after one query');
  await psql.clear();
  psql.line('DELETE FROM patients;');
  await psql.see(/n no/);
  note('while the panel asks');
  await psql.answer('n');
  await sleep(SETTLE_MS);
  note('after one panel');
  await psql.close();
  console.log(table(['guard -- psql', 'resident', 'largest so far'], rows));
}

function starts(cluster: Cluster, home: GuardHome): void {
  const psql = ['psql', ...targetArguments(cluster), '-XAtc', 'select 1'];
  const ways: readonly (readonly [string, readonly string[]])[] = [
    ['psql -c', psql],
    ['guard exec -- psql -c', [GUARD, 'exec', '--quiet', '--', ...psql]],
  ];
  const times = ways.map((): Timed[] => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, [, argv]] of ways.entries()) {
      const time = timeProcess(argv, home.env);
      if (round > 0) times[index]?.push(time);
    }
  }
  const rows = ways.map(([name], index) => {
    const all = times[index] ?? [];
    const walls = all.map(({ wall }) => wall);
    return [
      name,
      median(walls).toFixed(0),
      Math.min(...walls).toFixed(0),
      median(all.map(({ cpu }) => cpu)).toFixed(0),
    ];
  });
  console.log(table(['one statement, ms', 'median wall', 'least wall', 'median processor time'], rows));
}

/** Memory of an interactive session, and the price of one guarded statement in a script. */
export async function run(): Promise<void> {
  const cluster = await startCluster();
  const home = homeFor(cluster);
  try {
    await cluster.sql(
      `CREATE TABLE patients(id int PRIMARY KEY, first_name text, ssn text);
       INSERT INTO patients SELECT i, 'Anna' || i, '900-22-' || lpad(i::text, 4, '0') FROM generate_series(1, 300) i;
       ALTER TABLE patients OWNER TO nina; ANALYZE`,
      'clinic',
    );
    console.log(`\n### Session (${machine()})\n`);
    await memories(cluster, home);
    console.log();
    starts(cluster, home);
  } finally {
    await cluster.stop();
    home[Symbol.dispose]();
  }
}
