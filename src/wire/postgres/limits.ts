const MEBIBYTE = 1_048_576;

/** Bounds of one connection; sizes in bytes, times in milliseconds. */
export interface ProxyLimits {
  /** A Query, Parse or Bind above this is refused with SQLSTATE 54000 and never held. */
  readonly statementBytes: number;
  /** A server message that must be rewritten or understood; a larger row refuses its result. */
  readonly messageBytes: number;
  /** An extended-protocol batch is judged in parts when it grows beyond this. */
  readonly batchBytes: number;
  readonly batchMessages: number;
  readonly probeBytes: number;
  readonly probeMs: number;
  /** Startup packet to first byte and login of the client (PostgreSQL's authentication_timeout). */
  readonly startupMs: number;
  /** Connection to a right token, where one is asked for. */
  readonly admissionMs: number;
  /** Connections of one proxy that have logged in, and such that have not got that far (count). */
  readonly clients: number;
  readonly waiting: number;
  /** Prepared statements and portals remembered by name. */
  readonly names: number;
}

export const DEFAULT_LIMITS: ProxyLimits = {
  statementBytes: 64 * MEBIBYTE,
  messageBytes: 64 * MEBIBYTE,
  batchBytes: MEBIBYTE,
  batchMessages: 1000,
  probeBytes: 32 * MEBIBYTE,
  probeMs: 5000,
  startupMs: 60_000,
  admissionMs: 10_000,
  clients: 200,
  waiting: 64,
  names: 10_000,
};
