import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

/** The plan of the demo's first planner, narrowed to lines of the budget, which she may change. */
const openBudget = async (page: Page): Promise<void> => {
  await page
    .getByRole('button', { name: 'Plan line' })
    .or(page.getByRole('link', { name: 'Plan line' }))
    .first()
    .click();
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('searchbox', { name: 'Filter rows' }).fill('BUD');
  await expect(cell(page, 0, 'version')).toContainText('BUD');
};

const cell = (page: Page, row: number, column: string): Locator =>
  page.locator(`.ag-row[row-index="${row}"] [col-id="c:${column}"]`);

/** Brings a column into the window: only columns in sight are drawn. */
const at = async (page: Page, row: number, column: string): Promise<Locator> => {
  const target = cell(page, row, column);
  await cell(page, row, 'version').click();
  for (let i = 0; i < 20 && !(await target.isVisible()); i++) await page.keyboard.press('Tab');
  await target.click();
  return target;
};

const type = async (page: Page, row: number, column: string, text: string): Promise<Locator> => {
  const target = await at(page, row, column);
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  return target;
};

/** Puts text into the open editor that no keyboard could type. */
const enterRaw = async (page: Page, row: number, column: string, text: string): Promise<Locator> => {
  const target = await at(page, row, column);
  await page.keyboard.press('F2');
  const editor = page.locator('.sheet-editor input, .sheet-long-text textarea');
  await editor.evaluate((input, value) => {
    const kind = input instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(input, value);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }, text);
  await page.keyboard.press('Enter');
  return target;
};

const pending = /\bpending\b/;
const refused = /\brefused\b/;

test('what is no value stays at its cell with the reason, and the rest is kept', async ({ page }) => {
  await openBudget(page);
  const bad: readonly (readonly [string, string])[] = [
    ['amount', 'abc'],
    ['amount', '1e309'],
    ['amount', 'NaN'],
    ['amount', '1234567890123456789012345678901234567890'],
    ['amount', '1.239'],
    ['amount', '50000001'],
    ['valid_to', '31.02.'],
    ['driver', 'guess'],
  ];
  for (const [row, [column, text]] of bad.entries()) {
    const target = await type(page, row, column, text);
    await expect(target, `${column} ${text}`).toHaveAttribute('data-mark', refused);
    await expect(target).toContainText(text.slice(0, 20));
    await expect(target).toHaveAttribute('aria-invalid', 'true');
  }
  const currency = await type(page, 9, 'currency', 'ZZZ');
  await expect(currency).toHaveAttribute('data-mark', refused);
  await expect(await enterRaw(page, 10, 'memo', 'a\0b')).toHaveAttribute('data-mark', refused);
  await expect(await enterRaw(page, 11, 'memo', 'a\ud800b')).toHaveAttribute('data-mark', refused);
  await expect(await enterRaw(page, 12, 'memo', 'x'.repeat(1_000_000))).toHaveAttribute('data-mark', refused);
  const kept = await type(page, 13, 'amount', '1234.5');
  await expect(kept).toHaveAttribute('data-mark', pending);
  await expect(kept).toContainText('1,234.50');
  await expect(page.locator('.sheet-status')).toContainText('12 entries not valid');
  await expect(page.locator('.sheet-status')).toContainText('1 row changed');

  // A cell drawn under a pointer that rests: nothing moved, and the tip stands at the pointer all the same.
  const first = cell(page, 0, 'amount');
  const { x, y } = (await first.boundingBox()) ?? { x: 0, y: 0 };
  await first.dispatchEvent('mouseover', { clientX: x + 4, clientY: y + 4 });
  await expect
    .poll(async () => Math.abs(((await page.locator('.sheet-tip').boundingBox())?.y ?? 0) - y))
    .toBeLessThan(60);
  await page.locator('.sheet-status').hover();
  await kept.hover();
  await expect(page.locator('.sheet-tip')).toContainText('Not submitted yet');
  // The cell is drawn again under the resting pointer.
  await page.keyboard.press('Control+z');
  await expect(kept).not.toHaveAttribute('data-mark', pending);
  await page.keyboard.press('Control+y');
  await expect(kept).toHaveAttribute('data-mark', pending);
  await expect(page.locator('.sheet-tip')).toContainText('Not submitted yet');
  await page.getByRole('button', { name: /^Submit/ }).click();
  await expect(page.getByRole('dialog')).toContainText('12 entries are not valid');
  await page.getByRole('button', { name: 'Go to the first' }).click();
  await expect(cell(page, 0, 'amount')).toBeFocused();
});

