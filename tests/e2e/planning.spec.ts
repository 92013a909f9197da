import { expect, test } from './fixtures.ts';
import { cell, demoDatabase, openPlan } from './support/grid.ts';

test('a total is spread over a range to the cent, with a held cell, as one undo', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1020');
  await cell(page, 0, 'amount').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  const kept = await cell(page, 1, 'amount').innerText();
  await cell(page, 1, 'amount').click({ button: 'right' });
  await page.getByRole('menuitem', { name: /Spread, grow or copy forward/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Plan 3 cells' });
  await dialog.getByLabel('Method').selectOption('even');
  await dialog.getByRole('checkbox').nth(1).check();
  await dialog.getByLabel('Total').fill('1,000,000.01');
  await expect(dialog.getByText('1,000,000.01')).toBeVisible();
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByText('2 rows changed')).toBeVisible();
  await expect(cell(page, 1, 'amount')).toHaveText(kept);
  await expect(page.locator('.sheet-stats')).toContainText('Sum 1,000,000.01');
  await page.keyboard.press('Control+z');
  await expect(page.getByText('2 rows changed')).toBeHidden();
});

test('from one cell a total is spread over the months of its line, whatever the order of the rows', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1020');
  await cell(page, 0, 'amount').click();
  await page.keyboard.press('Control+Alt+s');
  const dialog = page.getByRole('dialog', { name: 'Plan 12 cells' });
  await dialog.getByLabel('Method').selectOption('4-4-5');
  await dialog.getByLabel('Total').fill('5200.01');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(cell(page, 0, 'amount')).toHaveText('400.00');
  await expect(cell(page, 2, 'amount')).toHaveText('500.01');
  await expect(cell(page, 11, 'amount')).toHaveText('500.00');
  await page.getByRole('button', { name: 'Undo Spread' }).click();
  await expect(page.getByText('rows changed')).toBeHidden();
});

test('months of a line that have no row are offered, previewed, and added with the total in one step', async ({
  writ,
}) => {
  const { page } = writ;
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await demoDatabase(writ.dataFolder, (client) =>
    client.query(
      `delete from plan.plan_line where version = 'FC1' and cost_center = 'CC1020' and account = '4010' and period in ('2026-10', '2026-12')`,
    ),
  );
  await openPlan(page, 'FC1', 'CC1020');
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(cell(page, 10, 'account')).not.toContainText('4010');
  await cell(page, 0, 'amount').click();
  await page.keyboard.press('Control+Alt+s');
  await expect(page.getByRole('dialog', { name: 'Plan 10 cells' })).toBeVisible();
  await page.getByLabel('Add rows for the 2 months that have none: 2026-10, 2026-12').check();
  const dialog = page.getByRole('dialog', { name: 'Plan 12 cells' });
  await expect(dialog.getByText(/They begin with .*as this line has it/)).toBeVisible();
  await dialog.getByLabel('Method').selectOption('4-4-5');
  await dialog.getByLabel('Total').fill('5200.01');
  await expect(dialog.getByRole('row', { name: /2026-12, Amount new row/ })).toContainText('500.00');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(page.locator('.sheet-status')).toContainText('10 rows changed, 2 new');
  const fresh = page.locator('.ag-cell[data-mark~="new"][col-id="c:amount"]');
  await cell(page, 0, 'amount').click();
  await page.keyboard.press('Control+g');
  await page.getByRole('dialog', { name: 'Go to' }).getByRole('textbox').fill('636 amount');
  await page.keyboard.press('Enter');
  await expect(cell(page, 634, 'amount')).toHaveText('400.00');
  await expect(cell(page, 635, 'amount')).toHaveText('500.00');
  await expect(fresh).toHaveCount(2);
  await page.getByRole('button', { name: 'Undo Spread' }).click();
  await expect(page.locator('.sheet-status')).not.toContainText('new');
});

test('a total is spread like other rows, chosen by number', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1020');
  for (const [row, value] of [
    [0, '1'],
    [1, '3'],
  ] as const) {
    await cell(page, row, 'amount').click();
    await page.keyboard.type(value);
    await page.keyboard.press('Enter');
  }
  await cell(page, 5, 'amount').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+Alt+s');
  const dialog = page.getByRole('dialog', { name: 'Plan 2 cells' });
  await dialog.getByLabel('Method').selectOption('like');
  await expect(dialog.getByRole('alert')).toContainText('number of the first row to follow');
  await dialog.getByLabel('Total').fill('100');
  await dialog.getByLabel('Like the rows from number').fill('1');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(cell(page, 5, 'amount')).toHaveText('25.00');
  await expect(cell(page, 6, 'amount')).toHaveText('75.00');
});

test('typed arithmetic shows its exact value before it is kept; find and replace changes the whole sheet as one step', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1020');
  await cell(page, 0, 'amount').click();
  await page.keyboard.type('=1200*1.05');
  await expect(page.getByText('= 1260.00')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(cell(page, 0, 'amount')).toHaveText('1,260.00');
  await page.keyboard.press('Control+f');
  const find = page.getByRole('search', { name: 'Find and replace' });
  await find.getByLabel('Find', { exact: true }).fill('Price increase');
  await expect(find.getByText(/^\d+ cells$/)).toBeVisible();
  const found = Number.parseInt((await find.getByText(/^\d+ cells$/).innerText()).replace(/\D/g, ''), 10);
  expect(found).toBeGreaterThan(1);
  await find.getByLabel('Replace with').fill('Price rise');
  await find.getByRole('button', { name: 'Replace all' }).click();
  await expect(find.getByText(`Replaced: ${found} kept.`)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: `Submit (${found + 1})` })).toBeVisible();
});
