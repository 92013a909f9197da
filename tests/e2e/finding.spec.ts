import { expect, test } from './fixtures.ts';
import { cell, openPlan, typeInto } from './support/grid.ts';

test('going to a row, a key and a column; only rows with trouble; commands by name', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1030');
  await cell(page, 0, 'amount').click();
  await page.keyboard.press('Control+g');
  const dialog = page.getByRole('dialog', { name: 'Go to' });
  await dialog.getByRole('textbox').fill('9999');
  await dialog.getByRole('textbox').press('Enter');
  await expect(dialog.getByRole('alert')).toHaveText('The view has 600 rows.');
  await dialog.getByRole('textbox').fill('500 quantity');
  await dialog.getByRole('textbox').press('Enter');
  await expect(cell(page, 499, 'quantity')).toBeFocused();
  await page.keyboard.press('Control+g');
  await dialog.getByRole('textbox').fill('FC1 CC1030 4010 2026-03 amount');
  await dialog.getByRole('textbox').press('Enter');
  await expect(cell(page, 2, 'amount')).toBeFocused();

  await page.keyboard.type('abc');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Show only rows with entries that are not valid' }).click();
  await expect(page.locator('.sheet-status-rows')).toContainText('1 of 16,038 rows');
  await page.getByRole('button', { name: 'Show all rows' }).click();
  await expect(page.locator('.sheet-status-rows')).toContainText('600 of 16,038 rows');

  // By column: what waits there to be submitted, what is not valid there, what needs a decision there.
  await typeInto(page, 5, 'quantity', '7');
  const condition = async (column: string, label: string): Promise<void> => {
    await page.locator(`.ag-header-cell[col-id="c:${column}"]`).press('Alt+ArrowDown');
    await page.getByLabel('Condition').selectOption({ label });
    await page.getByRole('button', { name: 'Apply' }).click();
  };
  const shown = page.locator('.sheet-status-rows');
  await condition('amount', 'is not valid');
  await expect(shown).toContainText('1 of 16,038 rows');
  await expect(cell(page, 0, 'amount')).toHaveText('abc');
  await condition('amount', 'has a pending change');
  await expect(page.getByText('No row matches')).toBeVisible();
  await page.getByRole('button', { name: 'Show all rows' }).last().click();
  await condition('quantity', 'has a pending change');
  await expect(shown).toContainText('1 of 16,038 rows');
  await expect(cell(page, 0, 'quantity')).toHaveText('7.000');
  await page.locator('.ag-header-cell[col-id="c:quantity"]').press('Alt+ArrowDown');
  await expect(page.getByLabel('Condition')).toHaveValue('pending');
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await condition('quantity', 'has a conflict');
  await expect(page.getByText('No row matches')).toBeVisible();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Open a sheet or run a command' });
  await palette.getByRole('combobox').fill('all rows');
  await palette.getByRole('combobox').press('Enter');
  await expect(page.locator('.sheet-status-rows')).toHaveText('16,038 rows');
});

test('finding within a selection, with a preview of what replacing would do', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1030');
  await cell(page, 0, 'period').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+f');
  const find = page.getByRole('search', { name: 'Find and replace' });
  await find.getByLabel('Find', { exact: true }).fill('2026');
  await expect(find.getByRole('status')).toHaveText('3 cells');
  await find.getByLabel('Replace with').fill('2027');
  await expect(find.getByRole('list', { name: 'What replacing would change' })).toContainText(
    '2026-02 → 2027-02',
  );
  await find.getByLabel('In selection').uncheck();
  await expect(find.getByRole('status')).not.toHaveText('3 cells');
});

