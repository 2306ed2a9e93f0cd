import { describe, expect, test } from 'vitest';
import type { CatalogRelation, CatalogSnapshot } from '../../../src/model/catalog.ts';
import { selectTables } from '../../../src/protocols/pg-dump/select.ts';
import { readWish } from '../../../src/protocols/pg-dump/wish.ts';
import { readTool } from '../../../src/protocols/pg-tools/connection.ts';
import { PG_DUMP, PG_DUMPALL } from '../../../src/protocols/pg-tools/options.ts';

function relation(schema: string, name: string, kind: CatalogRelation['kind'] = 'table'): CatalogRelation {
  return {
    oid: 0,
    schema,
    name,
    kind,
    rows: 0,
    columns: [],
    parents: [],
    triggers: [],
    rules: [],
    temporary: schema === 'pg_temp_1',
  };
}

const catalog: CatalogSnapshot = {
  version: '1',
  database: 'clinic',
  searchPath: ['public'],
  relations: [
    relation('public', 'patients'),
    relation('public', 'Patients'),
    relation('public', 'notes'),
    relation('public', 'notes_2025'),
    relation('public', 'visits_view', 'view'),
    relation('public', 'ids', 'sequence'),
    relation('billing', 'claims'),
    relation('billing', 'parts', 'partitioned'),
    relation('billing', 'far', 'foreign'),
    relation('pg_temp_1', 'scratch'),
  ],
  foreignKeys: [],
  functions: [],
  complete: true,
};

const ALL = ['patients', 'Patients', 'notes', 'notes_2025', 'claims', 'parts'];

function chosen(...args: string[]): readonly string[] {
  const { read } = readTool(PG_DUMP, args);
  return selectTables(readWish(read, { program: 'pg_dump', masked: false }).selection, catalog).map(
    ({ name }) => name,
  );
}

describe('the tables of a dump', () => {
  test.each([
    [[], ALL],
    [['-t', 'patients'], ['patients']],
    [['-tPATIENTS'], ['patients']],
    [['-t', '"Patients"'], ['Patients']],
    [['--table=notes*'], ['notes', 'notes_2025']],
    [['-t', 'note?'], ['notes']],
    [['-t', 'public.notes'], ['notes']],
    [['-t', 'b*.cl*'], ['claims']],
    [['-t', 'nothing'], []],
    [
      ['-n', 'billing'],
      ['claims', 'parts'],
    ],
    [['-n', 'billing', '-t', 'notes'], ['notes']],
    [
      ['-N', 'billing'],
      ['patients', 'Patients', 'notes', 'notes_2025'],
    ],
    [
      ['-T', 'notes*'],
      ['patients', 'Patients', 'claims', 'parts'],
    ],
    [
      ['-T', 'billing.*'],
      ['patients', 'Patients', 'notes', 'notes_2025'],
    ],
    [
      ['--exclude-table-data', 'patients'],
      ['Patients', 'notes', 'notes_2025', 'claims', 'parts'],
    ],
    [['--include-foreign-data=*'], [...ALL, 'far']],
  ])('%j', (args, names) => {
    expect(chosen(...args)).toEqual(names);
  });

  test.each([
    [['-t', 'pat(ients)?']],
    [['-t', '[pn].*']],
    [['-n', 'b(i)*']],
    [['--table-and-children=notes']],
    [['--filter=file']],
    [['-T', '(patients|notes)']],
    [['-N', '[b]illing']],
    [['--exclude-table-and-children=notes']],
  ])('what guard does not read leaves nothing out: %j', (args) => {
    expect(chosen(...args)).toEqual(ALL);
  });
});

describe('what a dump is to write', () => {
  const wish = (args: string[], masked = false) =>
    readWish(readTool(PG_DUMP, args).read, { program: 'pg_dump', masked });

  test.each([
    [['-s'], true],
    [['--schema-only'], true],
    [['--schema-o'], true],
    [['--no-data'], true],
    [['--section=pre-data', '--section=post-data'], true],
    [['--section=pre-data', '--section=data'], false],
    [['-a'], false],
    [['-Fc', '-fs'], false],
    [[], false],
  ])('%j holds no rows: %s', (args, schemaOnly) => {
    expect(wish(args).schemaOnly).toBe(schemaOnly);
  });

  test.each([['-Fc'], ['-Fd'], ['--format=tar'], ['--inserts'], ['--rows-per-insert=5'], ['-Z', '9']])(
    '--masked-dump does not go with %s %s',
    (...args) => {
      expect(() => wish(args, true)).toThrow('--masked-dump');
    },
  );

  test('pg_dumpall knows no patterns; globals are no rows', () => {
    const of = (...args: string[]) =>
      readWish(readTool(PG_DUMPALL, args).read, { program: 'pg_dumpall', masked: false });
    expect(of('-g').schemaOnly).toBe(true);
    expect(of('-t').schemaOnly).toBe(true);
    expect(of().schemaOnly).toBe(false);
    expect(of('-t').selection.tables).toEqual([]);
  });

  test.each([['-y'], ['--nope'], ['--no'], ['-t'], ['--schema-only=1']])('%s is not known', (...args) => {
    expect(() => wish(args)).toThrow('pg_dump: ');
  });
});
