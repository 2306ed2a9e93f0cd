import type { DefElem, RoleSpec } from '@pgsql/types';
import { allFieldsOf, type Constant, constantOf, fieldsOf, type Node, nameParts, stringOf } from './ast.ts';

/** Options in parentheses or keywords, as the grammar gives them: the last one of a name wins in PostgreSQL. */
export function option(options: readonly Node[] | undefined, name: string): DefElem | undefined {
  return allFieldsOf(options, 'DefElem')
    .filter((element) => element.defname?.toLowerCase() === name)
    .at(-1);
}

/** The option's value: a constant, or the last part of a type name (an unquoted word parses as one). */
export function optionText(element: DefElem | undefined): string | undefined {
  const constant = constantOf(element?.arg);
  if (constant !== undefined) return constantText(constant);
  return nameParts(fieldsOf(element?.arg, 'TypeName')?.names).at(-1);
}

function constantText(constant: Constant): string | undefined {
  return constant.type === 'null' ? undefined : String(constant.value);
}

const OFF = new Set(['false', 'off', '0', 'no', 'f', 'n']);

/** True when a boolean option is there and not plainly switched off: any such option of that name counts. */
export function isOn(options: readonly Node[] | undefined, name: string): boolean {
  return allFieldsOf(options, 'DefElem').some(
    (element) =>
      element.defname?.toLowerCase() === name && !OFF.has((optionText(element) ?? 'true').toLowerCase()),
  );
}

/** The nodes of an option that is a list. */
export function optionItems(element: DefElem | undefined): readonly Node[] {
  return fieldsOf(element?.arg, 'List')?.items ?? [];
}

/** A role as written: its name, or the keyword. */
export function roleName(role: RoleSpec | undefined): string {
  switch (role?.roletype) {
    case 'ROLESPEC_PUBLIC':
      return 'public';
    case 'ROLESPEC_CURRENT_USER':
    case 'ROLESPEC_CURRENT_ROLE':
      return 'current_user';
    case 'ROLESPEC_SESSION_USER':
      return 'session_user';
    default:
      return role?.rolename ?? '';
  }
}

export function roleNames(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).map((node) => {
    const role = fieldsOf(node, 'RoleSpec');
    return role === undefined ? (stringOf(node) ?? '') : roleName(role);
  });
}
