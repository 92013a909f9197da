import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { cell, openPlan } from './support/grid.ts';

const stats = (page: Page) => page.locator('.sheet-stats');
const number = (page: Page, row: number) => page.locator(`.ag-row[row-index="${row}"] .ag-cell[col-id="#"]`);
const header = (page: Page, column: string) => page.locator(`.ag-header-cell[col-id="c:${column}"]`);

const copied = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const data = new DataTransfer();
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }),
    );
    return data.getData('text/plain');
  });

test('keys go where a spreadsheet goes, and Shift takes the range along', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1020');
  await cell(page, 3, 'amount').click();
  await page.keyboard.press('Home');
  await expect(cell(page, 3, 'version')).toBeFocused();
  await page.keyboard.press('End');
  await expect(cell(page, 3, 'amount_thousands')).toBeFocused();
  await page.keyboard.press('Control+Home');
  await expect(cell(page, 0, 'version')).toBeFocused();
  await page.keyboard.press('Shift+End');
  await expect(stats(page)).toContainText('14 cells');
  await page.keyboard.press('Control+Shift+End');
  await expect(stats(page)).toContainText('8,904 cells');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+PageDown');
  await expect(stats(page)).toContainText(/^1\d cells|^2\d cells/);
  await page.keyboard.press('Control+Shift+Space');
  await expect(stats(page)).toContainText('8,904 cells');

  // The header is one stop of Tab and the cells are another, both ways; arrows walk inside the header.
  await page.keyboard.press('Control+Home');
  await cell(page, 4, 'currency').click();
  const submit = page.getByRole('button', { name: /^Submit/ });
  await submit.focus();
  await page.keyboard.press('Tab');
  await expect(header(page, 'currency')).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(header(page, 'amount')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(cell(page, 4, 'currency')).toBeFocused();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Shift+Tab');
  await expect(header(page, 'version')).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(submit).toBeFocused();
});

test('row numbers, headers and the corner select rows, columns and everything', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1020');
  await number(page, 3).click();
  await expect(stats(page)).toContainText('14 cells');
  await expect(number(page, 3)).toHaveClass(/range-whole/);
  await number(page, 6).click({ modifiers: ['Shift'] });
  await expect(stats(page)).toContainText('56 cells');
  await number(page, 9).click({ modifiers: ['Control'] });
  await expect(stats(page)).toContainText('70 cells');
  expect((await copied(page)).split('\r\n')).toHaveLength(6);

  const from = await number(page, 2).boundingBox();
  const to = await number(page, 5).boundingBox();
  if (!from || !to) throw new Error('There are no row numbers.');
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 10, to.y + 10, { steps: 4 });
  await page.mouse.up();
  await expect(stats(page)).toContainText('56 cells');
  await number(page, 4).click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: 'Delete 4 rows' })).toBeVisible();
  await page.keyboard.press('Escape');

  await header(page, 'amount').click();
  await expect(stats(page)).toContainText('636 cells');
  await expect(header(page, 'amount')).toHaveClass(/range-whole/);
  await expect(header(page, 'amount')).toHaveAttribute('aria-sort', 'none');
  await header(page, 'currency').click({ modifiers: ['Shift'] });
  await expect(stats(page)).toContainText('1,272 cells');
  await page.locator('.ag-header-cell[col-id="#"]').click();
  await expect(stats(page)).toContainText('8,904 cells');
});

test('a drag past the border scrolls and selects on, and series are filled by keyboard', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1020');
  // Columns move while they get the room their labels need.
  await cell(page, 2, 'amount').hover();
  const from = await cell(page, 2, 'amount').boundingBox();
  const grid = await page.locator('.sheet-grid').boundingBox();
  if (!from || !grid) throw new Error('There is no grid.');
  await page.mouse.move(from.x + 20, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(from.x + 20, grid.y + grid.height - 20, { steps: 5 });
  await expect(cell(page, 60, 'amount')).toHaveClass(/range/, { timeout: 20_000 });
  await page.mouse.up();

  await page.keyboard.press('Control+Home');
  for (const [row, value] of [
    [0, '10'],
    [1, '12.5'],
  ] as const) {
    await cell(page, row, 'amount').click();
    await page.keyboard.type(value);
    await page.keyboard.press('Enter');
  }
  await cell(page, 0, 'amount').click();
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+Alt+d');
  await expect(cell(page, 2, 'amount')).toHaveText('15.00');
  await expect(cell(page, 3, 'amount')).toHaveText('17.50');
  await page.keyboard.press('Control+z');
  await expect(cell(page, 3, 'amount')).not.toHaveText('17.50');
});
