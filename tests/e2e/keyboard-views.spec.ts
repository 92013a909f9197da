import { expect, test } from './fixtures.ts';
import { cell, pasteText } from './support/grid.ts';
import { comment, focused, has, keys, pressButton, run, tabTo } from './support/keyboard.ts';

test('a view is made, saved and worked in by keyboard alone: filters, sorts, ranges, columns, groups', async ({
  page,
}) => {
  test.slow();
  const status = page.locator('.sheet-status');
  const rows = page.locator('.sheet-status-rows');
  const header = (name: string) => page.locator(`.ag-header-cell[col-id="c:${name}"]`);
  const inGrid = () => expect.poll(() => focused(page)).toMatch(/^\d+ c:/);
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await expect(rows).toHaveText(/^[\d,]+ (of|rows?)\b/);
  for (let i = 0; i < 6 && !(await has(cell(page, 0, 'version'))); i++) await keys(page, 'F6');

  // A set filter from the cell: what is typed finds a value, space ticks it, enter applies.
  await keys(page, 'Control+Shift+l');
  const filter = page.getByRole('dialog', { name: 'Filter Version' });
  const find = filter.getByLabel('Find a value');
  await expect(find).toBeFocused();
  await page.keyboard.type('FC1');
  await expect(filter.getByRole('checkbox')).toHaveCount(1);
  await keys(page, 'Tab', 'Space');
  await expect(filter.getByRole('checkbox', { name: /FC1/ })).toBeChecked();
  await keys(page, 'Enter');
  await expect(filter).toBeHidden();
  await expect(rows).toHaveText(/^[\d,]+ of /);
  await inGrid();

  // By condition, from the menu of the column.
  await keys(page, 'ArrowUp');
  await expect(header('version')).toBeFocused();
  for (let i = 0; i < 12 && !(await has(header('amount'))); i++) await keys(page, 'ArrowRight');
  await expect(header('amount')).toBeFocused();
  await keys(page, 'Shift+F10');
  await expect(page.getByRole('menu', { name: 'Column Amount' })).toBeVisible();
  await page.keyboard.type('Filter');
  await keys(page, 'Enter');
  const amounts = page.getByRole('dialog', { name: 'Filter Amount' });
  const condition = amounts.getByLabel('Condition');
  await tabTo(page, condition, 'Shift+Tab');
  await page.keyboard.type('is between');
  await expect(condition).toBeFocused();
  await expect(condition).toHaveValue('range');
  await tabTo(page, amounts.getByLabel('From'));
  await page.keyboard.type('1000');
  await keys(page, 'Tab');
  await page.keyboard.type('much');
  await keys(page, 'Enter');
  await expect(amounts.getByRole('status')).toContainText('number');
  await keys(page, 'Control+a');
  await page.keyboard.type('90000');
  await keys(page, 'Enter');
  await expect(amounts).toBeHidden();
  await expect(header('amount')).toBeFocused();

  // Two sorts.
  await keys(page, 'Enter', 'Enter');
  await expect(header('amount')).toHaveAttribute('aria-sort', 'descending');
  for (let i = 0; i < 12 && !(await has(header('period'))); i++) await keys(page, 'ArrowLeft');
  await keys(page, 'Shift+Enter');
  await expect(page.getByRole('button', { name: /Sorted by 2 columns/ })).toBeVisible();
  await expect(header('period')).toBeFocused();

  // Columns: found by name, hidden, moved by keyboard.
  await keys(page, 'Tab');
  await inGrid();
  await run(page, 'Columns: show');
  const panel = page.getByRole('dialog', { name: 'Columns' });
  await expect(panel.getByLabel('Find a column')).toBeFocused();
  await page.keyboard.type('curr');
  await keys(page, 'Tab', 'ArrowRight', 'ArrowRight', 'ArrowRight');
  await expect(panel.getByRole('button', { name: 'Hide Currency' })).toBeFocused();
  await keys(page, 'Enter');
  await expect(panel.getByRole('button', { name: 'Show Currency' })).toBeFocused();
  await keys(page, 'Shift+Tab', 'Control+a', 'Delete', 'Tab', 'ArrowDown', 'ArrowRight');
  await expect(panel.getByRole('button', { name: 'Move Quantity' })).toBeFocused();
  await keys(page, 'Enter');
  // The places to drop it at are made a moment later.
  await expect(page.locator(':focus[aria-roledescription="drop indicator"]')).toHaveCount(1);
  await keys(page, 'ArrowUp', 'ArrowUp', 'ArrowUp', 'Enter');
  await expect(panel.getByRole('row').filter({ hasText: 'Quantity' })).toBeFocused();
  await keys(page, 'Escape');
  await expect(panel).toBeHidden();
  await expect(header('currency')).toHaveCount(0);
  await inGrid();
  const left = async (name: string) => (await header(name).boundingBox())?.x ?? 0;
  expect(await left('quantity')).toBeLessThan(await left('amount'));

  // Several ranges, each grown by keyboard.
  await keys(page, 'Control+Home', 'Shift+ArrowDown', 'Shift+F8');
  await expect(page.locator('.sheet-said')).toContainText('Another range can be added');
  await keys(
    page,
    'ArrowDown',
    'ArrowDown',
    'ArrowRight',
    'ArrowRight',
    'Shift+ArrowDown',
    'Shift+ArrowDown',
  );
  await expect(page.locator('.sheet-stats')).toContainText('5 cells');
  await keys(page, 'Escape', 'Escape');
  await expect(page.locator('.sheet-stats')).toHaveCount(0);

  // Grouped, with subtotals and totals.
  await run(page, 'Group rows…');
  const groups = page.getByRole('dialog', { name: 'Group rows' });
  await expect(groups.getByRole('button', { name: 'Group by' })).toBeFocused();
  await keys(page, 'Enter');
  await expect(page.getByRole('menuitem', { name: 'Account', exact: true })).toBeVisible();
  await page.keyboard.type('Acc');
  await keys(page, 'Enter');
  await expect(groups.getByRole('list', { name: 'Grouped by' })).toContainText('Account');
  await expect(groups.getByRole('button', { name: 'Then by' })).toBeFocused();
  await tabTo(page, groups.getByRole('checkbox', { name: 'Totals row' }));
  await keys(page, 'Space');
  await keys(page, 'Escape');
  await expect(groups).toBeHidden();
  await inGrid();
  const group = page.locator('.ag-cell[data-mark~="group-label"]').first();
  await expect(group).toBeVisible();
  await keys(page, 'Control+Home', 'Enter');
  await expect(page.locator('.ag-row[row-index="1"] .ag-cell[data-mark~="group-label"]')).toHaveCount(0);

  // The view is kept under a name, left and opened again.
  await run(page, 'Save as a new view');
  await expect(page.getByLabel('Name of the view')).toBeFocused();
  await page.keyboard.type('By account');
  await keys(page, 'Enter');
  await expect(page.getByRole('button', { name: 'View By account' })).toBeVisible();
  await inGrid();
  await run(page, 'View: Standard');
  await expect(page.getByRole('button', { name: 'View Standard' })).toBeVisible();
  await inGrid();
  await run(page, 'View: By account');
  await expect(page.getByRole('button', { name: 'View By account' })).toBeVisible();
  await expect(header('currency')).toHaveCount(0);
  await inGrid();

  // What narrows the rows leaves when it is pressed, and the keyboard is back in the cells.
  for (const chip of [/Sorted by 2 columns/, /Filtered/]) {
    await tabTo(page, page.getByRole('button', { name: chip }), 'Shift+Tab');
    await keys(page, 'Enter');
    await expect(page.getByRole('button', { name: chip })).toHaveCount(0);
    await inGrid();
  }
  await run(page, 'View: Standard');
  await expect(status).toContainText('rows');
});

