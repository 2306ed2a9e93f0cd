/** Time as the world tells it; tests hand in their own. */
export interface Clock {
  /** Milliseconds since the epoch; may jump. */
  wall(): number;
  /** Milliseconds since an arbitrary moment, shared by all processes of one boot; never goes back. */
  monotonic(): number;
}

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint() / NANOSECONDS_PER_MILLISECOND),
};
