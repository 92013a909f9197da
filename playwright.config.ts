import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';
import type { HostOption, StartOption } from './tests/e2e/fixtures.ts';

/** Journeys that run in the web host too; the others run in the real window only, where the renderer is the same. */
const BOTH_HOSTS = /\b(web-[^/]*|first-start|entry|submit|approval|exchange)\.spec\.ts$/;

export default defineConfig<StartOption, HostOption>({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  globalSetup: './tests/e2e/support/demo-template.ts',
  timeout: 120_000,
  // A test that passes only at the second try is reported as flaky.
  retries: process.env.CI ? 2 : 0,
  expect: { timeout: 15_000 },
  // Every test has a host, a data folder and a PostgreSQL of its own.
  fullyParallel: true,
  workers: Math.min(2, availableParallelism()),
  forbidOnly: Boolean(process.env.CI),
  reporter: process.env.WRIT_REPORT
    ? [['list'], ['json', { outputFile: process.env.WRIT_REPORT }]]
    : [['list']],
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure', viewport: { width: 1360, height: 860 } },
  projects: [
    {
      name: 'web',
      use: { host: 'web' },
      // Where no window can be opened, this is all there is.
      ...(process.env.WRIT_E2E_WEB === 'all'
        ? { testIgnore: /(desktop|packed)-/ }
        : { testMatch: BOTH_HOSTS }),
    },
    { name: 'desktop', use: { host: 'desktop' }, testIgnore: /(web|packed)-/ },
    { name: 'packed', use: { host: 'desktop' }, testMatch: /packed-/ },
  ],
});
