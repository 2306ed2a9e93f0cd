/** Why guard itself could not do its work. A refusal is a value, never one of these. */
export type GuardErrorCode =
  | 'USAGE'
  | 'CONFIG_INVALID'
  | 'POLICY_INVALID'
  | 'STATE_TOO_NEW'
  | 'AUDIT_UNWRITABLE'
  | 'AUDIT_UNREADABLE'
  | 'KEY_UNREADABLE'
  | 'PTY_FAILED'
  | 'COMMAND_NOT_FOUND'
  | 'TARGET_UNRESOLVED'
  | 'TARGET_UNREACHABLE'
  | 'PROTOCOL_VIOLATION'
  | 'PARSER_FAILED'
  | 'JUDGE_UNREACHABLE'
  | 'SELF_TEST_FAILED'
  | 'INTERNAL';

/** The only exception guard throws on purpose; `message` holds no raw values. One switch in cli/ maps the code to an exit status. */
export class GuardError extends Error {
  readonly code: GuardErrorCode;
  /** What to do now, if guard knows. */
  readonly hint: string | undefined;

  constructor(
    code: GuardErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly hint?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GuardError';
    this.code = code;
    this.hint = options.hint;
  }
}
