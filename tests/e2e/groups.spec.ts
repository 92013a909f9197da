import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { seriousProblems } from './support/accessibility.ts';
import { cell, openPlan, pasteText, pickGroup, typeInto } from './support/grid.ts';

/** The row of a group by the value it stands for. */
const groupRow = (page: Page, name: string): Locator =>
  page.locator('.ag-row', { has: page.locator('.sheet-group-name', { hasText: name }) });

const subtotal = (page: Page, name: string): Locator => groupRow(page, name).locator('[col-id="c:amount"]');
const total = (page: Page): Locator => page.locator('.ag-row[row-index="b-0"] [col-id="c:amount"]');

/** Picks columns to group by, from the outermost on, and shows the totals. */
const groupBy = async (page: Page, ...columns: readonly string[]): Promise<void> => {
  await page.getByRole('button', { name: 'Group', exact: true }).click();
  const dialog = page.getByRole('dialog');
  for (const column of columns) await pickGroup(page, column);
  await dialog.getByRole('checkbox', { name: 'Totals row' }).check();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
};

/** A number as the page shows it, in hundredths. */
const cents = async (at: Locator): Promise<bigint> => BigInt((await at.innerText()).replace(/[^\d-]/g, ''));

const copied = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const data = new DataTransfer();
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }),
    );
    return data.getData('text/plain');
  });

const shot = async (page: Page, name: string): Promise<void> => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
};

test('a plan grouped by cost centre shows subtotals that follow an edit to the cent, and is submitted', async ({
  page,
}) => {
  await openPlan(page, 'FC1', 'CC1020');
  await page.getByRole('searchbox', { name: 'Filter rows' }).fill('FC1');
  await groupBy(page, 'Cost center');
  await expect(groupRow(page, 'CC1010')).toBeVisible();
  await expect(groupRow(page, 'CC1020').getByText(/\d+ rows/)).toBeVisible();
  await expect(page.getByText(/rows in groups/)).toBeVisible();
  await shot(page, 'groups-closed');

  const before = { group: await cents(subtotal(page, 'CC1020')), all: await cents(total(page)) };
  await groupRow(page, 'CC1020').locator('.sheet-group-name').click();
  const at = Number(await groupRow(page, 'CC1020').getAttribute('row-index'));
  await expect(cell(page, at + 1, 'cost_center')).toContainText('CC1020');
  const old = await cents(cell(page, at + 1, 'amount'));
  await typeInto(page, at + 1, 'amount', '0.07');
  await expect(async () => {
    expect(await cents(subtotal(page, 'CC1020'))).toBe(before.group - old + 7n);
    expect(await cents(total(page))).toBe(before.all - old + 7n);
  }).toPass({ timeout: 5_000 });
  await shot(page, 'groups-open-edited');

  await cell(page, at, 'amount').click();
  expect(await copied(page)).toBe(`${(Number(before.group - old + 7n) / 100).toFixed(2)}\r\n`);
  // A subtotal takes no entry, and a block does not slip past one.
  await page.keyboard.type('5');
  await expect(page.locator('.sheet-said')).toContainText('Totals are worked out from the rows');
  await pasteText(page, '1\n2');
  await expect(page.locator('.sheet-said')).toContainText('would lie over a subtotal');

  await groupRow(page, 'CC1020').locator('.sheet-group-name').click();
  await expect(groupRow(page, 'CC1020').locator('[aria-expanded="false"]')).toBeVisible();
  expect(await cents(subtotal(page, 'CC1020'))).toBe(before.group - old + 7n);

  await page.getByRole('button', { name: 'Submit (1)' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Submit/ })
    .click();
  await expect(
    page
      .getByRole('dialog')
      .getByText(/committed|written/i)
      .first(),
  ).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(async () => {
    expect(await cents(subtotal(page, 'CC1020'))).toBe(before.group - old + 7n);
  }).toPass({ timeout: 5_000 });
});

test('groups are worked by keyboard, found into, undone and counted once', async ({ page }) => {
  await openPlan(page, 'FC1', 'CC1020');
  await groupBy(page, 'Cost center', 'Account');
  await expect(groupRow(page, 'CC1020')).toHaveCount(1);
  const first = page.locator('.ag-row[row-index="0"] .ag-cell[col-id="c:version"]');
  const openNow = page.locator('.ag-row[row-index="0"] [aria-expanded="true"]');
  await expect(openNow).toBeVisible();
  await first.click();
  // The click on the name closed the group; the keyboard opens and closes it again.
  await expect(openNow).toBeHidden();
  await page.locator('.ag-row[row-index="0"] [col-id="c:amount"]').click();
  await page.keyboard.press('Home');
  await expect(page.locator('.ag-row[row-index="0"] .ag-cell-focus .sheet-group-name')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(openNow).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await expect(openNow).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(openNow).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press(' ');
  await expect(page.locator('.ag-row[row-index="1"] [aria-expanded="true"]')).toBeVisible();
  await expect(page.locator('.sheet-said')).toContainText('expanded');
  await shot(page, 'groups-two-levels');

  // A selection over group and rows is added up from the rows alone.
  await cell(page, 1, 'amount').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  const two = (await cents(cell(page, 2, 'amount'))) + (await cents(cell(page, 3, 'amount')));
  const sum = page.locator('.sheet-stats span', { hasText: 'Sum' }).locator('code');
  await expect(async () => expect(await cents(sum)).toBe(two)).toPass({ timeout: 5_000 });

  // Filling down over rows of two groups passes the subtotal by.
  await cell(page, 13, 'amount').click();
  const filled = await cell(page, 13, 'amount').innerText();
  await page.locator('.ag-row[row-index="14"] [col-id="c:version"] .sheet-group-name').click();
  await expect(page.locator('.ag-row[row-index="14"] [aria-expanded="true"]')).toBeVisible();
  await cell(page, 13, 'amount').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+d');
  await expect(cell(page, 15, 'amount')).toHaveText(filled);
  await expect(page.getByText('1 row changed')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('1 row changed')).toBeHidden();

  await page.getByRole('button', { name: 'Group (2)' }).click();
  await page.getByText('What is worked out').click();
  await shot(page, 'groups-popover');
  const figure = page.getByRole('dialog').getByRole('combobox', { name: 'Amount', exact: true });
  await figure.selectOption('Count');
  await expect(subtotal(page, '4010')).toHaveText('12');
  await figure.selectOption('Sum');
  await expect(subtotal(page, '4010')).toContainText(/\d,\d{3}/);
  await page.getByRole('button', { name: 'Collapse all' }).click();
  await page.keyboard.press('Escape');
  await expect(page.locator('.ag-row[row-index="1"]')).toHaveCount(0);

  // Going to a cell that was found opens the groups around it.
  await page.locator('.ag-row[row-index="0"] [col-id="c:amount"]').click();
  await page.keyboard.press('Control+f');
  const search = page.getByRole('search', { name: 'Find and replace' });
  await search.getByRole('textbox', { name: 'Find', exact: true }).fill('4050');
  await expect(search.getByText(/\d+ cells/)).toBeVisible();
  await search.getByRole('button', { name: 'Next' }).click();
  await expect(groupRow(page, '4050').locator('[aria-expanded="true"]')).toBeVisible();
});

for (const scheme of ['light', 'dark'] as const) {
  test(`groups and totals stand against assistive technology, in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await openPlan(page, 'FC1', 'CC1020');
    await groupBy(page, 'Cost center', 'Account');
    await expect(total(page)).toBeVisible();
    await shot(page, `groups-${scheme}`);
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Group (2)' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    expect(await seriousProblems(page)).toEqual([]);
  });
}
