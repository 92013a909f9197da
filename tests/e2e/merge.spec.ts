import { expect, test } from './fixtures.ts';
import { OVER, walkOf } from './support/accessibility.ts';
import { become, cell, demoDatabase, openPlan, typeInto } from './support/grid.ts';

const line = "version = 'FC1' and cost_center = 'CC1020' and account = '4010'";

test('two people change the same rows: each difference is decided by the person, the rest is submitted meanwhile', async ({
  writ,
}) => {
  test.slow();
  let { page } = writ;
  await openPlan(page, 'FC1', 'CC1020');
  for (const [row, text] of ['11', '22', '33', '44', '55'].entries())
    await typeInto(page, row, 'amount', text);
  await expect(page.getByRole('button', { name: 'Submit (5)' })).toBeVisible();

  // Somebody else changes two of them, one to the same value, and deletes one.
  await become(page, 'Sam Okafor');
  await openPlan(page, 'FC1', 'CC1020');
  await expect(page.getByRole('button', { name: /^Submit$/ })).toBeVisible();
  for (const [row, text] of ['700', '800', '33'].entries()) await typeInto(page, row, 'amount', text);
  await cell(page, 3, 'amount').click();
  await page.getByRole('button', { name: 'Delete rows' }).click();
  await page.getByRole('button', { name: 'Submit (4)' }).click();
  await page.getByRole('button', { name: 'Submit 4 rows' }).click();
  await page.getByRole('button', { name: 'Done' }).click();

  await become(page, 'Anna Berg');
  await openPlan(page, 'FC1', 'CC1020');
  await expect(page.getByText(/4 rows of yours changed.*3 need a decision/)).toBeVisible();
  await expect(cell(page, 0, 'amount')).toHaveText('11.00');
  await expect(cell(page, 0, 'amount')).toHaveAttribute('data-mark', /conflict/);

  // Rows that need a decision block only themselves.
  await page.getByRole('button', { name: 'Submit (4)' }).click();
  const dialog = page.getByRole('dialog', { name: 'Submit' });
  await expect(dialog.getByText('3 rows need a decision first and are left out.')).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('submit-the-rest.png') });
  await dialog.getByRole('button', { name: 'Submit the rest: 1 row' }).click();
  await page.getByRole('button', { name: 'Done' }).click();

  // What needs a decision is there after a restart.
  page = await writ.restart('kill');
  await openPlan(page, 'FC1', 'CC1020');
  await page.getByRole('button', { name: 'Decide' }).click();
  const panel = page.getByRole('complementary', { name: 'Decide' });
  await expect(panel.getByText('3 rows left')).toBeVisible();
  await expect(panel.getByText(/sam\.okafor/).first()).toBeVisible();
  const { at, found } = walkOf(page);
  await panel.getByLabel('For', { exact: true }).selectOption({ label: 'In Amount (3)' });
  await at('decide many at once', OVER);
  expect(found).toEqual([]);

  // By keyboard: keep mine for the first, type another for the second.
  const cards = panel.locator('[data-conflict]');
  await expect(cards.first()).toBeFocused();
  await expect(cards.first()).toContainText('700.00');
  await page.keyboard.press('m');
  await expect(panel.getByText('2 rows left')).toBeVisible();
  await expect(cards.first()).toContainText('800.00');
  await page.keyboard.press('Control+z');
  await expect(panel.getByText('3 rows left')).toBeVisible();
  await cards.first().focus();
  await page.keyboard.press('m');
  await expect(panel.getByText('2 rows left')).toBeVisible();
  await page.keyboard.press('e');
  await page.keyboard.type('25');
  await page.keyboard.press('Enter');
  await expect(panel.getByText('1 row left')).toBeVisible();
  await expect(cards.first()).toContainText(/not in the table any more|was deleted/);
  await panel.getByRole('button', { name: 'Discard mine' }).click();
  await expect(panel.getByText('Everything is decided')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();

  await page.getByRole('button', { name: 'Submit (2)' }).click();
  await page.getByRole('button', { name: 'Submit 2 rows' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  const stored = await demoDatabase(writ.dataFolder, async (client) => {
    const { rows } = await client.query(
      `select period, amount::text from plan.plan_line where ${line} and period <= '2026-05' order by period`,
    );
    return rows.map((row: { amount: string }) => row.amount);
  });
  expect(stored).toEqual(['11.00', '25.00', '33.00', '55.00']);
});