test('edits outlive sort, filter, refresh and a kill; undo and redo go on after it', async ({ writ }) => {
  await openBudget(writ.page);
  const { page } = writ;
  await type(page, 0, 'amount', '-7777.77');
  await expect(cell(page, 0, 'amount')).toHaveAttribute('data-mark', pending);
  await type(page, 1, 'amount', '-8888.88');
  await type(page, 2, 'amount', 'abc');
  const amounts = page.getByRole('columnheader', { name: 'Amount' }).first();
  await amounts.press('Enter');
  await expect(amounts).toHaveAttribute('aria-sort', 'ascending');
  await expect(cell(page, 0, 'amount')).toContainText('8,888.88');
  await expect(cell(page, 1, 'amount')).toContainText('7,777.77');
  await page.getByRole('button', { name: 'Clear sort' }).click();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(cell(page, 2, 'amount')).toHaveAttribute('data-mark', refused);
  await expect(cell(page, 0, 'amount')).toHaveAttribute('data-mark', pending);
  await expect(page.locator('.sheet-status')).toContainText('2 rows changed');

  const again = await writ.restart('kill');
  await openBudget(again);
  await expect(again.locator('.sheet-status')).toContainText('2 rows changed');
  await expect(cell(again, 0, 'amount')).toContainText('7,777.77');
  await again.getByRole('button', { name: 'Undo Edit' }).click();
  await expect(again.locator('.sheet-status')).toContainText('1 row changed');
  await expect(cell(again, 1, 'amount')).not.toHaveAttribute('data-mark', pending);
  await again.getByRole('button', { name: 'Redo Edit' }).click();
  await expect(cell(again, 1, 'amount')).toContainText('8,888.88');
});

test('rows are added and deleted, and everything comes back with undo; what is half typed is no edit', async ({
  writ,
}) => {
  const { page } = writ;
  await openBudget(page);
  // Leaving the window keeps it in its editor; going elsewhere in the window enters it, as in a spreadsheet.
  await at(page, 2, 'amount');
  await page.keyboard.type('987');
  await writ.host.electron?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.blur());
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await expect(page.locator('.sheet-editor input')).toHaveValue('987');
  await expect(page.getByRole('button', { name: /^Submit/ })).toHaveText('Submit');
  await page.getByRole('button', { name: /^Headcount/ }).click();
  await expect(
    page
      .getByRole('heading', { name: 'Opening' })
      .or(cell(page, 0, 'cost_center'))
      .first(),
  ).toBeVisible();
  await openBudget(page);
  await expect(page.locator('.sheet-status')).toContainText('1 row changed');
  await expect(cell(page, 2, 'amount')).toContainText('987.00');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(page.locator('.sheet-status')).not.toContainText('changed');
  // So does the button that submits; what is no value yet stays at its cell, and is asked about.
  await at(page, 2, 'amount');
  await page.keyboard.type('12.345');
  await page.getByRole('button', { name: 'Undo', exact: true }).focus();
  await expect(page.locator('.sheet-editor')).toHaveCount(0);
  await expect(page.locator('.sheet-status')).toContainText('1 entry not valid');
  await at(page, 1, 'amount');
  await page.keyboard.type('12');
  await page.getByRole('button', { name: /^Submit/ }).click();
  await expect(page.getByRole('dialog')).toContainText('One entry is not valid');
  await page.getByRole('button', { name: 'Cancel' }).click();
  for (let i = 0; i < 2; i++) await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(page.locator('.sheet-status')).not.toContainText(/changed|not valid/);
  await at(page, 3, 'amount');
  await page.getByRole('button', { name: 'Delete rows' }).click();
  await expect(cell(page, 3, 'amount')).toHaveAttribute('data-mark', /\bdeleted\b/);
  await page.getByRole('button', { name: 'Add row' }).click();
  await expect(page.locator('.sheet-status')).toContainText('1 new, 1 deleted');
  const added = page.locator('.ag-cell[data-mark~="new"][col-id="c:version"]');
  await expect(added).toBeFocused();
  await expect(added).toContainText('needed');
  await page.keyboard.type('FC1');
  await page.keyboard.press('Enter');
  await expect(added).toContainText('FC1');
  for (let i = 0; i < 3; i++) {
    await page.getByRole('button', { name: /^Undo/ }).click();
  }
  await expect(page.locator('.sheet-status')).not.toContainText('deleted');
  await expect(added).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Undo', exact: true })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
});

test('a block pasted from a spreadsheet is one step; what is no value in it can be corrected in place', async ({
  page,
}) => {
  await openBudget(page);
  await at(page, 0, 'amount');
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', '100\r\n2x0\r\n300\r\n');
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  });
  const dialog = page.getByRole('dialog', { name: 'Paste 3 cells' });
  await expect(dialog.getByRole('row', { name: /2x0.*is not a number/ })).toBeVisible();
  await dialog.getByRole('button', { name: 'Paste and correct 1 in place' }).click();
  await expect(cell(page, 0, 'amount')).toHaveAttribute('data-mark', pending);
  await expect(cell(page, 1, 'amount')).toHaveAttribute('data-mark', refused);
  await expect(cell(page, 2, 'amount')).toContainText('300.00');
  await page.getByRole('button', { name: 'Undo Paste' }).click();
  await expect(cell(page, 0, 'amount')).not.toHaveAttribute('data-mark', pending);
  await expect(cell(page, 2, 'amount')).not.toHaveAttribute('data-mark', pending);
});
