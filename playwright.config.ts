import { defineConfig } from '@playwright/test';
import type { HostOption } from './tests/e2e/fixtures.ts';

export default defineConfig<object, HostOption>({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  timeout: 90_000,
  // A test that passes only at the second try is reported as flaky.
  retries: process.env.CI ? 2 : 0,
  expect: { timeout: 15_000 },
  // Every test has a host and a PostgreSQL of its own.
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  reporter: process.env.WRIT_REPORT
    ? [['list'], ['json', { outputFile: process.env.WRIT_REPORT }]]
    : [['list']],
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure', viewport: { width: 1360, height: 860 } },
  projects: [
    { name: 'web', use: { host: 'web' }, testIgnore: /(desktop|packed)-/ },
    { name: 'desktop', use: { host: 'desktop' }, testIgnore: /(web|packed)-/ },
    { name: 'packed', use: { host: 'desktop' }, testMatch: /packed-/ },
  ],
});
