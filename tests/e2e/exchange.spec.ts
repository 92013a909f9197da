import { Buffer } from 'node:buffer';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { downloaded } from './support/download.ts';
import { cell, demoDatabase, openPlan, typeInto } from './support/grid.ts';

const fileMenu = async (page: Page, entry: string): Promise<void> => {
  await page.getByRole('button', { name: 'File: import and export' }).click();
  await page.getByRole('menuitem', { name: entry }).click();
};

const choose = async (page: Page, name: string, text: string): Promise<void> => {
  await fileMenu(page, 'Import…');
  await page
    .getByLabel('File to import')
    .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
};

const exportedView = async (writ: Parameters<typeof downloaded>[0]): Promise<string> => {
  const text = await downloaded(writ, () => fileMenu(writ.page, 'Export view as CSV'));
  await expect(writ.page.getByText(/Exported [\d,]+ rows to/)).toBeVisible();
  return text;
};

test('the exported view, taken in again, changes nothing; edited, it comes in as one step that can be undone', async ({
  writ,
}) => {
  const { page } = writ;
  await openPlan(page, 'FC1', 'CC1020');
  const before = (await cell(page, 0, 'amount').textContent()) ?? '';
  const text = await exportedView(writ);

  await choose(page, 'plan.csv', text);
  const dialog = page.getByRole('dialog', { name: 'Import plan.csv' });
  await dialog.getByRole('button', { name: /Check \d+ lines/ }).click();
  await expect(dialog.getByText(/Nothing changes: \d+ lines hold what the sheet holds/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('button', { name: /^Submit/ })).toHaveText('Submit');

  const [header = '', first = '', ...rest] = text.trimEnd().split('\r\n');
  const amount = header.replace('\uFEFF', '').split(',').indexOf('Amount');
  const cells = first.split(',');
  cells[amount] = '4321.09';
  const broken = (rest[0] ?? '').split(',');
  broken[amount] = 'much';
  await choose(page, 'plan.csv', [header, cells.join(','), broken.join(','), ''].join('\r\n'));
  await dialog.getByRole('button', { name: 'Check 2 lines' }).click();
  const refused = dialog.getByRole('region', { name: 'Refused lines' });
  await expect(refused.getByRole('row').nth(1)).toContainText('"much" is not a number.');
  const list = await downloaded(writ, () =>
    dialog.getByRole('button', { name: 'Export the refused lines' }).click(),
  );
  expect(list.split('\r\n')[1]).toContain('3,"Amount: ""much"" is not a number."');
  await dialog.getByRole('button', { name: 'Take the 1 line that is valid' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Import plan.csv: 1 row updated, 1 line not taken.')).toBeVisible();
  await expect(cell(page, 0, 'amount')).toHaveText('4,321.09');
  await expect(page.getByRole('button', { name: 'Submit (1)' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo Import plan.csv' }).click();
  await expect(cell(page, 0, 'amount')).toHaveText(before);
});

test('a file dropped on the sheet asks what it leaves open, and cancelling leaves everything as it was', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1020');
  const text = 'Amount;Remark\n1.234;x\n';
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], 'dropped.csv', { type: 'text/csv' }));
    return data;
  }, text);
  const body = page.locator('.sheet-body');
  await body.dispatchEvent('dragover', { dataTransfer: transfer });
  await expect(page.getByText('Drop a CSV or XLSX file to import it')).toBeVisible();
  await body.dispatchEvent('drop', { dataTransfer: transfer });
  const dialog = page.getByRole('dialog', { name: 'Import dropped.csv' });
  await expect(dialog.getByText('1.234 could be 1.234 or 1234.')).toBeVisible();
  const check = dialog.getByRole('button', { name: 'Check 1 line' });
  await expect(check).toBeDisabled();
  await expect(dialog.getByText('Choose the columns that tell which row a line means.')).toBeVisible();
  await dialog.getByLabel('Add rows that are not there').check();
  await dialog.getByLabel('Numbers').selectOption('Decimal comma');
  await expect(dialog.getByText('1.234 is read as 1234')).toBeVisible();
  await check.click();
  await expect(dialog.getByRole('region', { name: 'Refused lines' })).toContainText(
    'A value is needed here.',
  );
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: /^Submit/ })).toHaveText('Submit');
});

test('a selection and the pending changes are saved as they stand', async ({ writ }) => {
  const { page } = writ;
  await openPlan(page, 'FC1', 'CC1020');
  await typeInto(page, 0, 'amount', '12.5');
  await expect(page.getByRole('button', { name: 'Submit (1)' })).toBeVisible();
  await cell(page, 0, 'amount').click();
  await cell(page, 1, 'currency').click({ modifiers: ['Shift'] });
  const selection = await downloaded(writ, () => fileMenu(page, 'Export selection as CSV'));
  expect(selection).toMatch(/^\uFEFFAmount,Currency\r\n12\.50,EUR\r\n[\d.]+,EUR\r\n$/);
  const pending = await downloaded(writ, () => fileMenu(page, 'Export pending changes as CSV'));
  expect(pending).toMatch(
    /,Change,Column,Before,After,Reason\r\nFC1,CC1020,.*,Update,Amount,[\d.]+,12\.50,\r\n$/,
  );
});

test('100,000 lines cancelled while they are taken in leave nothing behind and that is said; taken in, they are one undo', async ({
  writ,
}) => {
  test.slow();
  const { page } = writ;
  await openPlan(page, 'FC1', 'CC1020');
  const text = await demoDatabase(writ.dataFolder, async (client) => {
    const { rows } = await client.query<{ line: string }>(`
      select concat_ws(',', v, c.code, a.code, p.period, (row_number() over ())::text) as line
      from unnest(array['FC1', 'BUD']) v, plan.cost_center c, plan.account a, plan.period p limit 100000`);
    return ['Version,Cost center,Account,Period,Amount', ...rows.map(({ line }) => line), ''].join('\n');
  });
  await choose(page, 'large.csv', text);
  const dialog = page.getByRole('dialog', { name: 'Import large.csv' });
  await dialog.getByLabel('Update and add').check();
  await dialog.getByRole('button', { name: 'Check 100,000 lines' }).click();
  const take = dialog.getByRole('button', { name: /^Take / });
  await expect(take).toBeVisible({ timeout: 60_000 });
  await take.click();
  await expect(dialog.getByRole('status')).toContainText('Taking in');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.locator('.sheet-said')).toContainText('cancelled, nothing was taken in');
  await expect(page.getByRole('button', { name: /^Submit/ })).toHaveText('Submit');

  await dialog.getByRole('button', { name: 'Check 100,000 lines' }).click();
  await expect(take).toBeVisible({ timeout: 60_000 });
  await take.click();
  await expect(dialog).toBeHidden({ timeout: 60_000 });
  await expect(page.locator('.sheet-said')).toContainText(
    /Import large\.csv: [\d,]+ rows updated, [\d,]+ rows added/,
  );
  await page.getByRole('button', { name: 'Undo Import large.csv' }).click();
  await expect(page.getByRole('button', { name: /^Submit/ })).toHaveText('Submit', { timeout: 60_000 });
});

test('a broken file names its line', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1020');
  await choose(page, 'broken.csv', 'Version,Amount\nFC1,"1\nFC1,2\n');
  const dialog = page.getByRole('dialog', { name: 'Import broken.csv' });
  await expect(dialog.getByRole('alert')).toContainText(/^Line \d+ is not well-formed CSV/);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});
