import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import {
  EXCEL_GERMAN,
  EXCEL_ONLINE,
  EXCEL_XP,
  GOOGLE_LINES,
  GOOGLE_SHEETS,
  type Shape,
} from './support/clipboard-shapes.ts';
import { cell, openPlan } from './support/grid.ts';

const paste = async (page: Page, row: number, column: string, shape: Partial<Shape>): Promise<void> => {
  await cell(page, row, column).click();
  await page.evaluate(({ text, html }) => {
    const data = new DataTransfer();
    if (text !== undefined) data.setData('text/plain', text);
    if (html !== undefined) data.setData('text/html', html);
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, shape);
};

test('a block of Excel or Google Sheets comes in cell by cell, by its text and by its HTML alike', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1020');
  const shows = async (row: number, texts: readonly string[]): Promise<void> => {
    for (const [i, column] of ['quantity', 'unit_price', 'driver'].entries())
      await expect(cell(page, row, column)).toHaveText(texts[i] ?? '');
  };
  for (const [row, shape] of [
    [0, EXCEL_GERMAN],
    [4, { html: EXCEL_GERMAN.html }],
  ] as const) {
    await paste(page, row, 'quantity', shape);
    await shows(row, ['1,234.000', '2.0000', 'manual']);
    await shows(row + 1, ['7,500.000', '', 'contract']);
    await shows(row + 2, ['', '3.0000', 'trend']);
  }
  await expect(page.locator('.sheet-said')).toContainText('read as');

  await paste(page, 8, 'amount', EXCEL_ONLINE);
  await expect(cell(page, 8, 'amount')).toHaveText('1,234.00');
  await expect(cell(page, 9, 'currency')).toContainText('CHF');
  await paste(page, 8, 'amount', { html: GOOGLE_SHEETS.html });
  await expect(cell(page, 9, 'amount')).toHaveText('12.50');
  await expect(cell(page, 9, 'currency')).toContainText('USD');
  await paste(page, 10, 'amount', GOOGLE_SHEETS);
  await expect(cell(page, 10, 'amount')).toHaveText('1,234.00');
  await expect(cell(page, 11, 'currency')).toContainText('USD');
  await paste(page, 12, 'amount', EXCEL_XP);
  await expect(cell(page, 12, 'amount')).toHaveText('1,234.00');

  await cell(page, 13, 'amount').click();
  for (let i = 0; i < 9 && !(await cell(page, 13, 'memo').isVisible()); i++)
    await page.keyboard.press('ArrowRight');
  for (const [row, shape] of [
    [13, GOOGLE_LINES],
    [14, { html: GOOGLE_LINES.html }],
  ] as const) {
    await paste(page, row, 'memo', shape);
    await cell(page, row, 'memo').click();
    await expect(page.locator('.sheet-status code')).toHaveText('two\nlines');
  }
  await expect(page.locator('.sheet-status')).not.toContainText('not valid');
});
