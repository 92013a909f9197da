import { expect, type Locator, type Page } from '@playwright/test';
import pg from 'pg';
import { openEmbedded } from '../../../electron/warehouse/embedded/embedded.ts';

/** A cell by its row in the view and its column's name; only cells in sight exist. */
export const cell = (page: Page, row: number, column: string): Locator =>
  page.locator(`.ag-row[row-index="${row}"] [col-id="c:${column}"]`);

/** Opens the plan narrowed by quick search; the first row must hold `first` in its cost centre. */
export const openPlan = async (page: Page, search: string, center: string): Promise<void> => {
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('searchbox', { name: 'Filter rows' }).fill(`${search} ${center}`);
  await expect(cell(page, 0, 'cost_center')).toContainText(center);
  await expect(cell(page, 0, 'version')).toContainText(search);
  // First rows are there before the last were read.
  await expect(page.locator('.sheet-status-rows')).toHaveText(/^[\d,]+ (of|rows?)\b/);
};

/** How many rows the narrowed view has. */
export const rowsShown = async (page: Page): Promise<number> =>
  Number((await page.locator('.sheet-status-rows').innerText()).split(' ')[0]?.replaceAll(',', ''));

/** Types a value into a cell and keeps it. */
export const typeInto = async (page: Page, row: number, column: string, text: string): Promise<void> => {
  await cell(page, row, column).click();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
};

/** Goes on as another person of the demo. */
export const become = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('button', { name: /Change person/ }).click();
  await page.getByRole('menuitemradio', { name: new RegExp(name) }).click();
  await expect(page.getByRole('button', { name: `Working as ${name}. Change person` })).toBeVisible();
};

/** Picks a column to group by, in the popover of groups. */
export const pickGroup = async (page: Page, column: string): Promise<void> => {
  await page.getByRole('button', { name: /^(Group|Then) by/ }).click();
  await page.getByRole('menuitem', { name: column, exact: true }).click();
};

/** Runs a command by its name in the palette. */
export const command = async (page: Page, name: string): Promise<void> => {
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Open a sheet or run a command' });
  await palette.getByRole('combobox').fill(name);
  await expect(palette.getByRole('option').first()).toContainText(name);
  await palette.getByRole('combobox').press('Enter');
  await expect(palette).toBeHidden();
};

/** A real paste event with plain text, where the focus is. */
export const pasteText = async (page: Page, text: string): Promise<void> => {
  await page.evaluate((given) => {
    const data = new DataTransfer();
    data.setData('text/plain', given);
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, text);
};

/** A connection to the demo's database beside the application, as its superuser; the server keeps running. */
export const demoDatabase = async <T>(
  dataFolder: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const warehouse = await openEmbedded({ folder: dataFolder, onProgress: () => {} });
  const client = new pg.Client({
    host: warehouse.host,
    port: warehouse.port,
    database: warehouse.database,
    ...warehouse.superuser,
  });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
    await warehouse.stop();
  }
};
