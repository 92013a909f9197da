import { expect, test } from './fixtures.ts';
import { ALL_BLOCKED, attackPolicy } from './support/page-attacks.ts';

test('the page cannot run inline code, eval, or speak to other hosts', async ({ writ }) => {
  expect(await attackPolicy(writ.page)).toEqual(ALL_BLOCKED);
  expect(writ.problems.length).toBeGreaterThan(0);
  writ.problems.length = 0;
});

test('the one-time token is gone from the address and from what scripts can read', async ({ writ }) => {
  await writ.page.waitForURL((url) => url.search === '');
  expect(await writ.page.evaluate(() => document.cookie)).toBe('');
});

test('another browser without the cookie sees nothing', async ({ writ }) => {
  await writ.page.waitForURL((url) => url.search === '');
  const browser = writ.page.context().browser();
  if (!browser) throw new Error('no browser');
  const other = await browser.newContext();
  const answer = await other.request.get(writ.page.url());
  expect(answer.status()).toBe(401);
  await other.close();
});
