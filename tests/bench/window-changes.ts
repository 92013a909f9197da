import { Buffer } from 'node:buffer';
import type { Page } from '@playwright/test';
import { cell } from '../e2e/support/grid.ts';

/** Measures how long the window is without an answer while something is done. */
export type Measure = (name: string, work: () => Promise<void>) => Promise<void>;

/** Lines of the file that is taken in. */
const LINES = 100_000;
const PATIENCE = { timeout: 60_000 };

/** Large changes of a sheet of a million rows, and large selections: rows of one unit are 50,000, and two columns of them 100,000 cells. */
export const measureChanges = async (page: Page, measure: Measure): Promise<void> => {
  const rows = page.locator('.sheet-status-rows');
  const status = page.locator('.sheet-status');
  const search = page.getByRole('searchbox', { name: 'Filter rows' });
  const kept = async (changed: RegExp): Promise<void> => {
    await status.getByText(changed).waitFor(PATIENCE);
    await status.getByText('Kept on this machine').waitFor(PATIENCE);
  };
  const unchanged = (): Promise<void> =>
    status.getByText(/rows? changed/).waitFor({ state: 'detached', ...PATIENCE });
  const undo = async (label: string): Promise<void> => {
    await page.getByRole('button', { name: `Undo ${label}`, exact: true }).click();
    await unchanged();
  };
  const selectTwoColumns = async (): Promise<void> => {
    await cell(page, 0, 'price').click();
    await page.keyboard.press('Control+Shift+ArrowDown');
    await status.getByText('50,000 cells', { exact: true }).waitFor(PATIENCE);
    await page.keyboard.press('Shift+ArrowRight');
    await status.getByText('100,000 cells', { exact: true }).waitFor(PATIENCE);
  };

  await cell(page, 0, 'amount').click();
  await measure('all selected', async () => {
    await page.keyboard.press('Control+a');
    await status.getByText(/^\d[\d,]*,000,000 cells$/).waitFor(PATIENCE);
  });

  await search.fill('unit-07');
  await rows.getByText('50,000 of 1,000,000 rows').waitFor(PATIENCE);
  await measure('100,000 cells selected and summed', async () => {
    await selectTwoColumns();
    await status.getByText('Average').waitFor(PATIENCE);
  });
  await measure('fill of 100,000 cells', async () => {
    await page.keyboard.press('Control+d');
    await kept(/4?\d,\d{3} rows changed|50,000 rows changed/);
  });
  await measure('undo of that fill', () => undo('Fill down'));
  await measure('redo of that fill', async () => {
    await page.getByRole('button', { name: 'Redo Fill down', exact: true }).click();
    await kept(/\d\d,\d{3} rows changed/);
  });
  await undo('Fill down');

  await selectTwoColumns();
  await measure('clearing of 100,000 cells', async () => {
    await page.keyboard.press('Delete');
    await kept(/50,000 rows changed/);
  });
  await measure('undo of that clearing', () => undo('Clear'));

  await selectTwoColumns();
  await measure('spread over 100,000 cells', async () => {
    await page.keyboard.press('Control+Alt+s');
    const dialog = page.getByRole('dialog', { name: 'Plan 100,000 cells' });
    await dialog.getByLabel('Method').selectOption('even');
    await dialog.getByLabel('Total').fill('1234567.89');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await kept(/50,000 rows changed/);
  });
  await undo('Spread');
  await search.fill('');
  await rows.getByText(/^1,000,000 rows/).waitFor(PATIENCE);

  await cell(page, 0, 'memo').click();
  await page.keyboard.press('Control+f');
  const find = page.locator('.sheet-find');
  await find.getByLabel('Find', { exact: true }).fill('remark f');
  await find
    .locator('output')
    .getByText(/cells$/)
    .waitFor(PATIENCE);
  await find.getByLabel('Replace with').fill('note f');
  await measure('replacing in 10,000 cells', async () => {
    await find.getByRole('button', { name: 'Replace all' }).click();
    await kept(/10,000 rows changed/);
  });
  await page.keyboard.press('Escape');
  await undo('Replace');

  const text = ['Id,Price', ...Array.from({ length: LINES }, (_, i) => `${i + 1},${i}.75`), ''].join('\n');
  await page.getByRole('button', { name: 'File: import and export' }).click();
  await page.getByRole('menuitem', { name: 'Import…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import prices.csv' });
  const buffer = Buffer.from(text);
  // Handing the file over is the browser's work under test conditions only.
  await page.getByLabel('File to import').setInputFiles({ name: 'prices.csv', mimeType: 'text/csv', buffer });
  await measure('check of 100,000 lines', async () => {
    await dialog.getByRole('button', { name: 'Check 100,000 lines' }).click();
    await dialog.getByRole('button', { name: /^Take / }).waitFor(PATIENCE);
  });
  await measure('import of 100,000 lines', async () => {
    await dialog.getByRole('button', { name: /^Take / }).click();
    await kept(/100,000 rows changed/);
  });
  await measure('undo of that import', () => undo('Import prices.csv'));
};
