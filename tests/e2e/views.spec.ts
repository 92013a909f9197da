import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { cell, command, openPlan } from './support/grid.ts';

/** Shown columns by their place on the screen, with widths. */
const shown = (page: Page): Promise<{ name: string; width: number }[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.ag-header-cell[col-id^="c:"]')]
      .map((header) => ({ box: header.getBoundingClientRect(), id: header.getAttribute('col-id') ?? '' }))
      .toSorted((a, b) => a.box.left - b.box.left)
      .map(({ box, id }) => ({ name: id.slice(2), width: Math.round(box.width) })),
  );
const names = async (page: Page): Promise<string[]> => (await shown(page)).map(({ name }) => name);

const header = (page: Page, name: string) => page.locator(`.ag-header-cell[col-id="c:${name}"]`);

const columnMenu = async (page: Page, name: string, entry: string): Promise<void> => {
  await header(page, name).click({ button: 'right' });
  await page.getByRole('menuitem', { name: entry, exact: true }).click();
};

const viewMenu = async (page: Page, entry: string): Promise<void> => {
  await page.getByRole('button', { name: /^View / }).click();
  await page.getByRole('menu', { name: 'View' }).getByText(entry, { exact: true }).click();
};

const dragHeader = async (page: Page, from: string, to: string): Promise<void> => {
  const a = await header(page, from).boundingBox();
  const b = await header(page, to).boundingBox();
  if (!a || !b) throw new Error(`There is no header ${from} or ${to}.`);
  await page.mouse.move(a.x + 20, a.y + 15);
  await page.mouse.down();
  await page.mouse.move(a.x + 40, a.y + 15, { steps: 4 });
  await page.mouse.move(b.x + b.width - 10, b.y + 15, { steps: 12 });
  await page.mouse.up();
};

const copied = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const data = new DataTransfer();
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }),
    );
    return data.getData('text/plain');
  });

test('hidden, moved, frozen and sized columns, formats and sort are there after a restart', async ({
  writ,
}) => {
  const { page } = writ;
  await openPlan(page, 'FC1', 'CC1020');
  await columnMenu(page, 'currency', 'Hide');
  await columnMenu(page, 'cost_center', 'Unpin');
  await columnMenu(page, 'amount', 'Pin left');
  await columnMenu(page, 'amount', 'Sort descending');
  await columnMenu(page, 'amount', 'Format…');
  await page.getByLabel('Decimals').fill('0');
  await page.getByRole('button', { name: 'Apply' }).click();
  await dragHeader(page, 'period', 'quantity');
  const edge = await header(page, 'quantity').boundingBox();
  if (!edge) throw new Error('There is no header quantity.');
  await page.mouse.move(edge.x + edge.width - 1, edge.y + 15);
  await page.mouse.down();
  await page.mouse.move(edge.x + edge.width + 39, edge.y + 15, { steps: 5 });
  await page.mouse.up();
  const before = await shown(page);
  expect(before.map(({ name }) => name).slice(0, 6)).toEqual([
    'version',
    'amount',
    'cost_center',
    'account',
    'quantity',
    'period',
  ]);
  expect(before[4]?.width).toBe(Math.round(edge.width) + 40);
  const amount = await cell(page, 0, 'amount').textContent();
  expect(amount).toMatch(/^[\d,]+$/);
  await expect(header(page, 'amount')).toHaveAttribute('aria-sort', 'descending');

  const again = await writ.restart();
  await expect(cell(again, 0, 'amount')).toHaveText(amount ?? '');
  await expect.poll(() => shown(again)).toEqual(before);
  await expect(again.getByRole('searchbox', { name: 'Filter rows' })).toHaveValue('FC1 CC1020');
  await expect(again.locator('.sheet-status-rows')).toHaveText('636 of 16,038 rows');
  await expect(header(again, 'amount')).toHaveAttribute('aria-sort', 'descending');
  await expect(again.locator('.ag-grid-pinned-left-cells .ag-header-cell[col-id="c:amount"]')).toBeVisible();
});

test('a named view brings its columns, sort and filter; changes are marked, kept, and can be given up', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1020');
  await columnMenu(page, 'amount', 'Sort ascending');
  await columnMenu(page, 'quantity', 'Hide');
  await viewMenu(page, 'Save as…');
  await page.getByLabel('Name of the view').fill('Cheapest');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'View Cheapest', exact: true })).toBeVisible();

  await viewMenu(page, 'Standard');
  await expect(page.getByRole('button', { name: 'View Standard', exact: true })).toBeVisible();
  await expect(page.getByText('16,038 rows', { exact: true })).toBeVisible();
  await expect(header(page, 'amount')).toHaveAttribute('aria-sort', 'none');
  await expect.poll(() => names(page)).toContain('quantity');

  await viewMenu(page, 'Cheapest');
  await expect(cell(page, 0, 'cost_center')).toContainText('CC1020');
  await expect(header(page, 'amount')).toHaveAttribute('aria-sort', 'ascending');
  expect(await names(page)).not.toContain('quantity');
  await columnMenu(page, 'account', 'Hide');
  await expect(page.getByRole('button', { name: 'View Cheapest, changed' })).toBeVisible();
  await viewMenu(page, 'Standard');
  await expect.poll(() => names(page)).toContain('account');
  await viewMenu(page, 'Cheapest');
  await expect.poll(() => names(page)).not.toContain('account');
  await viewMenu(page, 'Revert');
  await expect.poll(() => names(page)).toContain('account');
  await expect(page.getByRole('button', { name: 'View Cheapest', exact: true })).toBeVisible();
});

test('copying, pasting and moving follow the columns as they stand and pass hidden ones over', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1020');
  await columnMenu(page, 'currency', 'Hide');
  await columnMenu(page, 'quantity', 'Move left');
  expect((await names(page)).slice(4, 6)).toEqual(['quantity', 'amount']);
  await cell(page, 0, 'quantity').click();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', '3\t700');
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
  });
  await expect(cell(page, 0, 'quantity')).toContainText('3');
  await expect(cell(page, 0, 'amount')).toHaveText('700.00');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.locator('.ag-cell.range')).toHaveCount(2);
  expect(await copied(page)).toMatch(/^3(\.0+)?\t700(\.00)?\r\n$/);
  // The first gives up what was copied, the second the range.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect(cell(page, 0, 'amount')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(cell(page, 0, 'unit_price')).toBeFocused();
});

test('columns let go in a narrow window are frozen again once there is room, under the same layout', async ({
  writ,
}) => {
  const { page } = writ;
  const width = async (pixels: number): Promise<void> => {
    await writ.host.electron?.evaluate(({ BrowserWindow }, wide) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(wide, 600);
    }, pixels);
    await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(pixels);
  };
  const frozen = (name: string) => page.locator(`.ag-grid-pinned-left-cells [col-id="c:${name}"]`).first();
  await openPlan(page, 'FC1', 'CC1020');
  await columnMenu(page, 'account', 'Pin left');
  await expect(frozen('account')).toBeVisible();
  await width(720);
  await command(page, 'History of the sheet');
  await expect(frozen('version')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await width(1300);
  await expect(frozen('version')).toBeVisible();
  await expect(frozen('cost_center')).toBeVisible();
  await expect(frozen('account')).toBeVisible();
});
