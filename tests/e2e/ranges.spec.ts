import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { cell, openPlan, pasteText } from './support/grid.ts';

const centre = async (page: Page, row: number, column: string): Promise<[number, number]> => {
  const box = await cell(page, row, column).boundingBox();
  if (!box) throw new Error(`There is no cell ${row}, ${column}.`);
  return [box.x + box.width / 2, box.y + box.height / 2];
};

const drag = async (page: Page, from: [number, number], to: [number, number]): Promise<void> => {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
  await page.mouse.move(...to);
  await page.mouse.up();
};

/** Lines of one cost centre's forecast, which the first person may write. */
const forecast = (page: Page, center: string): Promise<void> => openPlan(page, 'FC1', center);

/** What a real copy event puts on the clipboard. */
const copied = (page: Page): Promise<{ text: string; html: string }> =>
  page.evaluate(() => {
    const data = new DataTransfer();
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }),
    );
    return { text: data.getData('text/plain'), html: data.getData('text/html') };
  });

test('a dragged range is summed exactly, copied as TSV and HTML, and pasted as one undo', async ({
  page,
}) => {
  await forecast(page, 'CC1020');
  await cell(page, 1, 'amount').click();
  await page.keyboard.type('0.10');
  await page.keyboard.press('Enter');
  await page.keyboard.type('0.20');
  await page.keyboard.press('Enter');
  await drag(page, await centre(page, 1, 'amount'), await centre(page, 2, 'amount'));
  await expect(page.locator('.sheet-stats')).toContainText('2 cells');
  await expect(page.locator('.sheet-stats')).toContainText('Sum 0.30');
  const clipboard = await copied(page);
  expect(clipboard.text).toBe('0.10\r\n0.20\r\n');
  expect(clipboard.html).toContain('<td align="right">0.10</td>');

  await cell(page, 5, 'amount').click();
  await pasteText(page, clipboard.text);
  await expect(cell(page, 5, 'amount')).toHaveText('0.10');
  await expect(cell(page, 6, 'amount')).toHaveText('0.20');
  await expect(page.getByText('4 rows changed')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('2 rows changed')).toBeVisible();
  await expect(cell(page, 6, 'amount')).not.toHaveText('0.20');
});

test('one value fills a selected range', async ({ page }) => {
  await forecast(page, 'CC1030');
  await cell(page, 2, 'amount').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await pasteText(page, '77\n');
  for (const row of [2, 3, 4]) await expect(cell(page, row, 'amount')).toHaveText('77.00');
});

test('shift+click extends the range, the keyboard goes on from where it began, ctrl+click adds another', async ({
  page,
}) => {
  await forecast(page, 'CC1020');
  await cell(page, 0, 'amount').click();
  await cell(page, 2, 'currency').click({ modifiers: ['Shift'] });
  await expect(page.locator('.sheet-stats')).toContainText('6 cells');
  await expect(cell(page, 0, 'amount')).toBeFocused();
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.locator('.sheet-stats')).toContainText('8 cells');
  await cell(page, 6, 'amount').click({ modifiers: ['Control'] });
  await expect(page.locator('.sheet-stats')).toContainText('9 cells');
  await cell(page, 7, 'currency').click({ modifiers: ['Shift'] });
  await expect(page.locator('.sheet-stats')).toContainText('12 cells');
});

