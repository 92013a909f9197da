import { expect, test } from './fixtures.ts';
import { become, cell, demoDatabase, openPlan, typeInto } from './support/grid.ts';

test('a closed period is read-only with the reason, for psql too; reopening takes a reason and is kept', async ({
  writ,
}) => {
  const { page } = writ;
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Periods' }).click();
  const january = page.getByRole('row', { name: /January 2026/ });
  await expect(january).toContainText('Open');
  await expect(january.getByRole('button', { name: 'Close…' })).toHaveCount(0);

  await become(page, 'Sam Okafor');
  await page.getByRole('button', { name: 'Periods' }).click();
  await january.getByRole('button', { name: 'Close…' }).click();
  const closing = page.getByRole('dialog', { name: 'Close January 2026' });
  await closing.getByLabel('Reason').fill('Board papers are out');
  await closing.getByRole('button', { name: 'Close now' }).click();
  await expect(january).toContainText('Closed');
  await expect(january).toContainText('sam.okafor');
  await expect(january).toContainText('Board papers are out');

  await become(page, 'Anna Berg');
  await openPlan(page, 'FC1', 'CC1020');
  await cell(page, 0, 'amount').click();
  await page.keyboard.type('5');
  await expect(page.getByText(/January 2026 is closed/).first()).toBeVisible();
  await expect(cell(page, 0, 'amount')).toHaveAttribute('aria-readonly', 'true');
  await typeInto(page, 1, 'amount', '12.5');
  await expect(cell(page, 1, 'amount')).toHaveText('12.50');
  await demoDatabase(writ.dataFolder, async (client) => {
    await expect(
      client.query("update plan.plan_line set amount = 1 where version = 'FC1' and period = '2026-01'"),
    ).rejects.toMatchObject({ code: 'WR201' });
  });

  await become(page, 'Sam Okafor');
  await page.getByRole('button', { name: 'Periods' }).click();
  await january.getByRole('button', { name: 'Reopen…' }).click();
  const reopening = page.getByRole('dialog', { name: 'Reopen January 2026' });
  await expect(reopening.getByRole('button', { name: 'Reopen' })).toBeDisabled();
  await reopening.getByLabel('Reason').fill('A late invoice');
  await reopening.getByRole('button', { name: 'Reopen' }).click();
  await expect(january).toContainText('Open');
  await january.getByRole('button', { name: 'Who has submitted' }).click();
  await expect(page.getByRole('dialog', { name: 'Who has submitted for January 2026' })).toContainText(
    'anna.berg',
  );
});