test('F3 steps through what was found; a filter gives the focus back to its header; a refused text is undone', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1030');
  await cell(page, 0, 'amount').click();
  await page.keyboard.press('F3');
  const find = page.getByRole('search', { name: 'Find and replace' });
  await find.getByLabel('Find', { exact: true }).fill('2026-03');
  await find.getByLabel('Whole cell').check();
  await expect(find.getByRole('status')).toHaveText('50 cells');
  await cell(page, 0, 'period').click();
  await page.keyboard.press('F3');
  await expect(cell(page, 2, 'period')).toBeFocused();
  await page.keyboard.press('F3');
  await expect(cell(page, 14, 'period')).toBeFocused();
  await page.keyboard.press('Shift+F3');
  await expect(cell(page, 2, 'period')).toBeFocused();
  await find.getByRole('button', { name: 'Close' }).click();
  // Closed, F3 goes on with the same search from where the person is.
  await cell(page, 12, 'amount').click();
  await page.keyboard.press('F3');
  await expect(cell(page, 14, 'period')).toBeFocused();
  await expect(find.getByRole('status')).toHaveText(/ of 50 cells$/);
  await page.keyboard.press('Control+f');
  await expect(find.getByLabel('Find', { exact: true })).toBeFocused();
  await expect(find.getByLabel('Find', { exact: true })).toHaveValue('2026-03');
  // Enter that comes before the answer is not lost.
  await page.keyboard.type('2026-04');
  await page.keyboard.press('Enter');
  await expect(find.getByRole('status')).toHaveText(/^[\d,]+ of 50 cells$/);
  await page.keyboard.press('Escape');

  const header = page.locator('.ag-header-cell[col-id="c:driver"]');
  await cell(page, 0, 'driver').click();
  await page.keyboard.press('ArrowUp');
  await expect(header).toBeFocused();
  await page.keyboard.press('Alt+ArrowDown');
  const filter = page.getByRole('dialog', { name: 'Filter Driver' });
  const [top, box] = [await header.boundingBox(), await filter.boundingBox()];
  // The popover hangs below its header.
  expect(Math.abs((top?.y ?? 0) + (top?.height ?? 0) - (box?.y ?? 0))).toBeLessThan(30);
  await page.keyboard.press('Escape');
  await expect(header).toBeFocused();
  await page.keyboard.press('Alt+ArrowDown');
  await filter.getByLabel('Condition').selectOption({ label: 'does not equal' });
  await filter.getByLabel('Value').fill('manual');
  await page.keyboard.press('Enter');
  await expect(header).toBeFocused();
  await expect(page.locator('.sheet-status-rows')).not.toContainText('600 of');
  await expect(cell(page, 0, 'driver')).not.toHaveText('manual');
  await expect(cell(page, 1, 'driver')).not.toHaveText('manual');

  const amount = cell(page, 1, 'amount');
  const held = await amount.innerText();
  await amount.click();
  await page.keyboard.type('abc');
  await page.keyboard.press('Enter');
  await expect(amount).toHaveText('abc');
  await page.keyboard.press('Control+z');
  await expect(amount).toHaveText(held);
  await page.keyboard.press('Control+y');
  await expect(amount).toHaveText('abc');
  await page.getByRole('button', { name: 'Undo text that is not valid' }).click();
  await expect(amount).toHaveText(held);

  await amount.click();
  const palette = page.getByRole('dialog', { name: 'Open a sheet or run a command' });
  const run = async (name: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await palette.getByRole('combobox').fill(name);
    await expect(palette.getByRole('option').first()).toContainText(name);
    await palette.getByRole('combobox').press('Enter');
    await expect(palette).toBeHidden();
  };
  const height = async (): Promise<number> => (await amount.boundingBox())?.height ?? 0;
  const compact = await height();
  await run('Settings');
  await page.getByLabel('Rows', { exact: true }).selectOption('comfortable');
  await page.getByRole('button', { name: 'Done' }).click();
  await expect.poll(height).toBeGreaterThan(compact);

  await amount.click();
  await page.keyboard.press('Shift+ArrowDown');
  await run('Fill down');
  await expect(cell(page, 2, 'amount')).toHaveText(held);
  await typeInto(page, 2, 'amount', '8');
  await amount.click();
  await page.keyboard.press('Shift+ArrowDown');
  await run('Fill up');
  await expect(amount).toHaveText('8.00');
  await run('Amount: Sort descending');
  await expect(page.getByRole('columnheader', { name: 'Amount' }).first()).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  await expect(amount).not.toHaveText('8.00');
  await amount.click();
  await run('Amount: Filter');
  await expect(page.getByRole('dialog', { name: 'Filter Amount' })).toBeVisible();
  await page.keyboard.press('Escape');
  await amount.click();
  await run('Amount: Hide');
  await expect(page.locator('.ag-header-cell[col-id="c:amount"]')).toHaveCount(0);
});
