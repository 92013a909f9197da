import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { become, cell, openPlan, typeInto } from './support/grid.ts';

const submitted = /\bsubmitted\b/;

const command = async (page: Page, name: string): Promise<void> => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(name);
  await page.getByRole('combobox').press('Enter');
};

const setPolicy = async (page: Page): Promise<void> => {
  await become(page, 'Sam Okafor');
  await expect(cell(page, 0, 'version')).toBeVisible();
  const width = async (): Promise<number> => (await cell(page, 0, 'account').boundingBox())?.width ?? 0;
  // The account's column has room for its label.
  await expect.poll(width).toBeGreaterThan(150);
  await command(page, 'Approval policy');
  const policy = page.getByRole('dialog', { name: 'Approval policy' });
  await policy.getByRole('radio', { name: 'After approval by other persons' }).check();
  await policy.getByLabel('Step 1: role').fill('reviewer');
  await policy.getByRole('button', { name: 'Save' }).click();
  await expect(policy).toBeHidden();
  // The sheet was opened again with the policy, and its columns have their room again.
  await expect(cell(page, 0, 'account')).toContainText('Pressure sensors');
  await expect.poll(width).toBeGreaterThan(150);
};

test('a batch under approval is written after another person has approved it, as it was approved', async ({
  page,
}) => {
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await setPolicy(page);
  await become(page, 'Anna Berg');
  await openPlan(page, 'FC1', 'CC1020');
  await typeInto(page, 0, 'amount', '1000000.25');
  await page.getByRole('button', { name: 'Submit (1)' }).click();
  await page.getByLabel('Note').fill('New offer');
  await page.getByRole('button', { name: 'Submit 1 row for approval' }).click();
  const sent = page.getByRole('dialog', { name: 'Submitted for approval' });
  await expect(sent).toContainText('1 row waits for approval by 1 person of reviewer');
  await sent.getByRole('button', { name: 'Done' }).click();
  await expect(cell(page, 0, 'amount')).toHaveAttribute('data-mark', submitted);
  await expect(page.getByText('One row of yours waits for approval')).toBeVisible();
  await cell(page, 0, 'amount').click();
  await page.keyboard.type('5');
  await expect(page.getByText('The row is part of a batch under review').first()).toBeVisible();

  await become(page, 'Mei Tan');
  await page.getByRole('button', { name: /^Reviews/ }).click();
  const batches = page.getByRole('listbox', { name: 'Batches' });
  await expect(batches.getByRole('option')).toContainText('anna.berg');
  await batches.focus();
  await page.keyboard.press('Enter');
  const batch = page.getByRole('region', { name: 'Batch', exact: true });
  await expect(batch).toContainText('New offer');
  await expect(batch.getByRole('table', { name: 'Changed cells' })).toContainText('1,000,000.25');
  await batch.getByLabel('by').selectOption('cost_center');
  await expect(batch.getByRole('table', { name: 'Amount by Cost center' })).toContainText('CC1020');
  await batch.getByLabel('by').selectOption('currency');
  await expect(batch.getByRole('table', { name: 'Amount by Currency' })).toContainText('EUR');
  await batch.getByRole('textbox', { name: 'Comment on the batch' }).fill('Thanks');
  await batch.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(batch.getByRole('article')).toContainText('Thanks');
  await page.keyboard.press('Escape');
  await batches.focus();
  await page.keyboard.press('a');
  const deciding = page.getByRole('dialog', { name: 'Approve this batch' });
  await expect(deciding).toContainText('1 cell in 1 row');
  await deciding.getByRole('button', { name: 'Approve' }).click();
  await expect(page.getByText('Nothing waits for your approval.')).toBeVisible();

  await become(page, 'Anna Berg');
  await page.getByRole('button', { name: /^Reviews/ }).click();
  await page.getByRole('tab', { name: /Mine/ }).click();
  await page.getByRole('option').click();
  await expect(batch.getByRole('button', { name: 'Approve…' })).toHaveCount(0);
  await batch.getByRole('button', { name: 'Write to the warehouse' }).click();
  await expect(batch).toContainText('Written');
  await page.getByRole('button', { name: /Plan line/ }).click();
  await openPlan(page, 'FC1', 'CC1020');
  await expect(cell(page, 0, 'amount')).toHaveText('1,000,000.25');
  await expect(cell(page, 0, 'amount')).not.toHaveAttribute('data-mark', submitted);
});

test('a returned batch comes back as pending edits, with what has to change', async ({ page }) => {
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await setPolicy(page);
  await become(page, 'Anna Berg');
  await openPlan(page, 'FC1', 'CC1030');
  await typeInto(page, 0, 'amount', '77');
  await page.getByRole('button', { name: 'Submit (1)' }).click();
  await page.getByRole('button', { name: 'Submit 1 row for approval' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();

  await become(page, 'Mei Tan');
  await page.getByRole('button', { name: /^Reviews/ }).click();
  await page.getByRole('listbox', { name: 'Batches' }).focus();
  await page.keyboard.press('r');
  const deciding = page.getByRole('dialog', { name: 'Return this batch' });
  await expect(deciding.getByRole('button', { name: 'Return' })).toBeDisabled();
  await deciding.getByLabel('What has to change').fill('Too low');
  await deciding.getByRole('button', { name: 'Return' }).click();
  await expect(page.getByText('Nothing waits for your approval.')).toBeVisible();

  await become(page, 'Anna Berg');
  await openPlan(page, 'FC1', 'CC1030');
  await expect(page.locator('.sheet-status')).toContainText('1 row changed');
  await expect(cell(page, 0, 'amount')).toHaveText('77.00');
  await page.getByRole('button', { name: /^Reviews/ }).click();
  await page.getByRole('tab', { name: /Mine/ }).click();
  await expect(page.getByRole('option')).toContainText('Returned');
});
