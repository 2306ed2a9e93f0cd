import { defineConfig } from 'vitest/config';

/** Slowest honest single test: a real psql session with a held prompt (ms). */
const REAL_TEST_LIMIT = 60_000;

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: REAL_TEST_LIMIT,
    hookTimeout: REAL_TEST_LIMIT,
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default'],
  },
});
