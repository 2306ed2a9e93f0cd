import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { GuardError } from '../../src/model/errors.ts';
import { clusterAddress } from '../../src/wire/postgres/resolve/cluster-conf.ts';
import { systemFiles } from '../../src/wire/postgres/resolve/system-files.ts';

/** Debian's own reader of postgresql.conf is the oracle: one perl for all generated files. */
const ORACLE = `
use lib '/usr/share/perl5'; use PgCommon;
for my $c (@ARGV) {
  my $answer = eval { get_cluster_socketdir('15', $c) . ' ' . get_cluster_port('15', $c) };
  print defined $answer ? $answer : 'error', "\\n";
}
`;

const root = mkdtempSync(join(tmpdir(), 'clusters-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function ours(cluster: string): string {
  try {
    const places = { files: systemFiles, confroot: root, common: join(root, 'common') };
    const { host, port } = clusterAddress({ version: '15', cluster }, places);
    return `${host} ${port}`;
  } catch (error) {
    if (error instanceof GuardError) return 'error';
    throw error;
  }
}

const line = fc.constantFrom(
  'port = 5433',
  'port=5434 # comment',
  'PORT 5435',
  "port = '5436'",
  '#port = 1',
  'port =',
  'port = 5437 junk',
  "unix_socket_directories = '/tmp/a'",
  "unix_socket_directories = '/tmp/a, /tmp/b'",
  "unix_socket_directories = '/tmp/it''s'",
  "unix_socket_directories = '/tmp/it\\'s'",
  "unix_socket_directories = '/tmp/a\\\\b'",
  "unix_socket_directories = ''",
  "unix_socket_directories = '/open",
  "include 'more.conf'",
  "include_if_exists = 'missing.conf'",
  "include_dir 'conf.d'",
  "listen_addresses = '*'",
  'work_mem = 4MB',
  'a.b = -1.5e3',
  '',
  '   ',
  '\t# indented',
  "data_directory = '/elsewhere'",
  'stray words here and there',
);

test('generated postgresql.conf files', () => {
  const files = fc.sample(
    fc.record({ main: fc.array(line, { maxLength: 6 }), auto: fc.array(line, { maxLength: 2 }), more: line }),
    { numRuns: 300, seed: 20 },
  );
  const names = files.map(({ main, auto, more }, index) => {
    const name = `c${index}`;
    const folder = join(root, '15', name);
    mkdirSync(join(folder, 'conf.d'), { recursive: true });
    mkdirSync(join(folder, 'data'));
    // The data folder comes first, so that a generated one can replace it.
    writeFileSync(join(folder, 'postgresql.conf'), [`data_directory = '${folder}/data'`, ...main].join('\n'));
    writeFileSync(join(folder, 'data', 'postgresql.auto.conf'), auto.join('\n'));
    writeFileSync(join(folder, 'more.conf'), more.startsWith('include') ? 'port = 6000' : more);
    writeFileSync(join(folder, 'conf.d', 'b.conf'), 'port = 6001');
    writeFileSync(join(folder, 'conf.d', 'a.conf'), 'port = 6002');
    writeFileSync(join(folder, 'conf.d', '.hidden.conf'), 'port = 6003');
    return name;
  });
  const env = {
    PATH: process.env['PATH'] ?? '',
    PG_CLUSTER_CONF_ROOT: root,
    PGSYSCONFDIR: join(root, 'common'),
  };
  const theirs = execFileSync('perl', ['-e', ORACLE, ...names], { env, encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  expect(new Set(theirs).size).toBeGreaterThan(10);
  expect(names.map((name, index) => [files[index], ours(name)])).toEqual(
    names.map((_, index) => [files[index], theirs[index]]),
  );
});
