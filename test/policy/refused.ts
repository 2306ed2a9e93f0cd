import { expect } from 'vitest';
import { GuardError } from '../../src/model/errors.ts';
import type { PolicyLayer } from '../../src/model/policy.ts';
import { compilePolicy } from './compile-policy.ts';

export const HEAD = 'apiVersion: guard/v1\nkind: Policy\nmetadata: { name: clinic, version: "7" }\n';

export function compile(text: string, layer?: PolicyLayer) {
  return compilePolicy([{ file: 'policy.yaml', text, ...(layer === undefined ? {} : { layer }) }]);
}

/** The message of the error that compiling must end with. */
export function refusal(text: string, layer?: PolicyLayer): string {
  try {
    compile(text, layer);
  } catch (error) {
    expect(error).toBeInstanceOf(GuardError);
    if (error instanceof GuardError) {
      expect(error.code).toBe('POLICY_INVALID');
      return error.message;
    }
  }
  throw new Error('compiled without an error');
}

export const rule = (body: string) => `${HEAD}rules:\n  - ${body}\n`;
export const matching = (body: string) => rule(`{ id: a, match: { ${body} }, decision: block }`);
