import type { z } from 'zod';
import { suggestion } from './nearest.ts';
import type { Problem } from './problem.ts';
import type { Path, YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** Finding a place costs a walk through the file; after these nobody reads on. */
const MAX_ISSUES = 100;

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return at;
    at = Reflect.get(at, key);
  }
  return at;
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

function describeWord(issue: Issue & { readonly code: 'invalid_value' }, value: unknown): string {
  const allowed = issue.values.map(String);
  const expected = `expected ${allowed.join(', ')}`;
  if (typeof value !== 'string') return expected;
  return `"${value}" is not known here: ${expected}${suggestion(value, allowed)}`;
}

function describeType(issue: Issue & { readonly code: 'invalid_type' }, value: unknown): string {
  // A sentence of the schema's own says more than the type does.
  if (!issue.message.startsWith('Invalid input')) return issue.message;
  return `expected ${issue.expected}, found ${kindOf(value)}`;
}

function isMissing(value: unknown, path: Path): boolean {
  const parent = valueAt(value, path.slice(0, -1));
  const key = path.at(-1);
  return key !== undefined && typeof parent === 'object' && parent !== null && !(key in parent);
}

function problemsOf(issue: Issue, source: YamlSource, known: readonly string[]): readonly Problem[] {
  const value = valueAt(source.value, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, MAX_ISSUES)
      .map((key) => source.keyProblem(issue.path, key, `unknown key "${key}"${suggestion(key, known)}`));
  }
  if (
    issue.code !== 'custom' &&
    typeof issue.path.at(-1) === 'string' &&
    isMissing(source.value, issue.path)
  ) {
    return [source.problem(issue.path.slice(0, -1), `missing key "${String(issue.path.at(-1))}"`)];
  }
  if (issue.code === 'invalid_value') return [source.problem(issue.path, describeWord(issue, value))];
  if (issue.code === 'invalid_type') return [source.problem(issue.path, describeType(issue, value))];
  return [source.problem(issue.path, issue.message)];
}

/** Turns what the schema found into problems with a place, the word that was read and the one that was probably meant. */
export function schemaProblems(
  error: z.ZodError,
  source: YamlSource,
  known: readonly string[],
): readonly Problem[] {
  return error.issues.slice(0, MAX_ISSUES).flatMap((issue) => problemsOf(issue, source, known));
}
