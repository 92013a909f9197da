import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { cell, openPlan, typeInto } from './support/grid.ts';

const be = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('button', { name: /^Working as/ }).click();
  await page.getByRole('menuitemradio', { name: new RegExp(name) }).click();
  await expect(page.getByRole('button', { name: new RegExp(`Working as ${name}`) })).toBeVisible();
};

test('a planner cannot type into actuals and sees no other division', async ({ page }) => {
  await openPlan(page, 'ACT', 'CC1020');
  const before = await cell(page, 0, 'amount').innerText();
  await typeInto(page, 0, 'amount', '5');
  await expect(page.getByText(/row policy of the warehouse keeps this row/i).first()).toBeVisible();
  await expect(cell(page, 0, 'amount')).toHaveText(before);
  await expect(page.getByRole('button', { name: /^Submit$/ })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Filter rows' }).fill('CC3010');
  await expect(page.getByText(/^0 of/)).toBeVisible();
});

test('a reviewer may remark and nothing else', async ({ page }) => {
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await be(page, 'Mei Tan');
  await openPlan(page, 'FC1', 'CC3010');
  const before = await cell(page, 0, 'amount').innerText();
  await typeInto(page, 0, 'amount', '5');
  await expect(cell(page, 0, 'amount')).toHaveText(before);
  await cell(page, 0, 'amount').click();
  const memo = cell(page, 0, 'memo');
  for (let i = 0; i < 12 && !(await memo.isVisible()); i++) await page.keyboard.press('Tab');
  await typeInto(page, 0, 'memo', 'Checked');
  await expect(page.getByRole('button', { name: 'Submit (1)' })).toBeEnabled();
});

test('what a person cannot use is disabled and says why', async ({ page }) => {
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await be(page, 'Mei Tan');
  await openPlan(page, 'FC1', 'CC3010');
  await cell(page, 0, 'amount').click();
  for (const [name, why] of [
    ['Add row', 'Your roles may not add rows to this table.'],
    ['Delete rows', 'Your roles may not delete rows of this table.'],
    ['Submit', 'Nothing to submit yet'],
  ] as const) {
    const control = page.locator('.sheet-toolbar').getByRole('button', { name });
    await expect(control).toHaveAttribute('aria-disabled', 'true');
    await expect(control).toHaveAttribute('title', new RegExp(why));
  }
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('Governance of this database');
  const governance = page.getByRole('option', { name: /Governance of this database/ });
  await expect(governance).toHaveAttribute('aria-disabled', 'true');
  await expect(governance).toContainText('only members of that role change it');
  await page.getByRole('combobox').fill('Approval policy');
  await page.getByRole('combobox').press('Enter');
  const policy = page.getByRole('dialog', { name: 'Approval policy' });
  await expect(policy).toContainText('Only administrators of schema writ may change this');
  await expect(policy.getByRole('radio').first()).toBeDisabled();
  await expect(policy.getByRole('button', { name: 'Save' })).toHaveCount(0);
});

test('a table without a key and a joined view are readable and say why they cannot be edited', async ({
  page,
}) => {
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: /Import log/ }).click();
  await expect(page.getByText(/ledger-2026-01.csv/)).toBeVisible();
  await expect(page.locator('.sheet-screen')).toContainText(
    /read-only|cannot be (edited|changed)|may not|no (primary )?key/i,
  );
  await page.getByRole('button', { name: /Variance/ }).click();
  await expect(cell(page, 0, 'variance')).toBeVisible();
  await expect(page.locator('.sheet-screen')).toContainText(
    /read-only|cannot be (edited|changed)|may not|no (primary )?key/i,
  );
});
