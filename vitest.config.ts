import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.{ts,tsx}'], testTimeout: 10_000 } },
      {
        test: {
          name: 'warehouse',
          include: ['tests/warehouse/**/*.test.ts'],
          globalSetup: 'tests/support/cluster-template.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Each file starts a PostgreSQL of its own, copied from one that was made for the run.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          globalSetup: 'tests/support/cluster-template.ts',
          testTimeout: 300_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