test('the fill handle goes up, left and right as well, each as one undo', async ({ page }) => {
  await forecast(page, 'CC1020');
  const handle = async (row: number, column: string): Promise<[number, number]> => {
    await expect(cell(page, row, column)).toHaveClass(/range-handle/);
    const corner = await cell(page, row, column).boundingBox();
    if (!corner) throw new Error('The handle is not there.');
    return [corner.x + corner.width - 3, corner.y + corner.height - 3];
  };
  await cell(page, 4, 'amount').click();
  await page.keyboard.type('500');
  await page.keyboard.press('Enter');
  await page.keyboard.type('600');
  await page.keyboard.press('Enter');
  await cell(page, 4, 'amount').click();
  await page.keyboard.press('Shift+ArrowDown');
  await drag(page, await handle(5, 'amount'), await centre(page, 2, 'amount'));
  await expect(cell(page, 3, 'amount')).toHaveText('400.00');
  await expect(cell(page, 2, 'amount')).toHaveText('300.00');
  await cell(page, 2, 'amount').click();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('2 rows changed')).toBeVisible();

  // Both columns have to be in sight.
  await page.getByRole('button', { name: 'Hide the list of sheets' }).click();
  await cell(page, 8, 'quantity').click();
  await page.keyboard.type('12');
  await page.keyboard.press('Enter');
  await cell(page, 8, 'quantity').click();
  await drag(page, await handle(8, 'quantity'), await centre(page, 8, 'unit_price'));
  await expect(cell(page, 8, 'unit_price')).toHaveText('12.0000');
  await cell(page, 8, 'unit_price').click();
  await page.keyboard.press('Control+z');
  await expect(cell(page, 8, 'unit_price')).not.toHaveText('12.0000');

  await cell(page, 9, 'unit_price').click();
  await page.keyboard.type('7.5');
  await page.keyboard.press('Enter');
  await cell(page, 9, 'unit_price').click();
  await drag(page, await handle(9, 'unit_price'), await centre(page, 9, 'quantity'));
  await expect(cell(page, 9, 'quantity')).toHaveText('7.500');
});

test('the fill handle goes on with a series, and Ctrl+D copies down', async ({ page }) => {
  await forecast(page, 'CC1040');
  await cell(page, 0, 'amount').click();
  await page.keyboard.type('1000');
  await page.keyboard.press('Enter');
  await page.keyboard.type('1100');
  await page.keyboard.press('Enter');
  await cell(page, 0, 'amount').click();
  await page.keyboard.press('Shift+ArrowDown');
  await expect(cell(page, 1, 'amount')).toHaveClass(/range-handle/);
  const corner = await cell(page, 1, 'amount').boundingBox();
  if (!corner) throw new Error('The handle is not there.');
  await drag(
    page,
    [corner.x + corner.width - 3, corner.y + corner.height - 3],
    await centre(page, 4, 'amount'),
  );
  for (const [row, value] of [
    [2, '1,200.00'],
    [3, '1,300.00'],
    [4, '1,400.00'],
  ] as const) {
    await expect(cell(page, row, 'amount')).toHaveText(value);
  }
  await cell(page, 4, 'amount').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+d');
  await expect(cell(page, 5, 'amount')).toHaveText('1,400.00');

  // A double click on the handle goes as far as the column beside.
  await cell(page, 5, 'amount').click();
  await expect(cell(page, 5, 'amount')).toHaveClass(/range-handle/);
  const last = await cell(page, 5, 'amount').boundingBox();
  if (!last) throw new Error('The handle is not there.');
  await page.mouse.dblclick(last.x + last.width - 3, last.y + last.height - 3);
  await expect(page.locator('.ag-cell-inline-editing')).toHaveCount(0);
  await page.keyboard.press('Control+ArrowUp');
  await expect(cell(page, 9, 'amount')).toHaveText('1,400.00');

  await page.keyboard.press('F9');
  await expect(page.getByText('Reading all rows again.').first()).toBeVisible();
  await page.keyboard.press('F5');
  await expect(page.getByRole('dialog', { name: 'Go to' })).toBeVisible();
});

test('the keyboard selects to the edge of the data and walks a range with Enter', async ({ page }) => {
  await forecast(page, 'CC1050');
  await cell(page, 0, 'amount').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.locator('.sheet-stats')).toContainText('4 cells');
  await page.keyboard.press('Enter');
  await expect(cell(page, 1, 'amount')).toHaveClass(/ag-cell-focus/);
  await page.keyboard.press('Enter');
  await expect(cell(page, 0, 'currency')).toHaveClass(/ag-cell-focus/);
  await page.keyboard.press('Escape');
  await expect(page.locator('.sheet-stats')).toHaveCount(0);
  await cell(page, 0, 'amount').click();
  await page.keyboard.press('Control+Shift+ArrowDown');
  await expect(page.locator('.sheet-stats')).toContainText(/[1-9]\d+ cells/);
  // The active cell has left the window; what is typed into it must not be.
  await expect(cell(page, 0, 'amount')).not.toBeInViewport();
  await page.keyboard.type('5');
  const editor = page.locator('.ag-cell-inline-editing');
  await expect(editor).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Escape');
  await expect(editor).toHaveCount(0);
});
