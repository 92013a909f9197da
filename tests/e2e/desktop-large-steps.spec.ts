import { Buffer } from 'node:buffer';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { cell, demoDatabase, pasteText } from './support/grid.ts';

const ROWS = 25_000;
const VALUES = ['one', 'two', 'three', 'four'] as const;

/** Steps of the journal that can be undone, as the toolbar names the next. */
const nextUndo = (page: Page, label: string) => page.getByRole('button', { name: label, exact: true });

test('100,000 cells are pasted as one step and undone as one; 100,000 rows are imported with progress, and cancelled without a trace', async ({
  writ,
}) => {
  await demoDatabase(writ.dataFolder, async (client) => {
    await client.query(`create table plan.bulk (
      id integer primary key, ${VALUES.map((name) => `${name} numeric(12, 2)`).join(', ')})`);
    await client.query(`insert into plan.bulk (id) select generate_series(1, ${ROWS})`);
    await client.query('grant select, insert, update, delete on plan.bulk to planner');
  });
  const page = await writ.restart();
  await page.getByRole('navigation', { name: 'Sheets' }).getByRole('button', { name: /^Bulk/ }).click();
  await expect(page.locator('.sheet-status-rows')).toHaveText('25,000 rows');
  await cell(page, 0, 'one').click();
  const line = (row: number): string => VALUES.map((_, i) => `${row}.${i}5`).join('\t');
  await pasteText(page, Array.from({ length: ROWS }, (_, row) => line(row + 1)).join('\n'));
  await expect(page.locator('.sheet-status')).toContainText('25,000 rows changed', { timeout: 60_000 });
  await expect(cell(page, 0, 'four')).toHaveText('1.35');
  await page.keyboard.press('Control+End');
  await expect(cell(page, ROWS - 1, 'four')).toHaveText('25,000.35');
  await nextUndo(page, 'Undo Paste').click();
  await expect(nextUndo(page, 'Undo')).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('.sheet-status')).not.toContainText('changed');
  await expect(cell(page, ROWS - 1, 'four')).toHaveText('');

  const file = ['id,one,two,three,four'];
  for (let id = 1; id <= 100_000; id++) file.push(`${id},${id}.05,2,3,4`);
  const choose = async (): Promise<void> => {
    await page.getByRole('button', { name: 'File: import and export' }).click();
    await page.getByRole('menuitem', { name: 'Import…' }).click();
    await page
      .getByLabel('File to import')
      .setInputFiles({ name: 'bulk.csv', mimeType: 'text/csv', buffer: Buffer.from(file.join('\n')) });
  };
  await choose();
  const dialog = page.getByRole('dialog', { name: 'Import bulk.csv' });
  await dialog.getByLabel('Update and add').check();
  await dialog.getByRole('button', { name: 'Check 100,000 lines' }).click();
  await expect(dialog.getByRole('progressbar')).toBeVisible();
  await expect(dialog.getByRole('status')).toContainText(/[1-9][\d,]* of 100,000 rows/);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('progressbar')).toBeHidden();
  await expect(page.getByRole('button', { name: /^Submit/ })).toHaveText('Submit');
});
