import { expect, test } from './fixtures.ts';
import { cell, openPlan } from './support/grid.ts';

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
