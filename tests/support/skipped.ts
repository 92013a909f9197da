import { describe, type TestContext, test } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why the test does not run here; the last lines of `npm test` say it. */
    skipped?: string;
  }
}

/** Why what needs `grant set on parameter` does not run on an older server: there nobody but a superuser can set it. */
export const NO_PARAMETER_GRANTS = 'Parameters are granted since PostgreSQL 15.';

/** `describe` where `reason` is null; else the group is skipped for that reason. */
export const describeUnless = (reason: string | null) => (name: string, body: () => void) =>
  reason === null ? describe(name, body) : describe.skip(name, { meta: { skipped: reason } }, body);

/** `test` where `reason` is null; else the test is skipped for that reason. */
export const testUnless = (reason: string | null) => (name: string, body: () => void | Promise<void>) =>
  reason === null ? test(name, body) : test.skip(name, { meta: { skipped: reason } }, body);

/** Ends the running test as skipped for that reason. */
export const skipTest = (context: TestContext, reason: string): never => {
  context.task.meta.skipped = reason;
  return context.skip(reason);
};
