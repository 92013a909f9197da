import { expect, test } from './fixtures.ts';
import { cell, openPlan, pasteText, rowsShown } from './support/grid.ts';

const pending = /\bpending\b/;

test('a paste with refused cells changes nothing until it is answered: cancel, take the valid, or correct in place', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1030');
  await cell(page, 2, 'amount').click();
  await pasteText(page, '1\nx\n3\n');
  const dialog = page.getByRole('dialog', { name: 'Paste 3 cells' });
  await expect(dialog).toContainText('2 can be kept, 1 is not valid');
  await expect(cell(page, 2, 'amount')).not.toHaveAttribute('data-mark', pending);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Nothing was pasted.')).toBeVisible();
  await expect(cell(page, 2, 'amount')).not.toHaveAttribute('data-mark', pending);

  await expect(cell(page, 2, 'amount')).toBeFocused();
  await pasteText(page, '1\nx\n3\n');
  await dialog.getByRole('button', { name: 'Take the 2 valid' }).click();
  await expect(cell(page, 2, 'amount')).toHaveText('1.00');
  await expect(cell(page, 3, 'amount')).not.toHaveAttribute('data-mark', /refused|pending/);
  await expect(cell(page, 4, 'amount')).toHaveText('3.00');
  await expect(page.locator('.sheet-status')).toContainText('2 rows changed');
  await expect(page.getByText(/Only rows shown by the filter were written/)).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(cell(page, 4, 'amount')).not.toHaveAttribute('data-mark', pending);
});

test('a block written with decimal commas is read as such and said; what could be either is asked', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1030');
  await cell(page, 0, 'amount').click();
  await pasteText(page, '1.234,50\n-12,5\n');
  await expect(cell(page, 0, 'amount')).toHaveText('1,234.50');
  await expect(cell(page, 1, 'amount')).toHaveText('-12.50');
  await expect(page.getByText('1.234,50 read as 1234.50')).toBeVisible();

  await cell(page, 4, 'amount').click();
  await pasteText(page, '1.234,50\n7.500\n');
  const dialog = page.getByRole('dialog', { name: 'Paste 2 cells' });
  await expect(dialog.getByRole('radio', { name: 'with a decimal comma: 7.500 is 7500' })).toBeChecked();
  await dialog.getByRole('radio', { name: 'with a decimal comma: 7.500 is 7500' }).press('ArrowUp');
  await expect(dialog.getByRole('radio', { name: /with a decimal point: 7.500 is 7.500/ })).toBeChecked();
  await dialog.getByRole('radio', { name: /decimal comma/ }).click();
  await dialog.getByRole('button', { name: 'Paste', exact: true }).click();
  await expect(cell(page, 5, 'amount')).toHaveText('7,500.00');
});

test('rows pasted past the end are added in the same step and go with one undo', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1020');
  const last = (await rowsShown(page)) - 1;
  await cell(page, 0, 'amount').click();
  await page.keyboard.press('Control+ArrowDown');
  await expect(cell(page, last, 'amount')).toBeFocused();
  await pasteText(page, '10\n20\n30\n');
  await expect(page.getByText(/Paste: .*2 rows added/)).toBeVisible();
  await expect(cell(page, last, 'amount')).toHaveText('10.00');
  await expect(page.locator('.sheet-status')).toContainText('1 row changed, 2 new');
  await page.locator('.ag-cell:focus').press('PageDown');
  await expect(cell(page, last + 2, 'amount')).toHaveText('30.00');
  await page.getByRole('button', { name: 'Undo Paste' }).click();
  await expect(page.locator('.sheet-status')).not.toContainText('new');
  await expect(cell(page, last + 2, 'amount')).toHaveCount(0);
});

test('Ctrl+Enter keeps what was typed in every selected cell, as one step', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1030');
  await cell(page, 1, 'amount').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.type('55');
  await page.keyboard.press('Control+Enter');
  for (const row of [1, 2, 3]) await expect(cell(page, row, 'amount')).toHaveText('55.00');
  await page.keyboard.press('Control+z');
  for (const row of [1, 2, 3]) await expect(cell(page, row, 'amount')).not.toHaveText('55.00');
});
