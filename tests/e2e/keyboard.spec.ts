import { expect, test } from './fixtures.ts';
import { cell } from './support/grid.ts';
import { comment, focused, has, keys, pressButton, run } from './support/keyboard.ts';

test('from a started window to a written batch by keyboard alone, with the focus always somewhere', async ({
  page,
}) => {
  test.slow();
  const said = page.locator('.sheet-said');
  const status = page.locator('.sheet-status');
  const stats = page.locator('.sheet-stats');
  const find = page.getByRole('search', { name: 'Find and replace' });
  await expect(cell(page, 0, 'version')).toBeVisible({ timeout: 60_000 });

  // The navigation: a sheet is found by its name, opened, and has the focus.
  const sheets = page.getByLabel('Find a sheet');
  for (let i = 0; i < 6 && !(await has(sheets)); i++) await keys(page, 'F6');
  await page.keyboard.type('plan line');
  await pressButton(page, /^Plan line/);
  await expect(cell(page, 0, 'version')).toBeVisible();
  for (let i = 0; i < 6 && !(await has(cell(page, 0, 'version'))); i++) await keys(page, 'F6');
  await expect(cell(page, 0, 'version')).toBeFocused();

  // What a screen reader is told of the grid and of a cell.
  const grid = page.getByRole('grid');
  await expect(grid).toHaveAttribute('aria-rowcount', /^\d+$/);
  await expect(grid).toHaveAttribute('aria-colcount', /^\d+$/);
  await expect(grid).toHaveAccessibleName(/Plan line/);
  await expect(cell(page, 0, 'version')).toHaveAttribute('aria-colindex', '2');
  await expect(page.locator('.ag-row[row-index="0"]').first()).toHaveAttribute('aria-rowindex', '2');

  // Moving, typing, refused text, undo and redo.
  await keys(page, 'Control+g');
  await expect(page.getByRole('dialog', { name: 'Go to' }).getByRole('textbox')).toBeFocused();
  await page.keyboard.type('FC1 CC1020 4010 2026-01 amount');
  await keys(page, 'Enter');
  await expect(page.getByRole('dialog', { name: 'Go to' })).toBeHidden();
  await expect.poll(() => focused(page)).toMatch(/^\d+ c:amount$/);
  const first = (await focused(page)).split(' ');
  const row = Number(first[0]);
  await page.keyboard.type('10');
  await keys(page, 'Enter');
  await expect(cell(page, row + 1, 'amount')).toBeFocused();
  await page.keyboard.type('x');
  await keys(page, 'Enter');
  await expect(said).toContainText('not a number');
  await expect(cell(page, row + 1, 'amount')).toHaveAttribute('aria-invalid', 'true');
  await keys(page, 'Control+z');
  await expect(status).not.toContainText('not valid');
  await keys(page, 'F2', 'Escape', 'Delete');
  await keys(page, 'Control+z', 'Control+y', 'Control+z');

  // Fill and series.
  await keys(page, 'ArrowUp', 'ArrowUp', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown');
  await expect(stats).toContainText('4 cells');
  await keys(page, 'Control+d');
  await expect(cell(page, row + 2, 'amount')).toHaveText('10.00');
  await keys(page, 'Control+Alt+d');
  await keys(
    page,
    'Escape',
    'Control+Shift+ArrowDown',
    'Escape',
    'Control+Space',
    'Escape',
    'Shift+Space',
    'Escape',
  );

  // Planning over the months of the line.
  await keys(page, 'Control+Alt+s');
  await expect(page.getByRole('dialog', { name: /^Plan/ })).toBeVisible();
  await keys(page, 'Escape');
  await expect(cell(page, row, 'amount')).toBeFocused();

  // Find.
  await keys(page, 'Control+f');
  await page.keyboard.type('2026-03');
  await keys(page, 'Enter');
  await expect(find.getByRole('status')).toHaveText(/ of [\d,]+ cells/);
  await keys(page, 'Escape');
  await expect(find).toBeHidden();
  expect(await focused(page)).toMatch(/ c:period$/);

  // The menus of the cell and of the column; hiding, freezing, moving, widths and format of a column.
  await run(page, 'Go to row or cell');
  await expect(page.getByRole('dialog', { name: 'Go to' }).getByRole('textbox')).toBeFocused();
  await page.keyboard.type('FC1 CC1020 4010 2026-01 amount');
  await keys(page, 'Enter');
  const amount = cell(page, row, 'amount');
  await expect(amount).toBeFocused();
  await keys(page, 'Shift+F10');
  await expect(page.getByRole('menu', { name: 'Cell' })).toBeVisible();
  await keys(page, 'Escape');
  await expect(amount).toBeFocused();
  await keys(page, 'Control+1');
  await expect(page.getByRole('dialog', { name: /Format/ })).toBeVisible();
  await keys(page, 'Escape');
  await expect(amount).toBeFocused();
  for (const name of [
    'Amount: Wider',
    'Amount: Move right',
    'Amount: Freeze up to here',
    'Amount: Move left',
  ])
    await run(page, name);
  await run(page, 'Columns: show');
  await expect(page.getByRole('dialog', { name: /Columns/ })).toBeVisible();
  await keys(page, 'Escape');

  // A comment.
  await comment(page, 'Agreed with sales.');

  // The batch.
  await keys(page, 'Control+s');
  await expect(page.getByRole('dialog', { name: 'Submit' })).toBeVisible();
  await pressButton(page, /^Submit \d+ rows$/);
  await expect(page.getByRole('dialog')).toContainText('rows were written');
  await pressButton(page, 'Done');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(status).not.toContainText('changed');
});
