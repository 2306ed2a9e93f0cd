import type { Constraint, RangeVar } from '@pgsql/types';
import type { CatalogFunction, CatalogSnapshot, ForeignKey, RelationKind } from '../../model/catalog.ts';
import { present } from '../../model/present.ts';
import type { RelationRef } from '../../model/sql.ts';
import { nameParts, relationRef } from './ast.ts';
import { DEFAULT_SCHEMA, type DraftRelation, finishRelation, sameRelation } from './ddl-relation.ts';

/** A database schema while its DDL is read, statement by statement. */
export class DraftCatalog {
  relations: DraftRelation[] = [];
  foreignKeys: ForeignKey[] = [];
  functions: CatalogFunction[] = [];
  /** False once something was met that this reading does not follow. */
  complete = true;
  private nextOid = -1;
  /** The schema of unqualified names; another one inside CREATE SCHEMA. */
  private schema = DEFAULT_SCHEMA;

  /** New relations get OIDs below this one. */
  startBelow(oid: number): void {
    this.nextOid = oid - 1;
  }

  /** Runs `read` with another schema for unqualified names. */
  within(schema: string, read: () => void): void {
    const before = this.schema;
    this.schema = schema;
    read();
    this.schema = before;
  }

  add(ref: RelationRef, kind: RelationKind, temporary = false): DraftRelation {
    const relation: DraftRelation = {
      oid: this.nextOid,
      schema: ref.schema ?? this.schema,
      name: ref.name,
      kind,
      temporary,
      columns: [],
      parents: [],
      triggers: [],
      rules: [],
    };
    this.nextOid -= 1;
    this.relations = [
      ...this.relations.filter((known) => known.name !== relation.name || known.schema !== relation.schema),
      relation,
    ];
    return relation;
  }

  find(ref: RelationRef): DraftRelation | undefined {
    const here = { name: ref.name, schema: ref.schema ?? this.schema };
    return (
      this.relations.find((relation) => sameRelation(relation, here)) ??
      this.relations.find((relation) => sameRelation(relation, ref))
    );
  }

  /** The relation a statement changes; one that is not there makes the picture incomplete. */
  expect(range: RangeVar | undefined): DraftRelation | undefined {
    const relation = this.find(relationRef(range));
    if (relation === undefined) this.complete = false;
    return relation;
  }

  drop(ref: RelationRef): void {
    const gone = this.find(ref);
    if (gone === undefined) return;
    this.relations = this.relations.filter((relation) => relation !== gone);
    this.foreignKeys = this.foreignKeys.filter((key) => key.from !== gone.oid && key.to !== gone.oid);
  }

  addConstraint(relation: DraftRelation, constraint: Constraint): void {
    if (constraint.contype === 'CONSTR_PRIMARY') {
      const keys = nameParts(constraint.keys);
      for (const column of relation.columns) if (keys.includes(column.name)) column.primaryKey = true;
    }
    if (constraint.contype === 'CONSTR_FOREIGN') this.addForeignKey(relation, constraint);
  }

  addForeignKey(relation: DraftRelation, constraint: Constraint): void {
    const target = this.expect(constraint.pktable);
    if (target === undefined) return;
    this.foreignKeys.push({
      name: constraint.conname ?? `${relation.name}_fkey`,
      from: relation.oid,
      to: target.oid,
      onDelete: referentialAction(constraint.fk_del_action),
      onUpdate: referentialAction(constraint.fk_upd_action),
      ...present({
        columns: numbersOf(relation, nameParts(constraint.fk_attrs)),
        referenced: numbersOf(target, nameParts(constraint.pk_attrs)),
      }),
    });
  }

  finish(): CatalogSnapshot {
    const relations = this.relations.map(finishRelation);
    const content = { relations, foreignKeys: this.foreignKeys, functions: this.functions };
    return {
      version: `ddl-${hash(JSON.stringify(content))}`,
      database: '',
      searchPath: [DEFAULT_SCHEMA],
      ...content,
      complete: this.complete,
    };
  }
}

/** Columns by number; undefined when none is named (a key of one column, its primary key) or one is not known. */
function numbersOf(relation: DraftRelation, names: readonly string[]): readonly number[] | undefined {
  const numbers = names.flatMap(
    (name) => relation.columns.find((column) => column.name === name)?.number ?? [],
  );
  return numbers.length === 0 || numbers.length < names.length ? undefined : numbers;
}

/** One-letter actions of the grammar (FKCONSTR_ACTION_… in parsenodes.h). */
function referentialAction(letter: string | undefined): ForeignKey['onDelete'] {
  switch (letter) {
    case 'r':
      return 'restrict';
    case 'c':
      return 'cascade';
    case 'n':
      return 'set null';
    case 'd':
      return 'set default';
    default:
      return 'no action';
  }
}

/** FNV-1a, 32 bits: tells versions of a schema apart, nothing more. */
function hash(text: string): string {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  }
  return (state >>> 0).toString(16).padStart(8, '0');
}
