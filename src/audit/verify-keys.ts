import { isSignedBy } from '../sign/signing-key.ts';
import { parseVerificationKey, type VerificationKey } from '../sign/verification-key.ts';
import type { SealedLine } from './entry-line.ts';
import type { ProblemKind } from './problem.ts';

/** What is wrong with the signature of one entry. */
export interface KeyProblem {
  readonly kind: ProblemKind;
  readonly text: string;
}

/**
 * Follows which key had to sign at each place of the log. A key that came later must not vouch for earlier entries, nor
 * an earlier one for later entries (what systemd's verifier once did not check, CVE-2023-31439).
 */
export interface KeyTrack {
  /** A `segment` or `key` entry names the key of what follows. Called before `check` of the same entry. */
  announce(type: 'segment' | 'key', text: string, line: SealedLine): readonly KeyProblem[];
  check(line: SealedLine): readonly KeyProblem[];
  readonly used: readonly UsedKey[];
}

export interface UsedKey {
  readonly id: string;
  /** False when the key is only known from the log itself. */
  readonly pinned: boolean;
}

class Track implements KeyTrack {
  readonly #pinned: ReadonlySet<string>;
  readonly #used = new Map<string, UsedKey>();
  #current: VerificationKey | undefined;

  constructor(pinned: readonly VerificationKey[]) {
    this.#pinned = new Set(pinned.map((key) => key.text));
    this.#current = pinned.length === 1 ? pinned[0] : undefined;
  }

  get used(): readonly UsedKey[] {
    return [...this.#used.values()];
  }

  announce(type: 'segment' | 'key', text: string, line: SealedLine): readonly KeyProblem[] {
    const named = parseVerificationKey(text);
    if (named === undefined) return [{ kind: 'unknown-key', text: 'the entry names a key that is none' }];
    const before = this.#used.size === 0 ? undefined : this.#current;
    const problems: KeyProblem[] = [];
    if (this.#pinned.size > 0 && !this.#pinned.has(named.text))
      problems.push({
        kind: 'unknown-key',
        text: `the log names key ${named.id}, which is not one of the given keys`,
      });
    if (before !== undefined && before.text !== named.text && !this.#handedOver(type, before, line))
      problems.push({
        kind: 'key-change',
        text: `key ${named.id} took over without the word of key ${before.id}`,
      });
    this.#used.set(named.text, { id: named.id, pinned: this.#pinned.has(named.text) });
    if (before !== undefined && this.#handedOver(type, before, line)) this.#next = named;
    else this.#current = named;
    return problems;
  }

  check(line: SealedLine): readonly KeyProblem[] {
    const key = this.#current;
    const problem = key === undefined ? undefinedKey(line) : signatureProblem(key, line);
    if (this.#next !== undefined) this.#current = this.#next;
    this.#next = undefined;
    return problem === undefined ? [] : [problem];
  }

  /** The key after a handing-over entry, which the key before it still signs. */
  #next: VerificationKey | undefined;

  #handedOver(type: 'segment' | 'key', before: VerificationKey, line: SealedLine): boolean {
    return type === 'key' && line.keyId === before.id && isSignedBy(before, line.signed, line.signature);
  }
}

function undefinedKey(line: SealedLine): KeyProblem {
  return { kind: 'unknown-key', text: `signed by key ${line.keyId}, which nothing before names` };
}

function signatureProblem(key: VerificationKey, line: SealedLine): KeyProblem | undefined {
  if (line.keyId !== key.id)
    return { kind: 'unknown-key', text: `signed by key ${line.keyId}, but here key ${key.id} has to sign` };
  if (!isSignedBy(key, line.signed, line.signature))
    return { kind: 'signature', text: 'the signature does not belong to this entry' };
  return undefined;
}

export function trackKeys(pinned: readonly VerificationKey[]): KeyTrack {
  return new Track(pinned);
}