test('a refused paste is worked by keyboard alone, and cells tell what was said and what was', async ({
  page,
}) => {
  test.slow();
  const said = page.locator('.sheet-said');
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('.sheet-status-rows')).toHaveText(/^[\d,]+ (of|rows?)\b/);
  for (let i = 0; i < 6 && !(await has(cell(page, 0, 'version'))); i++) await keys(page, 'F6');
  await keys(page, 'Control+g');
  await page.keyboard.type('FC1 CC1020 4010 2026-01 amount');
  await keys(page, 'Enter');
  await expect.poll(() => focused(page)).toMatch(/^\d+ c:amount$/);
  const row = Number((await focused(page)).split(' ')[0]);
  const amount = (by: number) => cell(page, row + by, 'amount');
  const dialog = page.getByRole('dialog', { name: 'Paste 3 cells' });

  await pasteText(page, '11\nmuch\n13');
  await expect(dialog).toBeVisible();
  await keys(page, 'Escape');
  await expect(dialog).toBeHidden();
  await expect(amount(0)).toBeFocused();
  await expect(said).toContainText('Nothing was pasted');

  await pasteText(page, '11\nmuch\n13');
  await pressButton(page, 'Take the 2 valid');
  await expect(dialog).toBeHidden();
  await expect(amount(0)).toBeFocused();
  await expect(amount(0)).toHaveText('11.00');
  await expect(amount(2)).toHaveText('13.00');
  await keys(page, 'Control+z');
  await expect(amount(0)).not.toHaveText('11.00');

  await pasteText(page, '11\nmuch\n13');
  await pressButton(page, /correct 1 in place/);
  await expect(dialog).toBeHidden();
  await expect(amount(0)).toBeFocused();
  await expect(amount(1)).toHaveAttribute('aria-invalid', 'true');
  await run(page, 'Next entry that is not valid');
  await expect(amount(1)).toBeFocused();
  await page.keyboard.type('12');
  await keys(page, 'Enter');
  await expect(amount(1)).toHaveText('12.00');
  await expect(page.locator('.sheet-status')).toContainText('3 rows changed');

  // A block that can be read in two ways.
  await pasteText(page, '12.5%\n1.234');
  const asked = page.getByRole('dialog', { name: 'Paste 2 cells' });
  await expect(asked).toBeVisible();
  await keys(page, 'Tab', 'Escape');
  await expect(asked).toBeHidden();
  await expect(amount(2)).toBeFocused();

  // What was said at a cell, and what it was.
  await comment(page, 'Agreed with sales.');
  await expect(amount(2)).toBeFocused();
  await keys(page, 'Shift+F10');
  await expect(page.getByRole('menu', { name: 'Cell' })).toBeVisible();
  await page.keyboard.type('History of this cell');
  await keys(page, 'Enter');
  const history = page.getByRole('complementary', { name: 'History' });
  await expect(history).toContainText('Nothing was changed here');
  await expect(history).toBeFocused();
  await expect(amount(2)).toBeInViewport({ ratio: 0.9 });
  await keys(page, 'Escape');
  await expect(history).toBeHidden();
  await expect(amount(2)).toBeFocused();
});
